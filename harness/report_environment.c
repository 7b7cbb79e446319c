/* SPDX-License-Identifier: MIT */
/* What the run ran on and how it was made: see report_section.h. */
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "memory.h"
#include "output.h"
#include "report_html.h"
#include "report_section.h"

/* Longer facts, as the XML of the topology, are in run.json. */
enum { FACT_BYTES_MAX = 2000 };

static void fact_row(FILE *file, const char *key, const char *value)
{
	fputs("<tr>", file);
	html_element(file, "th scope=\"row\"", key);
	html_element(file, "td class=\"long\"", value);
	fputs("</tr>\n", file);
}

/* A value as one line, allocated; NULL: empty, or made of members of its own. */
static char *fact_text(const json_t *value)
{
	char number[64], *text = NULL;
	size_t size;
	FILE *out;

	if (json_is_string(value) && json_string_length(value) > FACT_BYTES_MAX)
		return memory_format("%zu bytes, in run.json", json_string_length(value));
	if (json_is_string(value))
		return json_string_length(value) > 0 ? memory_text(json_string_value(value)) : NULL;
	if (json_is_number(value))
		return memory_text(output_number(number, sizeof(number), json_number_value(value)));
	if (json_is_boolean(value))
		return memory_text(json_is_true(value) ? "yes" : "no");
	if (json_array_size(value) == 0)
		return NULL;
	out = open_memstream(&text, &size);
	for (size_t i = 0; i < json_array_size(value); i++) {
		char *item = fact_text(json_array_get(value, i));

		fprintf(out, "%s%s", i > 0 ? ", " : "", item != NULL ? item : "…");
		free(item);
	}
	fclose(out);
	return text;
}

static void fact_rows(FILE *file, json_t *object, const char *prefix);

/* One member, or the members it is made of, each under its name behind that of the whole; items are numbered from 0. */
static void fact_member(FILE *file, json_t *value, const char *name)
{
	char *text, *longer;

	if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			longer = memory_format("%s %zu ", name, i);
			fact_rows(file, json_array_get(value, i), longer);
			free(longer);
		}
		return;
	}
	text = fact_text(value);
	if (text != NULL)
		fact_row(file, name, text);
	free(text);
	longer = memory_format("%s ", name);
	fact_rows(file, value, longer);
	free(longer);
}

/* All members of an object; none of anything else. */
static void fact_rows(FILE *file, json_t *object, const char *prefix)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		char *name = memory_format("%s%s", prefix, key);

		fact_member(file, value, name);
		free(name);
	}
}

static void fact_table(FILE *file, json_t *object, const char *caption)
{
	if (json_object_size(object) == 0)
		return;
	html_details(file, "%s", caption);
	html_table_begin(file, caption, "fact|<value");
	fact_rows(file, object, "");
	html_table_end(file);
	fputs("</details>\n", file);
}

/* --- What is asked first -------------------------------------------------------------------------------------------- */

/* Where run.json has it: names of members, separated by '/'. */
static const struct {
	const char *words, *path;
} firsts[] = {
    {"Processor", "doctor/system/cpu_model"},
    {"Microcode", "doctor/system/microcode"},
    {"CPUs online", "doctor/system/cpus_online"},
    {"Hypervisor", "doctor/system/hypervisor"},
    {"Linux", "doctor/system/kernel"},
    {"Its command line", "doctor/system/command_line"},
    {"Mitigations", "doctor/system/mitigations"},
    {"Frequency governor", "doctor/system/governor"},
    {"SMT", "doctor/system/smt"},
    {"Time-stamp counter, Hz", "doctor/tsc/hz"},
    {"QEMU", "versions/qemu"},
    {"Compiler", "versions/compiler"},
    {"Commit", "versions/aerobench"},
    {"Build", "versions/build"},
    {"Measured", "created"},
    {"By", "command"},
};

static json_t *fact_at(const json_t *run, const char *path)
{
	const json_t *object = run;
	json_t *value = NULL;

	for (; object != NULL && *path != '\0'; object = value) {
		size_t len = strcspn(path, "/");
		char *key = memory_format("%.*s", (int)len, path);

		value = json_object_get(object, key);
		free(key);
		path += len + (path[len] == '/');
	}
	return *path == '\0' ? value : NULL;
}

static void first_table(FILE *file, const json_t *run)
{
	html_table_begin(file, "In short; \"unknown\" is what this system does not say", "fact|<value");
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		const json_t *value = fact_at(run, firsts[i].path);
		char *text = value != NULL ? fact_text(value) : NULL;

		fact_row(file, firsts[i].words, text != NULL ? text : "unknown");
		free(text);
	}
	html_table_end(file);
}

/* --- Subjects --------------------------------------------------------------------------------------------------------- */

/* A word as a shell takes it. */
static void command_word(FILE *out, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		fputs(word, out);
		return;
	}
	putc('\'', out);
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			putc(*word, out);
	}
	putc('\'', out);
}

static char *command_text(const json_t *argv)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < json_array_size(argv); i++) {
		const char *word = json_string_value(json_array_get(argv, i));

		fputs(i > 0 ? " " : "", out);
		command_word(out, word != NULL ? word : "");
	}
	fclose(out);
	return text;
}

static const struct store_boot *subject_boot(const struct store *store, const char *subject)
{
	for (size_t i = 0; i < store->boot_count; i++) {
		if (store->boots[i].status == STORE_OK && strcmp(store->boots[i].subject, subject) == 0)
			return &store->boots[i];
	}
	return NULL;
}

static void launch_table(FILE *file, const struct store *store)
{
	html_details(file, "What was launched");
	html_table_begin(file, "The command of each subject's first good boot", "subject|<command");
	for (size_t s = 0; s < store->plan.subject_count; s++) {
		const struct store_boot *boot = subject_boot(store, store->plan.subjects[s]);
		char *command = boot != NULL && boot->argv != NULL ? command_text(boot->argv) : memory_text("–");

		fact_row(file, store->plan.subjects[s], command);
		free(command);
	}
	html_table_end(file);
	fputs("</details>\n", file);
}

/* What the subject's first good boot said of itself. */
static void subject_facts(FILE *file, const struct summary *summary, const char *subject)
{
	for (size_t i = 0; i < summary->stream_count; i++) {
		const struct stream *stream = &summary->streams[i];

		if (strcmp(summary->boots[i]->subject, subject) != 0)
			continue;
		html_details(file, "%s, in its own words", subject);
		html_table_begin(file, subject, "fact|<value");
		for (size_t e = 0; e < stream->env_count; e++)
			fact_row(file, stream->env[e].key, stream->env[e].value);
		html_table_end(file);
		fputs("</details>\n", file);
		return;
	}
}

/* What the subject's machine should be set to, by its first good boot; nothing where there is nothing to say. */
static void subject_advice(FILE *file, const struct summary *summary, const char *subject)
{
	struct advice advice;

	advice_of_subject(&advice, summary, subject);
	if (advice.count == 0)
		return;
	html_format(file, "h3", "What to set in the firmware of %s", subject);
	html_table_begin(file, "From what the machine's registers said when it booted", "fact|<what to set");
	for (size_t i = 0; i < advice.count; i++)
		fact_row(file, advice.items[i].fact, advice.items[i].remedy);
	html_table_end(file);
}

/* --- All of it ---------------------------------------------------------------------------------------------------------- */

/* Parts of run.json that have a better name than their own. */
static const struct {
	const char *words, *name;
} parts[] = {
    {"This computer", "system"},
    {"Its clock", "tsc"},
    {"Offset of the clock between CPUs", "clock_offset"},
    {"Noise", "noise"},
    {"Performance counters", "pmu"},
    {"KVM", "kvm"},
    {"QEMU", "qemu"},
    {"Programs", "versions"},
    {"Surroundings", "environment"},
    {"The campaign", "campaign"},
};

/* A table for each member that is an object, but for the one that other sections tell. */
static void part_tables(FILE *file, json_t *object, const char *told)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		const char *words = key;

		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			words = strcmp(parts[i].name, key) == 0 ? parts[i].words : words;
		if (strcmp(key, told) != 0)
			fact_table(file, value, words);
	}
}

void report_environment(FILE *file, const struct summary *summary)
{
	const struct store *store = summary->store;

	fputs("<section id=\"environment\">\n<h2>Environment</h2>\n", file);
	first_table(file, store->run);
	for (size_t s = 0; s < store->plan.subject_count; s++)
		subject_advice(file, summary, store->plan.subjects[s]);
	launch_table(file, store);
	part_tables(file, json_object_get(store->run, "doctor"), "machines");
	part_tables(file, store->run, "doctor");
	for (size_t s = 0; s < store->plan.subject_count; s++)
		subject_facts(file, summary, store->plan.subjects[s]);
	fputs("</section>\n", file);
}
