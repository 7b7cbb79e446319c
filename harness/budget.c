/* SPDX-License-Identifier: MIT */
/* Budgets and what a run says to them: see budget.h. */
#include "budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "memory.h"
#include "subject.h"
#include "tsv.h"

enum { BUDGET_FILE_COLUMNS = 10 };

/* --- The file ------------------------------------------------------------------------------------------------------- */

/* A positive number, or "-" as NaN. */
static int budget_number(const char *text, double *number, struct error *error)
{
	char *end;

	*number = NAN;
	if (strcmp(text, "-") == 0)
		return 0;
	*number = strtod(text, &end);
	if (end == text || *end != '\0' || !(*number > 0) || !isfinite(*number))
		return error_set(error, STATUS_USAGE, "'%s' is neither a positive number nor -", text);
	return 0;
}

static int budget_numbers(struct budget *budget, char *const *column, struct error *error)
{
	double *const numbers[] = {&budget->linux_kindest, &budget->linux_stock, &budget->nautilus, &budget->limit};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (budget_number(column[i], numbers[i], error) != 0)
			return STATUS_USAGE;
	}
	if (isnan(budget->limit))
		return error_set(error, STATUS_USAGE, "a row needs a budget");
	return 0;
}

static int budget_row(void *context, char *const *column, struct error *error)
{
	struct budgets *budgets = context;
	struct budget *budget;

	for (size_t i = 0; i + 1 < BUDGET_FILE_COLUMNS; i++) {
		if (column[i][0] == '\0')
			return error_set(error, STATUS_USAGE, "column %zu is empty; write - for none", i + 1);
	}
	if (strcmp(column[4], "instructions") != 0 && strcmp(column[4], "ms") != 0)
		return error_set(error, STATUS_USAGE, "unit '%s' is neither instructions nor ms", column[4]);
	budgets->rows = memory_grow(budgets->rows, budgets->count, sizeof(*budgets->rows));
	budget = &budgets->rows[budgets->count++];
	*budget = (struct budget){
	    .primitive = memory_text(column[0]), .unit = memory_text(column[4]), .note = memory_text(column[9])};
	for (size_t i = 0; i < BUDGET_COLUMNS; i++)
		budget->items[i] = memory_text(strcmp(column[i + 1], "=") == 0 ? column[1] : column[i + 1]);
	return budget_numbers(budget, column + 5, error);
}

int budgets_read(struct budgets *budgets, const char *path, struct error *error)
{
	*budgets = (struct budgets){0};
	return tsv_read(path, BUDGET_FILE_COLUMNS, budget_row, budgets, error);
}

void budgets_free(struct budgets *budgets)
{
	for (size_t i = 0; i < budgets->count; i++) {
		free(budgets->rows[i].primitive);
		for (size_t j = 0; j < BUDGET_COLUMNS; j++)
			free(budgets->rows[i].items[j]);
		free(budgets->rows[i].unit);
		free(budgets->rows[i].note);
	}
	free(budgets->rows);
	*budgets = (struct budgets){0};
}

/* --- Subjects --------------------------------------------------------------------------------------------------------- */

/*
 * The subject of this system that counts instructions on so many CPUs as budgets are for, or NULL: the kindest setting
 * of Linux if the run has it, else the first.
 */
static const char *budget_subject(const struct summary *summary, enum subject_system system)
{
	const struct store_plan *plan = &summary->store->plan;
	const char *first = NULL;

	for (size_t i = 0; i < plan->subject_count; i++) {
		const char *cpus = summary_env(summary, plan->subjects[i], "cpus");
		struct error ignored = {STATUS_OK, ""};
		struct subject subject;

		if (cpus != NULL && strtoul(cpus, NULL, 10) == BUDGET_CPUS &&
		    subject_parse(&subject, plan->subjects[i], &ignored) == 0 && subject.system == system &&
		    subject.machine == SUBJECT_SIM && !subject.poll && (first == NULL || subject.lean))
			first = plan->subjects[i];
	}
	return first;
}

/* --- Cells ------------------------------------------------------------------------------------------------------------ */

static char *cell_why(const struct summary *summary, const struct figure_item *item, const char *subject)
{
	for (size_t i = 0; i < summary->note_count; i++) {
		const struct summary_note *note = &summary->notes[i];

		if (strcmp(note->subject, subject) == 0 && note->benchmark != NULL &&
		    strcmp(note->benchmark, item->benchmark) == 0)
			return memory_format("%s %s: %s", item->benchmark, note->kind, note->reason);
	}
	return memory_format("the run has no %s of %s", item->text, subject);
}

/* The one row that the item picks, into an empty cell. */
static int cell_of_row(struct budget_cell *cell, const struct summary *summary, const struct figure_item *item,
		       const char *subject, struct error *error)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (strcmp(row->subject, subject) != 0 || !figure_item_matches(item, row, summary))
			continue;
		if (cell->row != NULL)
			return error_set(error, STATUS_USAGE,
					 "budgets: '%s' picks several rows of %s: name all its parameters", item->text,
					 subject);
		cell->row = row;
		/* As measured: what others were recorded with holds the clock's cost too. */
		cell->p50 = (row->p50 + row->subtracted) / item->divisor;
		cell->p999 = (row->p999 + row->subtracted) / item->divisor;
		cell->max = (row->max + row->subtracted) / item->divisor;
	}
	if (cell->row == NULL)
		cell->absent = cell_why(summary, item, subject);
	return 0;
}

/* A number of ticks in the subject's environment, as milliseconds of its clock. */
static void cell_of_env(struct budget_cell *cell, const struct summary *summary, const char *key, const char *subject)
{
	const char *ticks = summary_env(summary, subject, key), *hz = summary_env(summary, subject, "clock_hz");
	double rate = hz != NULL ? strtod(hz, NULL) : 0;

	if (ticks != NULL && rate > 0)
		cell->p50 = strtod(ticks, NULL) / rate * 1e3;
	else
		cell->absent = memory_format("%s says no %s", subject, key);
}

static int cell_read(struct budget_cell *cell, const struct summary *summary, const char *text, const char *subject,
		     struct error *error)
{
	struct figure_item item;
	int status;

	*cell = (struct budget_cell){.p50 = NAN, .p999 = NAN, .max = NAN};
	if (strncmp(text, "env:", 4) == 0) {
		cell_of_env(cell, summary, text + 4, subject);
		return 0;
	}
	status = figure_item_read(&item, text, error);
	if (status == 0)
		status = cell_of_row(cell, summary, &item, subject, error);
	figure_item_free(&item);
	return status;
}

static void cell_free(struct budget_cell *cell)
{
	free(cell->absent);
	cell->absent = NULL;
}

/* The cheapest of several items; if the run has none, the reason of the first. */
static int cell_make(struct budget_cell *cell, const struct summary *summary, const char *items, const char *subject,
		     struct error *error)
{
	char *copy = memory_text(items), *rest = copy;
	int status = 0;

	*cell = (struct budget_cell){.p50 = NAN, .p999 = NAN, .max = NAN};
	if (subject == NULL || strcmp(items, "-") == 0) {
		cell->absent = memory_text(subject == NULL ? "the run has no such subject" : "there is none");
		rest = NULL;
	}
	while (rest != NULL && status == 0) {
		struct budget_cell other;

		status = cell_read(&other, summary, strsep(&rest, " "), subject, error);
		if (isnan(cell->p50) ? cell->absent == NULL || other.absent == NULL : other.p50 < cell->p50) {
			cell_free(cell);
			*cell = other;
		} else {
			cell_free(&other);
		}
	}
	free(copy);
	return status;
}

/* --- The sheet -------------------------------------------------------------------------------------------------------- */

static enum budget_verdict line_verdict(const struct budget_line *line)
{
	const struct budget_cell *cell = &line->cells[BUDGET_AEROKERNEL];
	bool counted = strcmp(line->budget->unit, "instructions") == 0;

	if (isnan(cell->p50))
		return BUDGET_ABSENT;
	return (counted ? round(cell->p50) : cell->p50) <= line->budget->limit ? BUDGET_MET : BUDGET_MISSED;
}

int budget_sheet_make(struct budget_sheet *sheet, const struct budgets *budgets, const struct summary *summary,
		      struct error *error)
{
	int status = 0;

	*sheet = (struct budget_sheet){.summary = summary,
				       .aerokernel = budget_subject(summary, SUBJECT_AEROKERNEL),
				       .linux_subject = budget_subject(summary, SUBJECT_LINUX),
				       .lines = memory_new(budgets->count, sizeof(*sheet->lines))};
	for (size_t i = 0; i < budgets->count && status == 0; i++) {
		struct budget_line *line = &sheet->lines[sheet->count++];

		line->budget = &budgets->rows[i];
		for (int column = 0; column < BUDGET_COLUMNS && status == 0; column++)
			status =
			    cell_make(&line->cells[column], summary, line->budget->items[column],
				      column == BUDGET_AEROKERNEL ? sheet->aerokernel : sheet->linux_subject, error);
		line->verdict = line_verdict(line);
		sheet->verdicts[line->verdict]++;
	}
	return status;
}

void budget_sheet_free(struct budget_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		for (int column = 0; column < BUDGET_COLUMNS; column++)
			cell_free(&sheet->lines[i].cells[column]);
	}
	free(sheet->lines);
	*sheet = (struct budget_sheet){0};
}

const char *budget_verdict_word(enum budget_verdict verdict)
{
	static const char *const words[] = {
	    [BUDGET_MET] = "met", [BUDGET_MISSED] = "missed", [BUDGET_ABSENT] = "not measured"};

	return words[verdict];
}
