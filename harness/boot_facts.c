/* SPDX-License-Identifier: MIT */
/* What the running Linux was booted with: see boot_facts.h. */
#include "boot_facts.h"

#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_words.h"
#include "cpus.h"
#include "memory.h"
#include "output.h"
#include "tune_setting.h"

#define CPU_FILES "/sys/devices/system/cpu"

/* --- Files -------------------------------------------------------------------------------------------------------- */

/* What stands behind key and its colon in a file's first line that begins with it; "": the first line. Allocated or NULL. */
static char *line_behind(const char *root, const char *path, const char *key)
{
	char *name = memory_format("%s%s", root, path), *line = NULL, *value = NULL;
	FILE *file = fopen(name, "re");
	size_t size = 0, key_len = strlen(key);

	free(name);
	while (file != NULL && value == NULL && getline(&line, &size, file) >= 0) {
		char *at = line;

		line[strcspn(line, "\n")] = '\0';
		if (key_len > 0 && (strncmp(line, key, key_len) != 0 || strchr(":\t ", line[key_len]) == NULL ||
				    (at = strchr(line, ':')) == NULL))
			continue;
		at += key_len > 0;
		value = memory_text(at + strspn(at, " \t"));
	}
	if (file != NULL)
		fclose(file);
	free(line);
	return value;
}

/* The number of CPUs in a list as the kernel writes it. */
static json_t *list_count(const char *root, const char *path)
{
	unsigned cpus[CPUS_MAX], count;
	char *list = tune_read(root, path);

	count = list != NULL ? cpus_list_parse(list, cpus, CPUS_MAX) : 0;
	free(list);
	return count > 0 ? json_integer(count) : NULL;
}

/* The values of a file of each CPU: one if all have the same, else all that occur. Allocated or NULL. */
static char *all_values(const char *root, const char *pattern)
{
	char *path = memory_format("%s%s", root, pattern), *values = NULL;
	glob_t found = {0};

	if (glob(path, 0, NULL, &found) != 0)
		found.gl_pathc = 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *value = tune_read("", found.gl_pathv[i]), *longer = NULL;

		if (value != NULL && values == NULL)
			longer = memory_text(value);
		else if (value != NULL && strstr(values, value) == NULL)
			longer = memory_format("%s,%s", values, value);
		if (longer != NULL) {
			free(values);
			values = longer;
		}
		free(value);
	}
	globfree(&found);
	free(path);
	return values;
}

/* "spectre_v2: …; …" of what affects this CPU, in the order of names. Allocated or NULL. */
static char *mitigations(const char *root)
{
	char *directory = memory_format("%s" CPU_FILES "/vulnerabilities", root), *text = NULL;
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char *path = memory_format("/%s", entries[i]->d_name);
		char *line = entries[i]->d_name[0] != '.' ? line_behind(directory, path, "") : NULL;

		if (line != NULL && strcmp(line, "Not affected") != 0) {
			char *longer = memory_format("%s%s%s: %s", text != NULL ? text : "", text != NULL ? "; " : "",
						     entries[i]->d_name, line);

			free(text);
			text = longer;
		}
		free(line);
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	free(directory);
	return text;
}

/* --- Facts -------------------------------------------------------------------------------------------------------- */

/* Takes text; nothing is set for NULL. */
static void set_text(json_t *facts, const char *key, char *text)
{
	if (text != NULL)
		json_object_set_new(facts, key, output_text_json(strcmp(text, "(null)") == 0 ? "" : text));
	free(text);
}

static void set_files(json_t *facts, const char *root)
{
	static const char *const files[][2] = {
	    {"boot_id", "/proc/sys/kernel/random/boot_id"},
	    {"kernel", "/proc/sys/kernel/osrelease"},
	    {"cpus_online", CPU_FILES "/online"},
	    {"boost", CPU_FILES "/cpufreq/boost"},
	    {"smt", CPU_FILES "/smt/control"},
	    {"isolated", CPU_FILES "/isolated"},
	    {"nohz_full", CPU_FILES "/nohz_full"},
	    {"transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled"},
	    {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
	    {"idle_driver", CPU_FILES "/cpuidle/current_driver"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		set_text(facts, files[i][0], tune_read(root, files[i][1]));
}

json_t *boot_facts_json(const char *root)
{
	char *command_line = line_behind(root, "/proc/cmdline", "");
	char *memory = line_behind(root, "/proc/meminfo", "MemTotal");
	json_t *facts = json_object(), *cpus = list_count(root, CPU_FILES "/present");

	set_files(facts, root);
	set_text(facts, "command_line", command_line != NULL ? boot_words_keep(command_line) : NULL);
	set_text(facts, "cpu_vendor", line_behind(root, "/proc/cpuinfo", "vendor_id"));
	set_text(facts, "cpu_model", line_behind(root, "/proc/cpuinfo", "model name"));
	set_text(facts, "microcode", line_behind(root, "/proc/cpuinfo", "microcode"));
	set_text(facts, "governor", all_values(root, CPU_FILES "/cpu[0-9]*/cpufreq/scaling_governor"));
	set_text(facts, "energy_preference",
		 all_values(root, CPU_FILES "/cpu[0-9]*/cpufreq/energy_performance_preference"));
	set_text(facts, "mitigations", mitigations(root));
	if (cpus != NULL)
		json_object_set_new(facts, "cpus_listed", cpus);
	if (memory != NULL) /* "16303604 kB" */
		json_object_set_new(facts, "memory_bytes", json_integer((json_int_t)strtoull(memory, NULL, 10) * 1024));
	free(memory);
	free(command_line);
	return facts;
}

/* A fact as people read it: allocated. */
static char *fact_text(const json_t *facts, const char *key)
{
	const json_t *value = json_object_get(facts, key);

	if (json_is_integer(value))
		return memory_format("%lld", (long long)json_integer_value(value));
	if (!json_is_string(value))
		return memory_text("unknown");
	return memory_text(json_string_length(value) > 0 ? json_string_value(value) : "none");
}

/* The words of one line that another does not have, each behind `before`; allocated. */
static char *words_only_in(const char *line, const char *other, const char *before)
{
	char *copy = memory_text(line), *rest = copy, *text = memory_text(""), *padded = memory_format(" %s ", other);

	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		char *alone = memory_format(" %s ", word), *longer;

		if (word[0] != '\0' && strstr(padded, alone) == NULL) {
			longer = memory_format("%s%s%s %s", text, text[0] != '\0' ? ", " : "", before, word);
			free(text);
			text = longer;
		}
		free(alone);
	}
	free(padded);
	free(copy);
	return text;
}

/* "command_line: without nohz_full=1, with idle=poll": which words are gone, and which are new. */
static char *line_difference(const json_t *then, const json_t *now)
{
	const char *old = json_string_value(json_object_get(then, "command_line"));
	const char *new = json_string_value(json_object_get(now, "command_line"));
	char *gone = words_only_in(old != NULL ? old : "", new != NULL ? new : "", "without");
	char *come = words_only_in(new != NULL ? new : "", old != NULL ? old : "", "with");
	char *text = NULL;

	if (gone[0] != '\0' || come[0] != '\0')
		text =
		    memory_format("command_line: %s%s%s", gone, gone[0] != '\0' && come[0] != '\0' ? ", " : "", come);
	free(gone);
	free(come);
	return text;
}

static char *fact_difference(const json_t *then, const json_t *now, const char *key)
{
	char *old, *new, *text = NULL;

	if (strcmp(key, "command_line") == 0)
		return line_difference(then, now);
	old = fact_text(then, key);
	new = fact_text(now, key);
	if (strcmp(old, new) != 0)
		text = memory_format("%s: %s, now %s", key, old, new);
	free(old);
	free(new);
	return text;
}

char *boot_facts_differences(const json_t *then, const json_t *now)
{
	static const char *const keys[] = {
	    "kernel",      "command_line", "cpu_vendor",           "cpu_model",   "microcode",  "cpus_listed",
	    "cpus_online", "governor",     "energy_preference",    "boost",       "smt",        "isolated",
	    "nohz_full",   "mitigations",  "transparent_hugepage", "clocksource", "idle_driver"};
	char *text = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char *difference = fact_difference(then, now, keys[i]), *longer;

		if (difference == NULL)
			continue;
		longer = memory_format("%s%s%s", text != NULL ? text : "", text != NULL ? "; " : "", difference);
		free(difference);
		free(text);
		text = longer;
	}
	return text;
}
