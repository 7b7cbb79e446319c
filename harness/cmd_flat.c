/* SPDX-License-Identifier: MIT */
/* `aerobench flat RUN`: whether each primitive of the Aerokernel takes the same instructions every time (flat.h). */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "flat.h"
#include "memory.h"
#include "reading.h"
#include "table.h"

enum { FLAT_STRICT = READING_NS + 1 };

static void flat_help(const char *program)
{
	printf("Usage: %s [OPTION…] [RUN]\n"
	       "Tells of each point that aerokernel@sim measured whether all its warm samples are the same number of "
	       "instructions, and on how many\nsamples n that stands. RUN is an id or its beginning, a directory, or "
	       "latest; made by: aerobench run -s\naerokernel@sim --samples %d\n\n"
	       "      --strict       points with too few samples are a failure too\n"
	       "%s\n"
	       "Exit status: 0 all are flat or their benchmark names the cause, 1 one is not, 2 usage, or the run has\n"
	       "no such point, 3 (--strict) one has too few samples.\n",
	       program, FLAT_SAMPLES, reading_help);
}

/* --- Text and JSON -------------------------------------------------------------------------------------------------- */

static void flat_print_row(struct table *table, const struct summary *summary, const struct summary_row *row)
{
	const char *why;
	enum flat_verdict verdict = flat_judge(summary, row, &why);
	char *name = reading_row_name(row);

	table_cell(table, row->subject);
	table_cell(table, name);
	table_format(table, "%zu", row->n);
	table_number(table, row->min);
	table_number(table, row->p50);
	table_number(table, row->p999);
	table_number(table, row->max);
	table_format(table, "%s%s%s", flat_verdict_word(verdict), why[0] != '\0' ? ": " : "", why);
	free(name);
}

static size_t flat_points(const size_t *counts)
{
	size_t points = 0;

	for (unsigned i = 0; i < FLAT_VERDICTS; i++)
		points += counts[i];
	return points;
}

static void flat_print(const struct reading *reading, const struct summary *summary, const size_t *counts)
{
	static const char *const headings[] = {"", "", "n", "min", "p50", "p99.9", "max", ""};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
	struct table table;

	reading_heading(stdout, summary);
	putchar('\n');
	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < summary->row_count; i++) {
		if (flat_is_judged(&summary->rows[i]))
			flat_print_row(&table, summary, &summary->rows[i]);
	}
	table_print(&table, stdout, output_colored(stdout, reading->color));
	table_free(&table);
	printf(
	    "\nInstructions per operation. Flat: p50 = p99.9 = max of n samples. %zu points: %zu flat on %d samples or "
	    "more,\n%zu flat on all that the benchmark takes, which are fewer, %zu with a named cause,\n%zu with too "
	    "few samples, %zu not flat\n",
	    flat_points(counts), counts[FLAT_YES], FLAT_SAMPLES, counts[FLAT_BOUND], counts[FLAT_NAMED],
	    counts[FLAT_FEW], counts[FLAT_NO]);
}

static json_t *flat_row_json(const struct summary *summary, const struct summary_row *row)
{
	const char *why;
	enum flat_verdict verdict = flat_judge(summary, row, &why);

	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:s, s:o}", "subject",
			 output_text_json(row->subject), "benchmark", output_text_json(row->benchmark), "params",
			 summary_params_json(row->point), "n", (json_int_t)row->n, "runs", (json_int_t)row->run_count,
			 "min", summary_number_json(row->min), "p50", summary_number_json(row->p50), "p999",
			 summary_number_json(row->p999), "max", summary_number_json(row->max), "verdict",
			 flat_verdict_word(verdict), "cause", output_text_json(why));
}

static json_t *flat_json(const struct summary *summary, const size_t *counts)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < summary->row_count; i++) {
		if (flat_is_judged(&summary->rows[i]))
			json_array_append_new(rows, flat_row_json(summary, &summary->rows[i]));
	}
	return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o}", "schema", "aerobench.flat/1", "run",
			 output_text_json(summary->store->id), "flat", (json_int_t)counts[FLAT_YES], "flat_bound",
			 (json_int_t)counts[FLAT_BOUND], "named", (json_int_t)counts[FLAT_NAMED], "too_few",
			 (json_int_t)counts[FLAT_FEW], "not_flat", (json_int_t)counts[FLAT_NO], "rows", rows);
}

/* --- The command ---------------------------------------------------------------------------------------------------- */

static int flat_tell(const struct reading *reading, const struct summary *summary, bool strict, struct error *error)
{
	size_t counts[FLAT_VERDICTS] = {0};
	int status;

	for (size_t i = 0; i < summary->row_count; i++) {
		const char *why;

		if (flat_is_judged(&summary->rows[i]))
			counts[flat_judge(summary, &summary->rows[i], &why)]++;
	}
	if (flat_points(counts) == 0)
		return error_set(error, STATUS_USAGE,
				 "run %s has no such point of aerokernel@sim; measure it by: aerobench run -s "
				 "aerokernel@sim --samples %d",
				 summary->store->id, FLAT_SAMPLES);
	if (reading->json) {
		status = output_json(flat_json(summary, counts), error);
	} else {
		flat_print(reading, summary, counts);
		status = output_finish(error);
	}
	if (status != 0)
		return status;
	if (counts[FLAT_NO] > 0)
		return STATUS_FAILED;
	return strict && counts[FLAT_FEW] > 0 ? STATUS_INCONCLUSIVE : STATUS_OK;
}

static int flat_run(const struct reading *reading, const char *run, bool strict, struct error *error)
{
	struct summary summary;
	struct store store;
	int status = reading_load(reading, run, &store, &summary, error);

	if (status != 0)
		return status;
	status = reading_refuse_cut(&store, NULL, error);
	if (status == 0)
		status = flat_tell(reading, &summary, strict, error);
	reading_unload(&store, &summary);
	return status;
}

static int flat_main(int argc, char **argv)
{
	static const struct option options[] = {
	    READING_LONG, {"strict", no_argument, NULL, FLAT_STRICT}, {NULL, 0, NULL, 0}};
	struct reading reading = {0};
	struct error error = {0};
	bool strict = false;
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT, options, NULL)) != -1) {
		if (option == FLAT_STRICT)
			strict = true;
		else
			status = reading_option(&reading, option, argv, &error);
	}
	if (status == 0 && reading.help)
		flat_help(argv[0]);
	else if (status == 0 && argc - optind > 1)
		status = error_set(&error, STATUS_USAGE, "one RUN at a time: `%s --help`", argv[0]);
	else if (status == 0)
		status = flat_run(&reading, optind < argc ? argv[optind] : "latest", strict, &error);
	if (error.status != STATUS_OK)
		error_print(&error);
	reading_free(&reading);
	return status;
}

COMMAND(flat, .summary = "does each primitive take the same instructions every time", .run = flat_main);
