/* SPDX-License-Identifier: MIT */
/*
 * `aerobench show RUN`: the distributions that a run measured, a table for each subject, derived from the raw logs every
 * time. Percentiles that the number of samples does not support are left out.
 */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "clock_text.h"
#include "counter_table.h"
#include "import_file.h"
#include "import_show.h"
#include "kvm_text.h"
#include "memory.h"
#include "paths.h"
#include "reading.h"
#include "smis.h"
#include "table.h"

enum { SHOW_RAW = READING_NS + 1 };

static void show_help(const char *program)
{
	printf("Usage: %s [OPTION…] [RUN]\n"
	       "Shows what a run measured. RUN is an id or its beginning, a directory, or latest (the default); or the "
	       "name\n"
	       "of an import.\n\n"
	       "      --raw          as measured: what reading the clock costs is not subtracted\n"
	       "%s%s",
	       program, reading_ns_help, reading_help);
}

static bool show_subject_has_rows(const struct summary *summary, const char *subject, bool cut)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		if (summary->rows[i].cut == cut && strcmp(summary->rows[i].subject, subject) == 0)
			return true;
	}
	return false;
}

/* unit: what the table is headed with. */
static void show_row(struct table *table, const struct summary_row *row, const char *unit)
{
	bool other = strcmp(row->unit, unit) != 0;
	char *name = reading_row_name(row);
	char *runs = reading_runs(row);

	table_format(table, "%s%s%s%s%s", name, other ? ", " : "", other ? row->unit : "",
		     row->by_difference ? " Δ"
		     : row->coarse      ? " ~"
					: "",
		     row->cut ? " cut" : "");
	table_cell(table, runs);
	table_number(table, row->min);
	table_number(table, row->p50);
	table_number(table, row->p90);
	table_number(table, row->p99);
	table_number(table, row->p999);
	table_number(table, row->max);
	table_number(table, row->mean);
	table_number(table, row->stddev);
	table_number(table, row->iqr);
	table_number(table, row->cold);
	table_number(table, row->control);
	free(runs);
	free(name);
}

static void show_subject(const struct summary *summary, const char *subject, bool cut, bool bold)
{
	static const char *const headings[] = {"",    "runs×n", "min",    "p50", "p90",  "p99",    "p99.9",
					       "max", "mean",   "stddev", "IQR", "cold", "control"};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
	const char *hz = summary_env(summary, subject, "clock_hz"), *cpus = summary_env(summary, subject, "cpus");
	const char *unit = NULL;
	double grain = NAN;
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (row->cut != cut || strcmp(row->subject, subject) != 0)
			continue;
		unit = unit != NULL ? unit : row->unit;
		show_row(&table, row, unit);
		grain = isnan(grain) ? row->grain * row->per : grain;
	}
	printf("\n%s%s%s: %s per operation, %s CPUs", bold ? "\033[1m" : "", subject,
	       cut ? " CUT (not a whole boot: what the checks of each point prove)" : "", unit,
	       cpus != NULL ? cpus : "unknown");
	if (strcmp(unit, "instructions") != 0) {
		if (hz != NULL)
			printf(", clock %.1f MHz", strtod(hz, NULL) / 1e6);
		else
			printf(", clock of an unknown rate");
		if (isnan(grain))
			printf(", grain unknown");
		else
			printf(" with a grain of %.3g %s", grain, unit);
	}
	printf("%s\n", bold ? "\033[0m" : "");
	table_print(&table, stdout, bold);
	table_free(&table);
}

/* Names of benchmarks from which nothing is subtracted because their samples do not hold the control. */
static void show_bare(const struct summary *summary)
{
	const char *before = NULL;
	bool unknown = false;

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];
		bool told = !row->cut || summary_bench(summary, row->subject, row->benchmark) != NULL;

		unknown |= row->bare && !told;
		if (!row->bare || !told || (before != NULL && strcmp(before, row->benchmark) == 0))
			continue;
		printf("%s %s",
		       before != NULL ? "," : "Not subtracted, because no reading of the clock is in the samples:",
		       row->benchmark);
		before = row->benchmark;
	}
	if (before != NULL)
		puts(".");
	if (unknown)
		puts("Not subtracted from rows that are cut, because what was lost says whether the control is in "
		     "them.");
}

/* From what the control was subtracted. */
static void show_subtracted(const struct summary *summary)
{
	bool some = false, unknown = false;

	for (size_t i = 0; i < summary->row_count; i++) {
		some |= summary->rows[i].subtracted > 0;
		unknown |= isnan(summary->rows[i].control) && !summary->rows[i].bare;
	}
	if (some)
		printf("The control is subtracted from every number but stddev and IQR, which are differences; "
		       "--raw shows them as measured.%s\n",
		       unknown ? " Where the control is unknown (–), nothing is." : "");
	else if (unknown)
		puts("Nothing is subtracted: the control is unknown (its run did not arrive), and contained in every "
		     "number.");
	else
		puts("Nothing is subtracted: every number is as measured.");
}

static void show_legend(const struct summary *summary, bool raw)
{
	bool coarse = false, counted = false, differenced = false;

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];
		bool count = strcmp(row->unit, "instructions") == 0;

		counted |= count;
		coarse |= row->coarse && !row->by_difference;
		differenced |= row->by_difference;
	}
	puts("\ncold: the first, untrained operation of each boot (median). control: p50 of reading the clock. –: not "
	     "supported\nby the number of samples, or unknown.");
	if (raw)
		puts("Raw: the control is contained in every number and not subtracted.");
	else
		show_subtracted(summary);
	if (!raw)
		show_bare(summary);
	if (coarse)
		printf("~ median below %d grains of the clock: its percentiles are steps of the clock, not of the "
		       "operation.\n",
		       SUMMARY_GRAINS);
	if (differenced)
		printf("Δ below %d grains: p50 is (t(2n) − t(n)) / n of n and 2n operations back to back between two "
		       "readings of the\nclock, the median over boots. Single operations cannot be timed: there is no "
		       "distribution of them.\n",
		       SUMMARY_GRAINS);
	if (counted)
		printf("instructions: executed by all CPUs together; a length of path, never a latency. %s\n",
		       summary_waits);
}

/* What each subject's machine should be set to; nothing where there is nothing to say. */
static void show_advice(const struct summary *summary)
{
	for (size_t s = 0; s < summary->store->plan.subject_count; s++) {
		const char *subject = summary->store->plan.subjects[s];
		struct advice advice;

		advice_of_subject(&advice, summary, subject);
		if (advice.count > 0)
			printf("\nWhat to set in the firmware of %s:\n", subject);
		for (size_t i = 0; i < advice.count; i++)
			printf("  - %s: %s\n", advice.items[i].fact, advice.items[i].remedy);
	}
}

static void show_text(const struct reading *reading, const struct summary *summary)
{
	const struct store *store = summary->store;
	bool bold = output_colored(stdout, reading->color);
	struct counter_rows counts;

	reading_heading(stdout, summary);
	for (size_t i = 0; i < store->plan.subject_count; i++) {
		for (int cut = 0; cut <= 1; cut++) {
			if (show_subject_has_rows(summary, store->plan.subjects[i], cut))
				show_subject(summary, store->plan.subjects[i], cut, bold);
		}
	}
	if (summary->row_count > 0)
		show_legend(summary, reading->select.raw);
	else if (summary->stream_count > 0)
		puts("\nNo results: the boots have succeeded, but measured nothing of this selection (mode=doctor "
		     "measures "
		     "only the machine).");
	else
		puts("\nNo results: no boot of this selection has succeeded.");
	counter_rows_make(&counts, summary);
	counter_rows_print(&counts, stdout, bold);
	counter_rows_free(&counts);
	clock_print(stdout, summary);
	smis_print(stdout, summary);
	kvm_print(stdout, summary);
	reading_notes(stdout, summary);
	show_advice(summary);
}

static json_t *show_json(const struct summary *summary)
{
	json_t *json = summary_json(summary);
	struct counter_rows counts;

	counter_rows_make(&counts, summary);
	json_object_set_new(json, "counts", counter_rows_json(&counts));
	json_object_set_new(json, "not_counted", counter_absences_json(&counts));
	counter_rows_free(&counts);
	return json;
}

static int show_import(const struct reading *reading, const char *name, struct error *error)
{
	struct import_file file;
	int status = import_file_open(&file, paths_results(reading->results), name, error);

	if (status == 0 && reading->json)
		status = output_json(import_json(&file), error);
	else if (status == 0)
		import_show(stdout, &file, output_colored(stdout, reading->color));
	import_file_free(&file);
	return status;
}

static int show_run(const struct reading *reading, const char *run, struct error *error)
{
	struct store store;
	struct summary summary;
	int status;

	if (import_file_exists(paths_results(reading->results), run))
		return show_import(reading, run, error);
	status = reading_load(reading, run, &store, &summary, error);
	if (status != 0)
		return status;
	if (reading->json) {
		status = output_json(show_json(&summary), error);
	} else {
		show_text(reading, &summary);
		status = output_finish(error);
	}
	reading_unload(&store, &summary);
	return status;
}

static int show_main(int argc, char **argv)
{
	static const struct option options[] = {
	    READING_LONG, READING_NS_LONG, {"raw", no_argument, NULL, SHOW_RAW}, {NULL, 0, NULL, 0}};
	struct reading reading = {.select.cut = true};
	struct error error = {0};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT, options, NULL)) != -1) {
		if (option == SHOW_RAW)
			reading.select.raw = true;
		else
			status = reading_option(&reading, option, argv, &error);
	}
	if (status == 0 && reading.help)
		show_help(argv[0]);
	else if (status == 0 && argc - optind > 1)
		status = error_set(&error, STATUS_USAGE, "one RUN at a time: `aerobench compare` takes two");
	else if (status == 0)
		status = show_run(&reading, optind < argc ? argv[optind] : "latest", &error);
	if (status != 0)
		error_print(&error);
	reading_free(&reading);
	return status;
}

COMMAND(show, .summary = "the distributions that a run measured", .run = show_main);
