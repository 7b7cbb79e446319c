/* SPDX-License-Identifier: MIT */
/* A comparison as a table for people: see compare_text.h. */
#include "compare_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_cell.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "stats_pair.h"
#include "table.h"

/* What the row's own verdict is made of; p10 and deviation stand beside (measuring.md §5, "Several tests"). */
static const enum stats_statistic text_tests[] = {STATS_LOCATION, STATS_SPREAD, STATS_TAIL};
enum { TEXT_TESTS = sizeof(text_tests) / sizeof(text_tests[0]) };

/* Takes text. */
static void own_cell(struct table *table, char *text)
{
	table_cell(table, text);
	free(text);
}

static void table_begin(struct table *table, size_t columns, const char *const *headings)
{
	enum table_align *align = memory_new(columns, sizeof(*align));

	for (size_t i = 0; i < columns; i++)
		align[i] = i == 0 || strstr(headings[i], "verdict") != NULL ? TABLE_LEFT : TABLE_RIGHT;
	table_init(table, columns, headings, align);
	free(align);
}

/* A side's location, with Δ where it is that of n and 2n operations. */
static void location_cell(struct table *table, const struct compare_row *row, bool b)
{
	const struct compare_estimate *location = &row->estimates[STATS_LOCATION];
	const struct summary_row *side = b ? row->b : row->a;
	double value = b ? location->b : location->a;
	char number[64];

	if (side->by_difference || (value == side->differenced && !isnan(value)))
		table_format(table, "%s Δ", output_number(number, sizeof(number), value));
	else
		table_number(table, value);
}

/* --- Two systems -------------------------------------------------------------------------------------------------- */

static void systems_row(struct table *table, const struct compare *compare, const struct compare_row *row)
{
	own_cell(table, compare_row_text(compare, row));
	location_cell(table, row, true);
	location_cell(table, row, false);
	for (size_t i = 0; i < TEXT_TESTS; i++) {
		own_cell(table, compare_ratio_text(&row->estimates[text_tests[i]]));
		own_cell(table, compare_interval_text(row, text_tests[i]));
	}
	table_number(table, row->b->max);
	table_number(table, row->a->max);
	own_cell(table, compare_runs_text(row, false));
}

/* In how many rows B is above A beyond doubt: by the interval, or exactly. The same samples count once. */
static size_t count_above(const struct compare *compare, enum stats_statistic statistic, size_t *known)
{
	size_t above = 0;

	*known = 0;
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *row = &compare->rows[i];
		const struct compare_estimate *estimate = &row->estimates[statistic];

		if (row->repeats != NULL || isnan(estimate->ratio) || (!row->exact && isnan(estimate->low)))
			continue;
		++*known;
		above += compare_beyond_doubt(row, statistic) > 0;
	}
	return above;
}

/* Whether a row that is counted there has an interval, and no exact count. */
static bool by_intervals(const struct compare *compare)
{
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *row = &compare->rows[i];

		if (!row->exact && !isnan(row->estimates[STATS_LOCATION].low))
			return true;
	}
	return false;
}

static void print_counts(FILE *file, const struct compare *compare)
{
	static const char *const names[TEXT_TESTS] = {"median", "spread", "tail"};
	bool any = false;

	for (size_t i = 0; i < TEXT_TESTS; i++) {
		size_t known, above = count_above(compare, text_tests[i], &known);

		if (known == 0)
			continue;
		if (!any)
			fprintf(file, "%s above %s beyond doubt:", compare_system_name(compare->subject_b),
				compare_system_name(compare->subject_a));
		fprintf(file, "%s %s in %zu of %zu", any ? "," : "", names[i], above, known);
		any = true;
	}
	if (any)
		fputs(" rows.\n", file);
	if (any && by_intervals(compare))
		fputs("Each row by its own 95 % interval, not adjusted for how many there are: up to 1 row in 40 is "
		      "above by chance.\n",
		      file);
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

/* Whether it was one computer, and the same CPUs of it. */
static void print_machines(FILE *file, const struct compare *compare)
{
	bool named = strcmp(compare->subject_a, compare->subject_b) != 0;

	if (compare->computer != NULL)
		fprintf(file, "%s and %s: %s.\n", named ? compare->subject_a : "A", named ? compare->subject_b : "B",
			compare->computer);
	if (compare->computer != NULL ? compare->computer_match == COMPUTER_OTHER
				      : !reading_same_machine(compare->subject_a, compare->subject_b))
		fputs("The machines differ, so these ratios compare the machines as well as the systems.\n", file);
	if (compare->placement != NULL)
		fprintf(file, "%s.\n", compare->placement);
}

void compare_print_systems(FILE *file, const struct compare *compare, bool bold)
{
	const char *a = compare_system_name(compare->subject_a), *b = compare_system_name(compare->subject_b);
	char *names[4] = {memory_format("%s p50", b), memory_format("%s p50", a), memory_format("%.1s max", b),
			  memory_format("%.1s max", a)};
	const char *headings[] = {"",     names[0], names[1], "ratio",  "95 %",   "IQR",
				  "95 %", "tail",   "95 %",   names[2], names[3], "runs×n"};
	struct table table;

	table_begin(&table, sizeof(headings) / sizeof(headings[0]), headings);
	fprintf(file, "\n%s%s against %s: %s per operation, ratios are %s / %s%s\n", bold ? "\033[1m" : "",
		compare->subject_b, compare->subject_a, compare->unit, b, a, bold ? "\033[0m" : "");
	for (size_t i = 0; i < compare->row_count; i++)
		systems_row(&table, compare, &compare->rows[i]);
	table_print(&table, file, bold);
	table_free(&table);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		free(names[i]);
	print_counts(file, compare);
	print_machines(file, compare);
	print_missing(file, compare);
}

/* --- Two versions ------------------------------------------------------------------------------------------------- */

static void versions_row(struct table *table, const struct compare *compare, const struct compare_row *row)
{
	own_cell(table, compare_row_text(compare, row));
	location_cell(table, row, false);
	location_cell(table, row, true);
	for (size_t i = 0; i < TEXT_TESTS; i++) {
		own_cell(table, compare_ratio_text(&row->estimates[text_tests[i]]));
		own_cell(table, compare_interval_text(row, text_tests[i]));
		own_cell(table, compare_verdict_text(&row->estimates[text_tests[i]]));
	}
	own_cell(table, compare_runs_text(row, true));
}

static void print_tally(FILE *file, const struct compare *compare)
{
	for (int i = 0; i < STATS_VERDICTS; i++)
		fprintf(file, "%s%zu %s", i > 0 ? ", " : "", compare->tally.count[i],
			compare_verdict_name(compare->across, (enum stats_verdict)i));
	fputs(".\n", file);
}

void compare_print_versions(FILE *file, const struct compare *compare, bool bold)
{
	static const char *const headings[] = {"",     "A p50",   "B p50", "B/A",  "95 %",    "verdict", "IQR",
					       "95 %", "verdict", "tail",  "95 %", "verdict", "runs×n"};
	struct table table;

	table_begin(&table, sizeof(headings) / sizeof(headings[0]), headings);
	fprintf(file, "\n%sA %s, B %s: %s per operation, ratios are B / A%s\n", bold ? "\033[1m" : "",
		compare->subject_a, compare->subject_b, compare->unit, bold ? "\033[0m" : "");
	for (size_t i = 0; i < compare->row_count; i++)
		versions_row(&table, compare, &compare->rows[i]);
	table_print(&table, file, bold);
	table_free(&table);
	print_tally(file, compare);
	print_machines(file, compare);
	print_missing(file, compare);
}

/* --- Everything of a row ------------------------------------------------------------------------------------------- */

static void p_cell(struct table *table, double p)
{
	if (isnan(p))
		table_cell(table, "–");
	else
		table_format(table, p < 0.0001 ? "%.1g" : "%.4f", p);
}

static void details_statistic(struct table *table, const struct compare_row *row, enum stats_statistic statistic)
{
	static const char *const names[] = {[STATS_LOCATION] = "  location: p50",
					    [STATS_UNDISTURBED] = "  undisturbed: p10",
					    [STATS_SPREAD] = "  spread: p75 − p25",
					    [STATS_TAIL] = "  tail: p99 − p50",
					    [STATS_DEVIATION] = "  mean |x − p50|"};
	const struct compare_estimate *estimate = &row->estimates[statistic];

	table_cell(table, names[statistic]);
	table_number(table, estimate->a);
	table_number(table, estimate->b);
	own_cell(table, compare_ratio_text(estimate));
	own_cell(table, compare_interval_text(row, statistic));
	p_cell(table, estimate->p);
	p_cell(table, isnan(estimate->p_adjusted) ? estimate->p_ranks : estimate->p_adjusted);
	if (estimate->judgement.verdict == STATS_SKIPPED)
		table_format(table, "skipped: %s", estimate->judgement.reason);
	else
		own_cell(table, compare_verdict_text(estimate));
}

static void details_pair(struct table *table, const char *name, double a, double b)
{
	table_cell(table, name);
	table_number(table, a);
	table_number(table, b);
	table_end_row(table);
}

static void details_row(struct table *table, const struct compare *compare, const struct compare_row *row)
{
	char *name = compare_row_text(compare, row), *runs = compare_runs_text(row, true);
	char *title = memory_format("%s, %s; Cliff's delta %+.2f, Kolmogorov-Smirnov distance %.2f", name, runs,
				    row->cliff, row->ks);

	table_section(table, title);
	for (int i = 0; i < STATS_STATISTICS; i++)
		details_statistic(table, row, (enum stats_statistic)i);
	details_pair(table, "  p99.9, shown only", row->a->p999, row->b->p999);
	details_pair(table, "  max, shown only", row->a->max, row->b->max);
	details_pair(table, "  lag-1 correlation", row->dependence[0].rho[0], row->dependence[1].rho[0]);
	details_pair(table, "  effective n / n", row->dependence[0].effective, row->dependence[1].effective);
	free(title);
	free(runs);
	free(name);
}

void compare_print_details(FILE *file, const struct compare *compare, bool bold)
{
	const char *headings[] = {"", "A", "B", "B/A", "95 %", "p", compare->paired ? "adjusted" : "ranks", "verdict"};
	struct table table;

	table_begin(&table, sizeof(headings) / sizeof(headings[0]), headings);
	fprintf(file, "\n%sA %s, B %s: %s per operation; %zu tests adjusted together%s\n", bold ? "\033[1m" : "",
		compare->subject_a, compare->subject_b, compare->unit, compare->family, bold ? "\033[0m" : "");
	for (size_t i = 0; i < compare->row_count; i++)
		details_row(&table, compare, &compare->rows[i]);
	table_print(&table, file, bold);
	table_free(&table);
	print_tally(file, compare);
	print_machines(file, compare);
	print_missing(file, compare);
}

/* --- Legend ------------------------------------------------------------------------------------------------------- */

/* What occurs in these comparisons. */
struct occurrences {
	bool few, exact, unpaired, pass, inconclusive, differenced, intervals;
	size_t dependent;
};

static struct occurrences occurrences_of(const struct compare *compares, size_t count)
{
	struct occurrences found = {0};

	for (size_t i = 0; i < count; i++) {
		found.unpaired |= !compares[i].paired;
		found.intervals |= by_intervals(&compares[i]);
		for (size_t j = 0; j < compares[i].row_count; j++) {
			const struct compare_row *row = &compares[i].rows[j];

			found.exact |= row->exact;
			found.differenced |= row->a->by_difference || row->b->by_difference;
			found.few |= !row->exact && compares[i].paired && row->pairs < STATS_PAIRS_MIN;
			found.pass |= row->verdict == STATS_PASS && !row->exact;
			found.inconclusive |= row->verdict == STATS_INCONCLUSIVE;
			found.dependent += row->dependence[0].flagged || row->dependence[1].flagged;
		}
	}
	return found;
}

void compare_print_legend(FILE *file, const struct compare *compares, size_t count, bool verdicts)
{
	struct occurrences found = occurrences_of(compares, count);

	fputs(
	    "\n(…): the 95 % interval holds 1. IQR: interquartile range. tail: p99 − p50. max is shown, never tested.\n"
	    "> and <: one side is finer than the clock's grain, =: both are.\n",
	    file);
	if (found.intervals)
		fputs("A ratio with an interval is made of each boot's own value; the two columns are of all samples, "
		      "and their\nquotient may be another.\n",
		      file);
	if (found.differenced)
		fputs("Δ: by (t(2n) − t(n)) / n of n and 2n operations back to back, because one is below 20 grains of "
		      "the clock; its\nspread and tail are those of single operations, to a step of the clock.\n",
		      file);
	if (found.few)
		fprintf(file,
			"No 95 %% interval where fewer than %d rounds have both sides: `aerobench run --runs %d`, or a "
			"session's `--rounds %d`.\n",
			STATS_PAIRS_MIN, STATS_PAIRS_MIN, STATS_PAIRS_MIN);
	if (verdicts && found.pass)
		fputs("pass: no change beyond the margin; \"sees\" is the change that so many runs find in 4 of 5 "
		      "cases.\n",
		      file);
	if (verdicts && found.inconclusive)
		fputs(
		    "inconclusive: neither a change nor its absence is shown; about so many more runs would decide.\n",
		    file);
	if (found.unpaired)
		fputs(
		    "Runs taken at different times cannot be paired: shown, not judged. Measure both in one run for a "
		    "verdict.\n",
		    file);
	if (found.exact)
		fprintf(
		    file,
		    "exact: executed instructions, the same in every boot; all CPUs together; a length of path, not a "
		    "time. %s\n",
		    summary_waits);
	if (found.dependent > 0)
		fprintf(
		    file,
		    "In %zu rows the samples of a run depend on each other (effective n below n/2): more runs sharpen "
		    "them, more samples do not. --details says which.\n",
		    found.dependent);
}
