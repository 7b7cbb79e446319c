/* SPDX-License-Identifier: MIT */
/*
 * `aerobench list`: which benchmarks there are, what one sample of each is, on which subjects they run here, and the
 * figures. Nothing is listed from memory: the systems are asked for their benchmarks (catalog.h), the subjects are
 * checked on this computer, the figures are the files in plots/.
 */
#include "command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "figure_spec.h"
#include "launch.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "paths.h"
#include "subject.h"
#include "table.h"

/* One subject that has a meaning, and whether it can run here. */
struct list_subject {
	struct subject subject;
	bool supported;
	struct error error; /* why not */
};

/* All of it. Benchmarks are those of both systems, by name. */
struct listing {
	struct catalog catalog;
	const struct stream_bench **benches;
	size_t bench_count;
	struct list_subject *subjects;
	size_t subject_count;
	struct figure *figures;
	size_t figure_count;
};

static void list_help(const char *program)
{
	printf("Usage: %s [--json]\n"
	       "Lists benchmarks, the subjects that they run on here, and figures.\n\n"
	       "      --json        as JSON, schema aerobench.list/1\n"
	       "      --color WHEN  auto, always or never\n"
	       "  -h, --help\n",
	       program);
}

/* --- Collecting --------------------------------------------------------------------------------------------------- */

static int order_bench(const void *left, const void *right)
{
	const struct stream_bench *const *a = left, *const *b = right;

	return strcmp((*a)->point.benchmark, (*b)->point.benchmark);
}

static void list_benches(struct listing *listing)
{
	for (int system = 0; system < SUBJECT_SYSTEMS; system++) {
		const struct stream *stream = &listing->catalog.stream[system];

		if (catalog_load(&listing->catalog, (enum subject_system)system) != 0)
			continue;
		for (size_t i = 0; i < stream->bench_count; i++) {
			const char *name = stream->benches[i].point.benchmark;

			if (system > 0 && catalog_find(&listing->catalog, SUBJECT_AEROKERNEL, name) != NULL)
				continue;
			listing->benches =
			    memory_grow(listing->benches, listing->bench_count, sizeof(*listing->benches));
			listing->benches[listing->bench_count++] = &stream->benches[i];
		}
	}
	if (listing->bench_count > 1)
		qsort(listing->benches, listing->bench_count, sizeof(*listing->benches), order_bench);
}

static void list_subjects(struct listing *listing)
{
	listing->subjects = memory_new(subject_known_count, sizeof(*listing->subjects));
	for (size_t i = 0; i < subject_known_count; i++) {
		struct list_subject *entry = &listing->subjects[listing->subject_count];
		struct error ignored = {0};

		if (subject_parse(&entry->subject, subject_known[i], &ignored) != 0)
			continue;
		entry->supported = launch_check(&entry->subject, &entry->error) == 0;
		listing->subject_count++;
	}
}

static int list_collect(struct listing *listing, struct error *error)
{
	char *plots = paths_in_root("plots");
	int status;

	list_benches(listing);
	list_subjects(listing);
	status = figure_list(&listing->figures, &listing->figure_count, plots, NULL, 0, error);
	free(plots);
	return status;
}

static void list_free(struct listing *listing)
{
	figure_list_free(listing->figures, listing->figure_count);
	free(listing->subjects);
	free(listing->benches);
	catalog_free(&listing->catalog);
}

/* Why a benchmark does not run on a subject, or NULL: it does. */
static const char *obstacle(const struct listing *listing, const struct stream_bench *bench,
			    const struct list_subject *entry)
{
	enum subject_system system = entry->subject.system;

	if (!entry->supported)
		return entry->error.text;
	if (!listing->catalog.loaded[system])
		return listing->catalog.error[system].text;
	if (catalog_find(&listing->catalog, system, bench->point.benchmark) == NULL)
		return "this system has no such benchmark";
	if (bench->min_cpus > (entry->subject.cpus > 0 ? entry->subject.cpus : LAUNCH_CPUS_DEFAULT))
		return "needs more CPUs: run with --cpus";
	return NULL;
}

/* --- Text --------------------------------------------------------------------------------------------------------- */

/* "threads=2,4,8 place=same,other; series first, last"; allocated. */
static char *params_text(const struct stream_bench *bench)
{
	char *text = stream_point_params(&bench->point), *whole;

	for (char *at = text; *at != '\0'; at++)
		*at = *at == '|' ? ',' : *at;
	if (bench->series[0] == '\0')
		return text;
	whole = memory_format("%s%s%s", text, text[0] != '\0' ? " → " : "→ ", bench->series);
	for (char *at = whole; *at != '\0'; at++)
		*at = *at == '|' ? ',' : *at;
	free(text);
	return whole;
}

static void print_benches(const struct listing *listing, bool bold)
{
	static const char *const headings[] = {"benchmark", "runs", "per", "parameters → series", "one sample"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_LEFT, TABLE_RIGHT, TABLE_LEFT, TABLE_LEFT};
	struct table table;

	table_init(&table, 5, headings, align);
	for (size_t i = 0; i < listing->bench_count; i++) {
		const struct stream_bench *bench = listing->benches[i];
		char *params = params_text(bench);

		table_cell(&table, bench->point.benchmark);
		table_cell(&table, bench->extra ? "by -b" : "always");
		table_format(&table, "%ju", (uintmax_t)bench->per);
		table_cell(&table, params);
		table_cell(&table, bench->about);
		free(params);
	}
	table_print(&table, stdout, bold);
	table_free(&table);
	for (int system = 0; system < SUBJECT_SYSTEMS; system++) {
		if (!listing->catalog.loaded[system])
			printf("%s's benchmarks are unknown: %s\n", subject_system_name((enum subject_system)system),
			       listing->catalog.error[system].text);
	}
}

/* Which columns the matrix has: what cannot run here at all is said below instead. */
static void print_matrix(const struct listing *listing, bool bold)
{
	const char **headings = memory_new(listing->subject_count + 1, sizeof(*headings));
	enum table_align *align = memory_new(listing->subject_count + 1, sizeof(*align));
	size_t columns = 1;
	struct table table;

	headings[0] = "runs here on";
	for (size_t i = 0; i < listing->subject_count; i++) {
		if (listing->subjects[i].supported)
			headings[columns++] = listing->subjects[i].subject.name;
	}
	table_init(&table, columns, headings, align);
	for (size_t i = 0; i < listing->bench_count; i++) {
		table_cell(&table, listing->benches[i]->point.benchmark);
		for (size_t j = 0; j < listing->subject_count; j++) {
			const struct list_subject *entry = &listing->subjects[j];

			if (entry->supported)
				table_cell(&table, obstacle(listing, listing->benches[i], entry) == NULL ? "yes" : "–");
		}
	}
	putchar('\n');
	table_print(&table, stdout, bold);
	table_free(&table);
	free(align);
	free(headings);
}

static void print_obstacles(const struct listing *listing)
{
	printf("\n–: only the other system has it. Not on this computer:\n");
	for (size_t i = 0; i < listing->subject_count; i++) {
		const struct list_subject *entry = &listing->subjects[i];

		if (!entry->supported)
			printf("  %s\n", entry->error.text);
	}
	puts("Options of a subject: SYSTEM@MACHINE:poll (idle CPUs poll), :tuned (Linux pinned, SCHED_FIFO, memory "
	     "locked), :lean (a guest's Linux without mitigations, HPET or cleared pages), :cpus=N.");
}

static void print_figures(const struct listing *listing, bool bold)
{
	static const char *const headings[] = {"figure", "shows"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_LEFT};
	struct table table;

	table_init(&table, 2, headings, align);
	for (size_t i = 0; i < listing->figure_count; i++) {
		table_cell(&table, listing->figures[i].name);
		table_cell(&table, listing->figures[i].title);
	}
	putchar('\n');
	table_print(&table, stdout, bold);
	table_free(&table);
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* "2|4|8" as an array. */
static json_t *values_json(const char *values)
{
	json_t *array = json_array();
	char *copy = memory_text(values), *rest = copy;

	while (rest != NULL && values[0] != '\0')
		json_array_append_new(array, output_text_json(strsep(&rest, "|")));
	free(copy);
	return array;
}

static json_t *bench_json(const struct listing *listing, const struct stream_bench *bench)
{
	json_t *params = json_object(), *subjects = json_object();

	for (size_t i = 0; i < bench->point.param_count; i++)
		json_object_set_new(params, bench->point.params[i].key, values_json(bench->point.params[i].value));
	for (size_t i = 0; i < listing->subject_count; i++) {
		const char *reason = obstacle(listing, bench, &listing->subjects[i]);

		json_object_set_new(subjects, listing->subjects[i].subject.name,
				    reason == NULL
					? json_pack("{s:b}", "runs", 1)
					: json_pack("{s:b, s:o}", "runs", 0, "reason", output_text_json(reason)));
	}
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "benchmark",
			 output_text_json(bench->point.benchmark), "about", output_text_json(bench->about), "unit",
			 output_text_json(bench->unit), "per", (json_int_t)bench->per, "min_cpus",
			 (json_int_t)bench->min_cpus, "max_samples", (json_int_t)bench->max_samples, "extra",
			 (int)bench->extra, "series", values_json(bench->series), "params", params, "subjects",
			 subjects);
}

static json_t *list_json(const struct listing *listing)
{
	json_t *benches = json_array(), *subjects = json_array(), *figures = json_array();

	for (size_t i = 0; i < listing->bench_count; i++)
		json_array_append_new(benches, bench_json(listing, listing->benches[i]));
	for (size_t i = 0; i < listing->subject_count; i++) {
		const struct list_subject *entry = &listing->subjects[i];

		json_array_append_new(subjects,
				      json_pack("{s:s, s:b, s:o, s:s}", "subject", entry->subject.name, "supported",
						(int)entry->supported, "reason",
						entry->supported ? json_null() : output_text_json(entry->error.text),
						"unit", subject_unit(&entry->subject)));
	}
	for (size_t i = 0; i < listing->figure_count; i++)
		json_array_append_new(figures,
				      json_pack("{s:o, s:o, s:o}", "figure", output_text_json(listing->figures[i].name),
						"title", output_text_json(listing->figures[i].title), "about",
						output_text_json(listing->figures[i].about)));
	return json_pack("{s:s, s:o, s:o, s:o}", "schema", "aerobench.list/1", "benchmarks", benches, "subjects",
			 subjects, "figures", figures);
}

/* --- The command -------------------------------------------------------------------------------------------------- */

static int list_run(bool json, enum output_color color, struct error *error)
{
	struct listing listing = {0};
	bool bold = output_colored(stdout, color);
	int status = list_collect(&listing, error);

	if (status == 0 && json) {
		status = output_json(list_json(&listing), error);
	} else if (status == 0) {
		print_benches(&listing, bold);
		print_matrix(&listing, bold);
		print_obstacles(&listing);
		print_figures(&listing, bold);
		status = output_finish(error);
	}
	list_free(&listing);
	return status;
}

static int list_main(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{"color", required_argument, NULL, 'c'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	enum output_color color = OUTPUT_COLOR_AUTO;
	struct error error = {0};
	bool json = false, help = false;
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'j')
			json = true;
		else if (option == 'h')
			help = true;
		else if (option == 'c')
			status = output_color_parse(optarg, &color, &error);
		else
			status = parse_refused(option, argv, &error);
	}
	if (status == 0 && help)
		list_help(argv[0]);
	else if (status == 0 && optind < argc)
		status = error_set(&error, STATUS_USAGE, "unexpected '%s': `%s --help`", argv[optind], argv[0]);
	else if (status == 0)
		status = list_run(json, color, &error);
	if (status != 0)
		error_print(&error);
	return status;
}

COMMAND(list, .summary = "benchmarks, the subjects they run on here, figures", .run = list_main);
