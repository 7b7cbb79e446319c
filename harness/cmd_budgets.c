/* SPDX-License-Identifier: MIT */
/*
 * `aerobench budgets RUN`: what each primitive costs, beside what Linux and Nautilus were recorded with and what it may
 * cost at most (plots/budgets.tsv).
 */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "figure.h"
#include "memory.h"
#include "reading.h"
#include "table.h"

enum { BUDGETS_STRICT = READING_NS + 1 };

static void budgets_help(const char *program)
{
	printf("Usage: %s [OPTION…] [RUN]\n"
	       "Holds a run against the budgets of plots/budgets.tsv. RUN is an id or its beginning, a directory, or "
	       "latest.\n\n"
	       "      --strict       a primitive that was not measured is a failure too\n"
	       "%s\n"
	       "Exit status: 0 every budget that was measured is met, 1 one is missed, 2 usage, or the run has no\n"
	       "aerokernel@sim with %d CPUs, 3 (--strict) one was not measured.\n",
	       program, reading_help, BUDGET_CPUS);
}

/* --- Text ----------------------------------------------------------------------------------------------------------- */

static void print_recorded(struct table *table, const struct budget *budget)
{
	char number[64], stock[64];

	output_number(number, sizeof(number), budget->linux_kindest);
	if (isnan(budget->linux_stock))
		table_cell(table, number);
	else
		table_format(table, "%s [%s]", number, output_number(stock, sizeof(stock), budget->linux_stock));
	table_number(table, budget->nautilus);
}

static void print_line(struct table *table, const struct budget_line *line)
{
	const struct budget *budget = line->budget;
	const struct budget_cell *ours = &line->cells[BUDGET_AEROKERNEL];
	const struct budget_cell *rival = &line->cells[BUDGET_USER_LEVEL];
	bool counted = strcmp(budget->unit, "instructions") == 0;
	char *runs = ours->row != NULL ? reading_runs(ours->row) : memory_text(ours->absent == NULL ? "once" : "–");
	char number[64];

	table_format(table, "%s%s%s", budget->primitive, counted ? "" : ", ", counted ? "" : budget->unit);
	print_recorded(table, budget);
	table_number(table, line->cells[BUDGET_LINUX].p50);
	if (rival->row != NULL)
		table_format(table, "%s %.*s", output_number(number, sizeof(number), rival->p50),
			     (int)strcspn(rival->row->benchmark, "_"), rival->row->benchmark);
	else
		table_cell(table, "–");
	table_number(table, ours->p50);
	table_number(table, ours->p999);
	table_number(table, ours->max);
	table_cell(table, runs);
	table_number(table, budget->limit);
	table_cell(table, budget_verdict_word(line->verdict));
	free(runs);
}

static void print_table(const struct budget_sheet *sheet, bool bold)
{
	static const char *const headings[] = {"",
					       "Linux, recorded",
					       "Nautilus, recorded",
					       "Linux",
					       "user-level threads",
					       "Aerokernel",
					       "p99.9",
					       "max",
					       "runs×n",
					       "budget",
					       ""};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < sheet->count; i++)
		print_line(&table, &sheet->lines[i]);
	table_print(&table, stdout, bold);
	table_free(&table);
}

static void print_notes(const struct budget_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		const struct budget_line *line = &sheet->lines[i];

		if (line->budget->note[0] != '\0')
			printf("%s: %s\n", line->budget->primitive, line->budget->note);
	}
	for (size_t i = 0; i < sheet->count; i++) {
		const struct budget_line *line = &sheet->lines[i];

		if (line->verdict == BUDGET_ABSENT)
			printf("%s: not measured: %s\n", line->budget->primitive,
			       line->cells[BUDGET_AEROKERNEL].absent);
	}
}

static void print_sheet(const struct reading *reading, const struct budget_sheet *sheet)
{
	const char *commit = summary_env(sheet->summary, sheet->aerokernel, "commit");
	const char *build = summary_env(sheet->summary, sheet->aerokernel, "build");
	const char *linux_name = sheet->linux_subject != NULL ? sheet->linux_subject : "not in this run";

	reading_heading(stdout, sheet->summary);
	printf("Aerokernel: %s, commit %s, build %s. Linux and user-level threads on it: %s.\n\n", sheet->aerokernel,
	       commit != NULL ? commit : "unknown", build != NULL ? build : "unknown", linux_name);
	print_table(sheet, output_colored(stdout, reading->color));
	puts("\nMedians of executed instructions (sim), of all CPUs together: a length of path, never a latency. The "
	     "clock's own\ncost is contained here, as in the recorded numbers, and not subtracted. A budget is "
	     "compared in whole instructions. [ ]: Linux as it comes, where "
	     "mitigations=off, the\nkindest setting for it, differs by more than 20 %.");
	print_notes(sheet);
	printf("\n%zu met, %zu missed, %zu not measured\n", sheet->verdicts[BUDGET_MET], sheet->verdicts[BUDGET_MISSED],
	       sheet->verdicts[BUDGET_ABSENT]);
}

/* --- The command ---------------------------------------------------------------------------------------------------- */

static int budgets_tell(const struct reading *reading, const struct budget_sheet *sheet, bool strict,
			struct error *error)
{
	int status;

	if (sheet->aerokernel == NULL)
		return error_set(error, STATUS_USAGE,
				 "run %s has no aerokernel@sim with %d CPUs; measure it by: aerobench run -s "
				 "aerokernel@sim -s linux@sim",
				 sheet->summary->store->id, BUDGET_CPUS);
	if (reading->json) {
		status = output_json(budget_json(sheet), error);
	} else {
		print_sheet(reading, sheet);
		status = output_finish(error);
	}
	if (status != 0)
		return status;
	if (sheet->verdicts[BUDGET_MISSED] > 0)
		return STATUS_FAILED;
	return strict && sheet->verdicts[BUDGET_ABSENT] > 0 ? STATUS_INCONCLUSIVE : STATUS_OK;
}

static int budgets_run(const struct reading *reading, const char *run, bool strict, struct error *error)
{
	char *sources = figure_sources(), *path = memory_format("%s/budgets.tsv", sources);
	struct budget_sheet sheet = {0};
	struct budgets budgets;
	struct summary summary;
	struct store store;
	int status = budgets_read(&budgets, path, error);

	if (status == 0)
		status = reading_load(reading, run, &store, &summary, error);
	if (status == 0) {
		status = reading_refuse_cut(&store, NULL, error);
		if (status == 0)
			status = budget_sheet_make(&sheet, &budgets, &summary, error);
		if (status == 0)
			status = budgets_tell(reading, &sheet, strict, error);
		budget_sheet_free(&sheet);
		reading_unload(&store, &summary);
	}
	budgets_free(&budgets);
	free(path);
	free(sources);
	return status;
}

static int budgets_main(int argc, char **argv)
{
	static const struct option options[] = {
	    READING_LONG, {"strict", no_argument, NULL, BUDGETS_STRICT}, {NULL, 0, NULL, 0}};
	struct reading reading = {0};
	struct error error = {0};
	bool strict = false;
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT, options, NULL)) != -1) {
		if (option == BUDGETS_STRICT)
			strict = true;
		else
			status = reading_option(&reading, option, argv, &error);
	}
	if (status == 0 && reading.help)
		budgets_help(argv[0]);
	else if (status == 0 && argc - optind > 1)
		status = error_set(&error, STATUS_USAGE, "one RUN at a time: `%s --help`", argv[0]);
	else if (status == 0)
		status = budgets_run(&reading, optind < argc ? argv[optind] : "latest", strict, &error);
	if (error.status != STATUS_OK)
		error_print(&error);
	reading_free(&reading);
	return status;
}

COMMAND(budgets, .summary = "what each primitive costs, and whether it may", .run = budgets_main);
