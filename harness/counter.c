/* SPDX-License-Identifier: MIT */
/* Names of events to codes: see counter.h. */
#include "counter.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <perfmon/pfmlib_perf_event.h>

#include "memory.h"
#include "output.h"

/* bench/counting.h: COUNTING_EVENTS_MAX, COUNTING_NAME_MAX. */
enum { EVENTS_MAX = 16, NAME_MAX_BYTES = 64, CANDIDATES = 4 };

/*
 * One name for what is the same on every processor, and what libpfm4 calls it on each: the first that the processor's table
 * has. Intel's are its architectural events (SDM vol. 3 table 20-1). AMD counts no misses of its last cache in the core:
 * what stands in is the lines that came from memory or another node into the data cache.
 */
static const struct {
	const char *name;
	const char *candidates[CANDIDATES];
} generic[] = {
    {"instructions", {"INST_RETIRED:ANY_P", "INSTRUCTION_RETIRED", "RETIRED_INSTRUCTIONS"}},
    {"cycles", {"UNHALTED_CORE_CYCLES", "CPU_CLK_UNHALTED:THREAD_P", "CYCLES_NOT_IN_HALT"}},
    {"branches", {"BR_INST_RETIRED:ALL_BRANCHES", "BRANCH_INSTRUCTIONS_RETIRED", "RETIRED_BRANCH_INSTRUCTIONS"}},
    {"branch-misses",
     {"BR_MISP_RETIRED:ALL_BRANCHES", "MISPREDICTED_BRANCH_RETIRED", "RETIRED_BRANCH_INSTRUCTIONS_MISPREDICTED"}},
    {"LLC-references", {"LONGEST_LAT_CACHE:REFERENCE", "LAST_LEVEL_CACHE_REFERENCES"}},
    {"LLC-misses",
     {"LONGEST_LAT_CACHE:MISS", "LAST_LEVEL_CACHE_MISSES", "ANY_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR:DRAM_IO_FAR",
      "ANY_DATA_CACHE_FILLS_FROM_SYSTEM:MEM_IO_LCL:MEM_IO_RMT"}},
};

enum { GENERIC = sizeof(generic) / sizeof(generic[0]) };

/* --- libpfm4 ----------------------------------------------------------------------------------------------------------------- */

/* Tables of processors that are not here serve tests, and names with a table's own name before them. */
static bool library_ready(void)
{
	static int state; /* 0: not asked yet */

	if (state == 0) {
		setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
		state = pfm_initialize() == PFM_SUCCESS ? 1 : -1;
		unsetenv("LIBPFM_ENCODE_INACTIVE"); /* programs under test start with the user's environment */
	}
	return state > 0;
}

const char *counter_pmu(void)
{
	pfm_pmu_t pmu;

	if (!library_ready())
		return NULL;
	pfm_for_all_pmus(pmu)
	{
		pfm_pmu_info_t info = {.size = sizeof(info)};

		/* the architectural table is there beside a model's own, and less complete */
		if (pfm_get_pmu_info(pmu, &info) == PFM_SUCCESS && info.is_present && info.type == PFM_PMU_TYPE_CORE &&
		    strcmp(info.name, "ix86arch") != 0)
			return info.name;
	}
	return NULL;
}

/* Encodes libpfm4's full name for the event select register. A libpfm4 error, PFM_SUCCESS if it worked. */
static int encode_raw(struct counter_event *event, const char *full)
{
	pfm_pmu_encode_arg_t arg = {.size = sizeof(arg), .fstr = &event->encoded};
	int failed = pfm_get_os_event_encoding(full, PFM_PLM0 | PFM_PLM3, PFM_OS_NONE, &arg);

	if (failed == PFM_SUCCESS && arg.count != 1) {
		free(event->encoded);
		event->encoded = NULL;
		failed = PFM_ERR_NOTSUPP; /* a second register for the event's mask: not one code */
	}
	if (failed == PFM_SUCCESS) {
		event->kind = 'r';
		event->code = arg.codes[0];
	}
	free(arg.codes);
	return failed;
}

/* Whether name is a software event of Linux. */
static bool encode_software(struct counter_event *event, const char *name)
{
	struct perf_event_attr attr = {0};
	pfm_perf_encode_arg_t arg = {.attr = &attr, .fstr = &event->encoded, .size = sizeof(arg)};
	char *full = strncasecmp(name, "perf::", 6) == 0 ? memory_text(name) : memory_format("perf::%s", name);
	bool found = pfm_get_os_event_encoding(full, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &arg) == PFM_SUCCESS;

	free(full);
	if (found && attr.type == PERF_TYPE_SOFTWARE) {
		event->kind = 's';
		event->code = attr.config;
		return true;
	}
	free(event->encoded);
	event->encoded = NULL;
	return false;
}

/* --- One event ----------------------------------------------------------------------------------------------------------------- */

static int unknown(const struct counter_event *event, const char *pmu, const char *why, struct error *error)
{
	return error_set(
	    error, STATUS_USAGE,
	    "--events: '%s' is no event of %s (%s); use %s, a software event of Linux as page-faults, or a "
	    "name that 'aerobench doctor --events' lists",
	    event->name, pmu, why, counter_names());
}

static void encode_generic(struct counter_event *event, const char *const *candidates, const char *pmu)
{
	for (unsigned i = 0; i < CANDIDATES && candidates[i] != NULL && event->kind == 0; i++) {
		char *full = memory_format("%s::%s", pmu, candidates[i]);

		encode_raw(event, full);
		free(full);
	}
	if (event->kind == 0)
		event->problem = memory_format("the cores of %s do not count it", pmu);
}

static int encode_named(struct counter_event *event, const char *pmu, struct error *error)
{
	bool qualified = strstr(event->name, "::") != NULL;
	char *full;
	int failed;

	if (encode_software(event, event->name))
		return 0;
	if (pmu == NULL && !qualified) {
		event->problem = memory_text("libpfm4 does not know this processor: a newer version may");
		return 0;
	}
	full = qualified ? memory_text(event->name) : memory_format("%s::%s", pmu, event->name);
	failed = encode_raw(event, full);
	free(full);
	return failed == PFM_SUCCESS
		   ? 0
		   : unknown(event, pmu != NULL ? pmu : "this processor", pfm_strerror(failed), error);
}

static int encode(struct counter_event *event, const char *pmu, struct error *error)
{
	if (!library_ready()) {
		event->problem = memory_text("libpfm4 does not start");
		return 0;
	}
	for (unsigned i = 0; i < GENERIC; i++) {
		if (strcasecmp(event->name, generic[i].name) != 0)
			continue;
		if (pmu != NULL)
			encode_generic(event, generic[i].candidates, pmu);
		else
			event->problem = memory_text("libpfm4 does not know this processor: a newer version may");
		return 0;
	}
	return encode_named(event, pmu, error);
}

/* --- The list ------------------------------------------------------------------------------------------------------------------ */

static int add(struct counter_list *list, const char *name, const char *pmu, struct error *error)
{
	struct counter_event *event;

	if (name[0] == '\0' || strlen(name) >= NAME_MAX_BYTES)
		return error_set(error, STATUS_USAGE, "--events: '%s' is no name: give NAME,NAME…, each below %d bytes",
				 name, NAME_MAX_BYTES);
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->events[i].name, name) == 0)
			return error_set(error, STATUS_USAGE, "--events: '%s' is named twice", name);
	if (list->count == EVENTS_MAX)
		return error_set(error, STATUS_USAGE, "--events: more than %d events; make two runs", EVENTS_MAX);
	list->events = memory_grow(list->events, list->count, sizeof(*list->events));
	event = &list->events[list->count++];
	*event = (struct counter_event){.name = memory_text(name)};
	return encode(event, pmu, error);
}

int counter_encode(struct counter_list *list, const char *names, const char *pmu, struct error *error)
{
	char *copy = memory_text(names), *rest = copy;
	int status = 0;

	*list = (struct counter_list){0};
	if (pmu == NULL)
		pmu = counter_pmu();
	for (const char *name; status == 0 && (name = strsep(&rest, ",")) != NULL;)
		status = add(list, name, pmu, error);
	free(copy);
	return status;
}

void counter_list_free(struct counter_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->events[i].name);
		free(list->events[i].encoded);
		free(list->events[i].problem);
	}
	free(list->events);
	*list = (struct counter_list){0};
}

char *counter_word(const struct counter_list *list)
{
	char *word = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct counter_event *event = &list->events[i];
		char code[24], *longer;

		if (event->kind == 0)
			continue;
		snprintf(code, sizeof(code), event->kind == 'r' ? "r%llx" : "s%llu", (unsigned long long)event->code);
		longer = memory_format("%s%s%s/%s", word != NULL ? word : "events=", word != NULL ? "," : "", code,
				       event->name);
		free(word);
		word = longer;
	}
	return word;
}

static bool pmu_exists(const char *name)
{
	pfm_pmu_t pmu;

	pfm_for_all_pmus(pmu)
	{
		pfm_pmu_info_t info = {.size = sizeof(info)};

		if (pfm_get_pmu_info(pmu, &info) == PFM_SUCCESS && strcmp(info.name, name) == 0)
			return true;
	}
	return false;
}

int counter_word_make(const char *names, const char *pmu, char **word, struct error *error)
{
	struct counter_list list = {0};
	int status;

	*word = NULL;
	if (pmu != NULL && library_ready() && !pmu_exists(pmu))
		return error_set(error, STATUS_USAGE,
				 "libpfm4 knows no processor '%s': its names are as skl, icl, spr, amd64_fam19h_zen3",
				 pmu);
	status = counter_encode(&list, names, pmu, error);
	for (size_t i = 0; status == 0 && i < list.count; i++)
		if (list.events[i].problem != NULL)
			error_warn("%s is not available on %s: %s", list.events[i].name,
				   pmu != NULL ? pmu : "this processor", list.events[i].problem);
	*word = status == 0 ? counter_word(&list) : NULL;
	counter_list_free(&list);
	return status;
}

json_t *counter_json(const struct counter_list *list)
{
	json_t *json = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct counter_event *event = &list->events[i];
		char code[24];

		snprintf(code, sizeof(code), event->kind == 'r' ? "r%llx" : "s%llu", (unsigned long long)event->code);
		json_array_append_new(
		    json, event->kind != 0 ? json_pack("{s:s, s:s, s:s}", "name", event->name, "code", code, "encoded",
						       event->encoded)
					   : json_pack("{s:s, s:s}", "name", event->name, "problem", event->problem));
	}
	return json;
}

const char *counter_names(void)
{
	static char names[256];

	FILE *file;

	if (names[0] != '\0')
		return names;
	file = fmemopen(names, sizeof(names), "w");
	for (unsigned i = 0; i < GENERIC; i++)
		fprintf(file, "%s%s", i > 0 ? ", " : "", generic[i].name);
	fclose(file);
	return names;
}

/* --- All names ----------------------------------------------------------------------------------------------------------------- */

static json_t *generic_json(const char *pmu)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < GENERIC; i++) {
		struct counter_event event = {.name = (char *)generic[i].name};
		struct error error = {STATUS_OK, ""};

		encode(&event, pmu, &error);
		json_array_append_new(all, json_pack("{s:s, s:s*, s:s*}", "name", event.name, "encoded", event.encoded,
						     "problem", event.problem));
		free(event.problem);
		free(event.encoded);
	}
	return all;
}

/* Linux's own table, of which the software events are countable, or the processor's. */
static void add_table(json_t *all, pfm_pmu_t pmu, bool software)
{
	pfm_pmu_info_t table = {.size = sizeof(table)};

	if (pfm_get_pmu_info(pmu, &table) != PFM_SUCCESS)
		return;
	for (int at = table.first_event; at != -1; at = pfm_get_event_next(at)) {
		pfm_event_info_t info = {.size = sizeof(info)};
		struct counter_event event = {.name = NULL};

		if (pfm_get_event_info(at, PFM_OS_NONE, &info) != PFM_SUCCESS)
			continue;
		if (!software || (encode_software(&event, info.name) && strncmp(info.name, "PERF_COUNT_", 11) != 0))
			json_array_append_new(all, json_pack("{s:o, s:o}", "name", output_text_json(info.name), "about",
							     output_text_json(info.desc)));
		free(event.encoded);
	}
}

json_t *counter_catalog(struct error *error)
{
	const char *name = counter_pmu();
	json_t *software = json_array(), *processor = json_array();
	pfm_pmu_t pmu;

	if (!library_ready()) {
		json_decref(software);
		json_decref(processor);
		error_set(error, STATUS_UNSUPPORTED, "libpfm4 does not start");
		return NULL;
	}
	add_table(software, PFM_PMU_PERF_EVENT, true);
	pfm_for_all_pmus(pmu)
	{
		pfm_pmu_info_t info = {.size = sizeof(info)};

		if (name != NULL && pfm_get_pmu_info(pmu, &info) == PFM_SUCCESS && strcmp(info.name, name) == 0)
			add_table(processor, pmu, false);
	}
	return json_pack("{s:s, s:s?, s:o, s:o, s:o}", "schema", "aerobench.events/1", "pmu", name, "generic",
			 generic_json(name), "software", software, "processor", processor);
}

static void print_events(const json_t *catalog, const char *kind, int width)
{
	const json_t *events = json_object_get(catalog, kind);

	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i), *text = json_object_get(event, "about");

		if (text == NULL)
			text = json_object_get(event, "encoded");
		if (text == NULL)
			text = json_object_get(event, "problem");
		printf("  %-*s %s\n", width, json_string_value(json_object_get(event, "name")),
		       json_string_value(text));
	}
}

int counter_print(struct error *error)
{
	json_t *catalog = counter_catalog(error);
	const char *pmu = json_string_value(json_object_get(catalog, "pmu"));

	if (catalog == NULL)
		return (int)error->status;
	puts("The same on all processors:");
	print_events(catalog, "generic", 20);
	puts("\nSoftware events, on Linux only:");
	print_events(catalog, "software", 46);
	if (pmu != NULL)
		printf("\nOf %s (after the name: unit masks, as libpfm4 has them):\n", pmu);
	print_events(catalog, "processor", 46);
	json_decref(catalog);
	return output_finish(error);
}
