/* SPDX-License-Identifier: MIT */
/* A comparison as a table for people: see compare_text.h. */
#include "compare_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "reading.h"
#include "stats_pair.h"
#include "subject.h"
#include "table.h"

/* --- Cells -------------------------------------------------------------------------------------------------------- */

/* Three significant digits, whole from 100 on. */
static char *factor_text(double factor)
{
	char text[64];

	if (!isfinite(factor))
		return memory_text("–");
	if (factor >= 99.95)
		return memory_text(output_number(text, sizeof(text), round(factor)));
	return memory_format("%.*f", factor >= 9.995 ? 1 : 2, factor);
}

/* "12.3×"; ">26×" when A was raised to the grain, "<" when B was; "=" when both were; "(…)" when 1 is not excluded. */
static void ratio_cell(struct table *table, const struct compare_estimate *estimate)
{
	char *text = factor_text(estimate->ratio);
	bool doubtful = estimate->low <= 1 && estimate->high >= 1;
	const char *bound = estimate->a < estimate->floor ? ">" : estimate->b < estimate->floor ? "<" : "";

	if (isnan(estimate->ratio))
		table_cell(table, "–");
	else if (estimate->floored)
		table_cell(table, "=");
	else
		table_format(table, doubtful ? "(%s%s×)" : "%s%s×", bound, text);
	free(text);
}

static void interval_cell(struct table *table, const struct compare_row *row, enum compare_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	char *low = factor_text(estimate->low), *high = factor_text(estimate->high);

	if (row->exact)
		table_cell(table, "exact");
	else if (isnan(estimate->low))
		table_cell(table, "–");
	else
		table_format(table, "%s–%s", low, high);
	free(low);
	free(high);
}

/* Both sides' runs×n, once if they are equal. */
static void runs_cell(struct table *table, const struct compare_row *row)
{
	char *a = reading_runs(row->a), *b = reading_runs(row->b);

	if (strcmp(a, b) == 0)
		table_cell(table, a);
	else
		table_format(table, "%s, %s", b, a);
	free(a);
	free(b);
}

/* --- Two systems -------------------------------------------------------------------------------------------------- */

/* "Linux" for "linux@qemu"; a subject of unknown form stands for itself. */
static const char *short_name(const char *name)
{
	struct subject subject;

	if (subject_parse(&subject, name, NULL) != 0)
		return name;
	return subject.system == SUBJECT_LINUX ? "Linux" : "Aerokernel";
}

static void systems_row(struct table *table, const struct compare_row *row)
{
	char *name = reading_row_name(row->a);

	table_cell(table, name);
	table_number(table, row->b->p50);
	table_number(table, row->a->p50);
	ratio_cell(table, &row->estimates[COMPARE_LOCATION]);
	interval_cell(table, row, COMPARE_LOCATION);
	table_number(table, row->b->iqr);
	table_number(table, row->a->iqr);
	ratio_cell(table, &row->estimates[COMPARE_SPREAD]);
	table_number(table, row->b->p99);
	table_number(table, row->a->p99);
	ratio_cell(table, &row->estimates[COMPARE_TAIL]);
	runs_cell(table, row);
	free(name);
}

/* In how many rows B is above A beyond doubt: by the interval, or exactly. */
static size_t count_above(const struct compare *compare, enum compare_statistic statistic, size_t *known)
{
	size_t above = 0;

	*known = 0;
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *row = &compare->rows[i];
		const struct compare_estimate *estimate = &row->estimates[statistic];

		if (isnan(estimate->ratio) || (!row->exact && isnan(estimate->low)))
			continue;
		++*known;
		above += row->exact ? estimate->ratio > 1 : estimate->low > 1;
	}
	return above;
}

static void print_counts(FILE *file, const struct compare *compare)
{
	static const char *const names[] = {"median", "spread", "tail"};
	const char *b = short_name(compare->subject_b), *a = short_name(compare->subject_a);
	bool any = false;

	for (int statistic = 0; statistic < COMPARE_STATISTICS; statistic++) {
		size_t known;
		size_t above = count_above(compare, (enum compare_statistic)statistic, &known);

		if (known == 0)
			continue;
		if (!any)
			fprintf(file, "%s above %s beyond doubt:", b, a);
		fprintf(file, "%s %s in %zu of %zu", any ? "," : "", names[statistic], above, known);
		any = true;
	}
	if (any)
		fputs(" rows.\n", file);
}

/* Points of one side only, those with the same reason together. */
static void print_missing(FILE *file, const struct compare *compare)
{
	for (size_t i = 0; i < compare->missing_count; i++) {
		const struct compare_missing *one = &compare->missing[i];
		const char *before = NULL;
		bool first = true;

		for (size_t j = 0; j < i && first; j++)
			first = compare->missing[j].in_a != one->in_a ||
				strcmp(compare->missing[j].reason, one->reason) != 0;
		if (!first)
			continue;
		fprintf(file, "Only %s has", one->in_a ? compare->subject_a : compare->subject_b);
		for (size_t j = i; j < compare->missing_count; j++) {
			const struct compare_missing *other = &compare->missing[j];

			if (other->in_a != one->in_a || strcmp(other->reason, one->reason) != 0)
				continue;
			if (before == NULL || strcmp(before, other->row->benchmark) != 0)
				fprintf(file, "%s %s", before != NULL ? "," : "", other->row->benchmark);
			before = other->row->benchmark;
		}
		fprintf(file, ": %s.\n", one->reason);
	}
}

void compare_print_systems(FILE *file, const struct compare *compare, bool bold)
{
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
	const char *a = short_name(compare->subject_a), *b = short_name(compare->subject_b);
	char *names[6] = {memory_format("%s p50", b),   memory_format("%s p50", a),   memory_format("%.1s IQR", b),
			  memory_format("%.1s IQR", a), memory_format("%.1s p99", b), memory_format("%.1s p99", a)};
	const char *headings[] = {"",       names[0], names[1], "ratio",  "95 %", names[2],
				  names[3], "ratio",  names[4], names[5], "tail", "runs×n"};
	struct table table;

	table_init(&table, 12, headings, align);
	fprintf(file, "\n%s%s against %s: %s per operation, ratios are %s / %s%s\n", bold ? "\033[1m" : "",
		compare->subject_b, compare->subject_a, compare->unit, b, a, bold ? "\033[0m" : "");
	for (size_t i = 0; i < compare->row_count; i++)
		systems_row(&table, &compare->rows[i]);
	table_print(&table, file, bold);
	table_free(&table);
	for (size_t i = 0; i < 6; i++)
		free(names[i]);
	print_counts(file, compare);
	if (!reading_same_machine(compare->subject_a, compare->subject_b))
		fputs("The machines differ: these ratios are theirs as much as the systems'.\n", file);
	print_missing(file, compare);
}

/* --- Two versions ------------------------------------------------------------------------------------------------- */

static void versions_row(struct table *table, const struct compare_row *row)
{
	char *name = reading_row_name(row->a);

	table_cell(table, name);
	table_number(table, row->a->p50);
	table_number(table, row->b->p50);
	for (int statistic = 0; statistic < COMPARE_STATISTICS; statistic++) {
		ratio_cell(table, &row->estimates[statistic]);
		interval_cell(table, row, (enum compare_statistic)statistic);
	}
	runs_cell(table, row);
	table_cell(table, compare_verdict_name(row->verdict));
	if (isnan(row->smallest_effect))
		table_cell(table, "");
	else
		table_format(table, "%.2g %%", row->smallest_effect * 100);
	free(name);
}

void compare_print_versions(FILE *file, const struct compare *compare, bool bold)
{
	static const char *const headings[] = {"",     "A p50", "B p50", "B/A",    "95 %",    "IQR",
					       "95 %", "tail",  "95 %",  "runs×n", "verdict", "would see"};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT,  TABLE_RIGHT};
	size_t counts[COMPARE_INCONCLUSIVE + 1] = {0};
	struct table table;

	table_init(&table, 12, headings, align);
	fprintf(file, "\n%sA %s, B %s: %s per operation, ratios are B / A%s\n", bold ? "\033[1m" : "",
		compare->subject_a, compare->subject_b, compare->unit, bold ? "\033[0m" : "");
	for (size_t i = 0; i < compare->row_count; i++) {
		versions_row(&table, &compare->rows[i]);
		counts[compare->rows[i].verdict]++;
	}
	table_print(&table, file, bold);
	table_free(&table);
	for (int verdict = COMPARE_PASS; verdict <= COMPARE_INCONCLUSIVE; verdict++)
		fprintf(file, "%zu %s, ", counts[verdict], compare_verdict_name((enum compare_verdict)verdict));
	fprintf(file, "%zu not judged.\n", counts[COMPARE_NONE]);
	print_missing(file, compare);
}

/* --- Legend ------------------------------------------------------------------------------------------------------- */

void compare_print_legend(FILE *file, const struct compare *compares, size_t count)
{
	bool few = false, exact = false, unpaired = false;

	for (size_t i = 0; i < count; i++) {
		unpaired |= !compares[i].paired;
		for (size_t j = 0; j < compares[i].row_count; j++) {
			const struct compare_row *row = &compares[i].rows[j];

			exact |= row->exact;
			few |= !row->exact && compares[i].paired && row->pairs < STATS_PAIRS_MIN;
		}
	}
	fputs("\n(…): the 95 % interval holds 1. IQR: interquartile range. tail: ratio of p99 - p50.\n"
	      "> and <: one side is finer than the clock's grain, "
	      "=: both are.\n",
	      file);
	if (few)
		fprintf(file,
			"No 95 %% interval where fewer than %d rounds have both sides: `aerobench run --runs %d`.\n",
			STATS_PAIRS_MIN, STATS_PAIRS_MIN);
	if (unpaired)
		fputs("Runs taken at different times are no pairs: shown, not judged. Measure both in one run for a "
		      "verdict.\n",
		      file);
	if (exact)
		fputs(
		    "exact: executed instructions, the same in every boot; all CPUs together; a length of path, not a "
		    "time.\n",
		    file);
}
