/* SPDX-License-Identifier: MIT */
/* The report's comparison: see report_section.h. Its numbers are compare.h's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "compare_cell.h"
#include "figure_match.h"
#include "figure_ratio.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "report_html.h"
#include "report_section.h"

/* Verdicts are not part of the page; the smallest margin of measuring.md §6. */
static const double report_margin = 0.03;

/* --- Cells ------------------------------------------------------------------------------------------------------------ */

/* With > or < if one side is finer than the clock's grain, "=" if both are. */
static void ratio_cell(FILE *file, const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	bool a_below = estimate->a < estimate->floor, b_below = estimate->b < estimate->floor;
	int doubtless = compare_beyond_doubt(row, statistic);
	char *text;

	if (!isfinite(estimate->ratio)) {
		html_number_text(file, NAN, "–");
		return;
	}
	if (estimate->floored) {
		html_number_text(file, 1, "=");
		return;
	}
	text = compare_factor_text(estimate->ratio);
	fprintf(file, "<td class=\"n ratio%s\" data-v=\"%.7g\">%s%s×</td>",
		doubtless > 0   ? " above"
		: doubtless < 0 ? " below"
				: "",
		estimate->ratio,
		a_below   ? "&gt;"
		: b_below ? "&lt;"
			  : "",
		text);
	free(text);
}

static void interval_cell(FILE *file, const struct compare_row *row, enum stats_statistic statistic)
{
	char *text = compare_interval_text(row, statistic);

	html_number_text(file, NAN, text);
	free(text);
}

static void row_name(FILE *file, const struct summary_row *row)
{
	char *name = reading_row_name(row);

	html_row_name(file, name);
	free(name);
}

static void runs_cell(FILE *file, const struct compare_row *row)
{
	char *text = compare_runs_text(row, false);

	html_number_text(file, NAN, text);
	free(text);
}

static void systems_row(FILE *file, const struct compare_row *row)
{
	fputs("<tr>", file);
	row_name(file, row->a);
	html_number(file, row->estimates[STATS_LOCATION].b);
	html_number(file, row->estimates[STATS_LOCATION].a);
	ratio_cell(file, row, STATS_LOCATION);
	interval_cell(file, row, STATS_LOCATION);
	html_number(file, row->b->iqr);
	html_number(file, row->a->iqr);
	ratio_cell(file, row, STATS_SPREAD);
	interval_cell(file, row, STATS_SPREAD);
	html_number(file, row->b->p99);
	html_number(file, row->a->p99);
	ratio_cell(file, row, STATS_TAIL);
	interval_cell(file, row, STATS_TAIL);
	html_number(file, row->b->p999);
	html_number(file, row->a->p999);
	html_number(file, row->b->max);
	html_number(file, row->a->max);
	runs_cell(file, row);
	fputs("</tr>\n", file);
}

/* --- Pairs ------------------------------------------------------------------------------------------------------------ */

struct count {
	size_t above, below, known;
};

/* Rows in which B is above, or below, A beyond doubt. The same samples count once. */
static struct count count_beyond_doubt(const struct compare *compare, enum stats_statistic statistic)
{
	struct count count = {0};

	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *row = &compare->rows[i];
		const struct compare_estimate *estimate = &row->estimates[statistic];

		if (row->repeats != NULL || isnan(estimate->ratio) || (!row->exact && isnan(estimate->low)))
			continue;
		count.known++;
		count.above += compare_beyond_doubt(row, statistic) > 0;
		count.below += compare_beyond_doubt(row, statistic) < 0;
	}
	return count;
}

static void pair_counts(FILE *file, const struct compare *compare)
{
	static const char *const names[] = {"Median", "Spread", "Tail"};
	static const enum stats_statistic statistics[] = {STATS_LOCATION, STATS_SPREAD, STATS_TAIL};

	fputs("<ul class=\"counts\">\n", file);
	for (size_t i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++) {
		struct count count = count_beyond_doubt(compare, statistics[i]);

		if (count.known == 0)
			html_format(file, "li",
				    "%s: too few samples, or fewer than 6 paired runs: no interval and no claim.",
				    names[i]);
		else
			html_format(file, "li",
				    "%s: Linux above the Aerokernel beyond doubt in %zu of %zu rows, below in %zu.",
				    names[i], count.above, count.known, count.below);
	}
	fputs("</ul>\n", file);
}

static void pair_missing(FILE *file, const struct compare *compare)
{
	if (compare->missing_count == 0)
		return;
	html_details(file, "%zu rows that only one side has", compare->missing_count);
	fputs("<ul>\n", file);
	for (size_t i = 0; i < compare->missing_count; i++) {
		const struct compare_missing *one = &compare->missing[i];
		char *name = reading_row_name(one->row);

		html_format(file, "li", "%s only on %s: %s", name, one->in_a ? compare->subject_a : compare->subject_b,
			    one->reason);
		free(name);
	}
	fputs("</ul>\n</details>\n", file);
}

static void pair_table(FILE *file, const struct compare *compare)
{
	bool instructions = strcmp(compare->unit, "instructions") == 0;
	char *caption =
	    memory_format("%s against %s, %s per operation; ratios are Linux / Aerokernel. %s%s", compare->subject_b,
			  compare->subject_a, compare->unit,
			  instructions ? "Executed instructions of all CPUs together: a path length, not a time. " : "",
			  instructions ? summary_waits : "");

	html_table_begin(
	    file, caption,
	    "|Linux p50|Aerokernel p50|ratio|95 %|Linux IQR|Aerokernel IQR|ratio|95 %|Linux p99|Aerokernel "
	    "p99|ratio of p99−p50|95 %|Linux p99.9|Aerokernel p99.9|Linux max|Aerokernel max|runs×n");
	for (size_t i = 0; i < compare->row_count; i++)
		systems_row(file, &compare->rows[i]);
	html_table_end(file);
	free(caption);
}

static int report_pair(FILE *file, const struct summary *summary, const struct figure_pair *pair, struct error *error)
{
	struct compare compare;
	int status = compare_make(&compare, (struct compare_side){summary, pair->base},
				  (struct compare_side){summary, pair->other}, report_margin, error);

	if (status != 0)
		return status;
	html_format(file, "h3", "%s and %s", compare.subject_b, compare.subject_a);
	pair_counts(file, &compare);
	if (compare.computer != NULL)
		html_format(file, "p", "%s and %s: %s.", compare.subject_b, compare.subject_a, compare.computer);
	if (compare.placement != NULL)
		html_format(file, "p", "%s.", compare.placement);
	pair_table(file, &compare);
	pair_missing(file, &compare);
	compare_free(&compare);
	return 0;
}

int report_comparison(FILE *file, const struct summary *summary, struct error *error)
{
	const char *machine;
	size_t shown = 0;
	int status = 0;

	fputs("<section id=\"comparison\">\n<h2>Linux against the Aerokernel</h2>\n", file);
	for (size_t m = 0; (machine = figure_machine_at(m)) != NULL && status == 0; m++) {
		size_t count;
		struct figure_pair *pairs = figure_pairs(summary, machine, &count);

		for (size_t i = 0; i < count && status == 0; i++) {
			if (!figure_pair_has_rows(summary, &pairs[i]))
				continue;
			status = report_pair(file, summary, &pairs[i], error);
			shown++;
		}
		free(pairs);
	}
	if (shown == 0)
		html_element(file, "p", "No machine of this run has numbers of both systems.");
	fputs("</section>\n", file);
	return status;
}
