/* SPDX-License-Identifier: MIT */
/* The shift function of a comparison: see shift.h. */
#include "shift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_row.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "stats.h"
#include "table.h"

/* --- The curve ---------------------------------------------------------------------------------------------------- */

/* Raw samples in any order, and what is subtracted from their quantiles. */
struct samples {
	const uint32_t *raw;
	size_t n;
	double subtracted;
};

/* log of a row's quantiles in its unit per operation. */
static void logs_of(const struct shift *shift, const struct summary_row *row, struct samples samples, double *logs)
{
	struct stats_curve_unit unit = {row->scale, samples.subtracted, compare_floor(shift->row->a, shift->row->b)};
	uint32_t *sorted = memory_new(samples.n, sizeof(*sorted));

	memcpy(sorted, samples.raw, samples.n * sizeof(*sorted));
	stats_sort_u32(sorted, samples.n);
	stats_curve_logs_u32(sorted, samples.n, unit, shift->q, shift->count, logs);
	free(sorted);
}

static struct samples samples_of_run(const struct summary_run *run)
{
	return (struct samples){run->samples, run->n, run->subtracted};
}

static struct samples samples_of_row(const struct summary_row *row)
{
	return (struct samples){row->sorted, row->n, row->subtracted};
}

/* The differences of pair after pair; only pairs that support as many quantiles as the smallest of all. */
static void curve_of_pairs(struct shift *shift, uint64_t seed)
{
	const struct summary_row *a = shift->row->a, *b = shift->row->b;
	double *d = memory_new(shift->row->pairs * shift->count, sizeof(*d));
	double logs[STATS_CURVE_QUANTILES];

	for (size_t i = 0; i < a->run_count && shift->pairs < shift->row->pairs; i++) {
		const struct summary_run *other = summary_run_of(b, a->runs[i].round);
		double *row = d + shift->pairs * shift->count;

		if (other == NULL)
			continue;
		logs_of(shift, b, samples_of_run(other), row);
		logs_of(shift, a, samples_of_run(&a->runs[i]), logs);
		for (size_t j = 0; j < shift->count; j++)
			row[j] -= logs[j];
		shift->pairs++;
	}
	stats_curve(d, shift->pairs, shift->count, 0.05, seed, shift->curve);
	free(d);
}

static void curve_of_all(struct shift *shift)
{
	double logs_a[STATS_CURVE_QUANTILES], logs_b[STATS_CURVE_QUANTILES];

	logs_of(shift, shift->row->a, samples_of_row(shift->row->a), logs_a);
	logs_of(shift, shift->row->b, samples_of_row(shift->row->b), logs_b);
	for (size_t j = 0; j < shift->count; j++)
		shift->curve[j] = (struct stats_interval){logs_b[j] - logs_a[j], NAN, NAN};
}

/* Samples of the smallest run of a pair. */
static size_t smallest_run(const struct compare_row *row)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < row->a->run_count; i++) {
		const struct summary_run *other = summary_run_of(row->b, row->a->runs[i].round);

		if (other == NULL)
			continue;
		least = row->a->runs[i].n < least ? row->a->runs[i].n : least;
		least = other->n < least ? other->n : least;
	}
	return least;
}

void shift_make(struct shift *shift, const struct compare *compare, const struct compare_row *row, uint64_t seed)
{
	size_t n = row->a->n < row->b->n ? row->a->n : row->b->n;
	bool band = !row->exact && row->pairs >= STATS_PAIRS_MIN;

	*shift = (struct shift){.compare = compare, .row = row};
	shift->count = stats_curve_quantiles(band ? smallest_run(row) : n, shift->q);
	if (band)
		curve_of_pairs(shift, seed);
	else
		curve_of_all(shift);
	for (size_t j = 0; j < shift->count; j++) {
		shift->curve[j].estimate = exp(shift->curve[j].estimate);
		shift->curve[j].low = exp(shift->curve[j].low);
		shift->curve[j].high = exp(shift->curve[j].high);
	}
}

/* --- JSON and text ------------------------------------------------------------------------------------------------ */

json_t *shift_json(const struct shift *shift)
{
	json_t *quantiles = json_array();

	for (size_t j = 0; j < shift->count; j++)
		json_array_append_new(quantiles, json_pack("{s:f, s:o, s:o, s:o}", "q", shift->q[j], "ratio",
							   summary_number_json(shift->curve[j].estimate), "low",
							   summary_number_json(shift->curve[j].low), "high",
							   summary_number_json(shift->curve[j].high)));
	return json_pack("{s:o, s:o, s:s, s:s, s:I, s:o}", "benchmark", output_text_json(shift->row->a->benchmark),
			 "params", summary_params_json(shift->row->a->point), "a", shift->compare->subject_a, "b",
			 shift->compare->subject_b, "pairs", (json_int_t)shift->pairs, "quantiles", quantiles);
}

static void quantile_cell(struct table *table, const struct shift *shift, double q)
{
	for (size_t j = 0; j < shift->count; j++) {
		const struct stats_interval *at = &shift->curve[j];

		if (fabs(shift->q[j] - q) > 1e-9)
			continue;
		if (isnan(at->low))
			table_format(table, "%.3g×", at->estimate);
		else
			table_format(table, "%.3g× %.3g–%.3g", at->estimate, at->low, at->high);
		return;
	}
	table_cell(table, "–");
}

void shift_print(FILE *file, const struct shift *shifts, size_t count, bool bold)
{
	static const double shown[] = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999};
	static const char *const headings[] = {"",     "B / A of", "at 1 %", "10 %", "25 %",
					       "50 %", "75 %",     "90 %",   "99 %", "99.9 %"};
	enum table_align align[sizeof(headings) / sizeof(headings[0])] = {TABLE_LEFT, TABLE_LEFT};
	struct table table;

	for (size_t i = 2; i < sizeof(align) / sizeof(align[0]); i++)
		align[i] = TABLE_RIGHT;
	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < count; i++) {
		char *name = reading_row_name(shifts[i].row->a);

		table_cell(&table, name);
		table_format(&table, "%s / %s", shifts[i].compare->subject_b, shifts[i].compare->subject_a);
		for (size_t j = 0; j < sizeof(shown) / sizeof(shown[0]); j++)
			quantile_cell(&table, &shifts[i], shown[j]);
		free(name);
	}
	fputc('\n', file);
	table_print(&table, file, bold);
	table_free(&table);
	fputs("The band holds for all quantiles at once, 95 %; without one: exact, or fewer than 6 pairs.\n", file);
}
