/* SPDX-License-Identifier: MIT */
/* The shift function: see stats_curve.h. */
#include "stats_curve.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"
#include "stats.h"
#include "stats_random.h"

/* What a quantile needs beyond it (measuring.md §3). */
#define QUANTILE_SAMPLES 10

static void add_quantile(double quantile, size_t n, double *q, size_t *count)
{
	/* A millionth of tolerance: 10000 (1 - 0.999) is not quite 10 in binary. */
	if ((double)n * fmin(quantile, 1 - quantile) >= QUANTILE_SAMPLES * (1 - 1e-6))
		q[(*count)++] = quantile;
}

size_t stats_curve_quantiles(size_t n, double *q)
{
	size_t count = 0;

	for (unsigned percent = 1; percent <= 99; percent++)
		add_quantile(percent / 100.0, n, q, &count);
	add_quantile(0.995, n, q, &count);
	add_quantile(0.999, n, q, &count);
	return count;
}

void stats_curve_logs_u32(const uint32_t *sorted, size_t n, struct stats_curve_unit unit, const double *q, size_t count,
			  double *logs)
{
	for (size_t j = 0; j < count; j++) {
		double quantile = stats_quantile_u32(sorted, n, q[j]) * unit.scale - unit.subtracted;

		logs[j] = n > 0 ? log(fmax(unit.floor, quantile)) : NAN;
	}
}

/* --- The band ----------------------------------------------------------------------------------------------------- */

/* Median of the values at rows[0 … pairs-1] of column j; values: room for pairs. Insertion sort: pairs are few. */
static double column_median(const double *d, size_t count, size_t j, const uint32_t *rows, size_t pairs, double *values)
{
	for (size_t i = 0; i < pairs; i++) {
		double value = d[rows[i] * count + j];
		size_t at = i;

		for (; at > 0 && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
	}
	return stats_quantile(values, pairs, 0.5);
}

static bool column_is_whole(const double *d, size_t pairs, size_t count, size_t j)
{
	for (size_t i = 0; i < pairs; i++) {
		if (isnan(d[i * count + j]))
			return false;
	}
	return pairs > 0;
}

/* draws[draw * count + j] = s*_j - s_j. */
static void resample(const double *d, size_t pairs, size_t count, uint64_t seed, const struct stats_interval *curve,
		     double *draws)
{
	struct stats_random random = {seed};
	uint32_t *rows = memory_new(pairs, sizeof(*rows));
	double *values = memory_new(pairs, sizeof(*values));

	for (size_t draw = 0; draw < STATS_CURVE_DRAWS; draw++) {
		for (size_t i = 0; i < pairs; i++)
			rows[i] = stats_random_below(&random, (uint32_t)pairs);
		for (size_t j = 0; j < count; j++) {
			if (!isnan(curve[j].estimate))
				draws[draw * count + j] =
				    column_median(d, count, j, rows, pairs, values) - curve[j].estimate;
		}
	}
	free(values);
	free(rows);
}

/* se of each column from its draws: 0 for columns that are NaN or have no spread. */
static void standard_errors(const double *draws, size_t count, double *errors)
{
	double *column = memory_new(STATS_CURVE_DRAWS, sizeof(*column));

	for (size_t j = 0; j < count; j++) {
		for (size_t draw = 0; draw < STATS_CURVE_DRAWS; draw++)
			column[draw] = draws[draw * count + j];
		errors[j] = stats_moments(column, STATS_CURVE_DRAWS).sd;
	}
	free(column);
}

/* The quantile 1 - alpha of the largest standardised deviation of each draw. */
static double critical_value(const double *draws, size_t count, const double *errors, double alpha)
{
	double *most = memory_new(STATS_CURVE_DRAWS, sizeof(*most)), result;

	for (size_t draw = 0; draw < STATS_CURVE_DRAWS; draw++) {
		for (size_t j = 0; j < count; j++) {
			if (errors[j] > 0)
				most[draw] = fmax(most[draw], fabs(draws[draw * count + j]) / errors[j]);
		}
	}
	stats_sort(most, STATS_CURVE_DRAWS);
	result = stats_quantile(most, STATS_CURVE_DRAWS, 1 - alpha);
	free(most);
	return result;
}

void stats_curve(const double *d, size_t pairs, size_t count, double alpha, uint64_t seed, struct stats_interval *curve)
{
	double *draws = memory_new(STATS_CURVE_DRAWS * count, sizeof(*draws));
	double *errors = memory_new(count, sizeof(*errors)), *values = memory_new(pairs, sizeof(*values));
	uint32_t *rows = memory_new(pairs, sizeof(*rows));
	double width;

	for (size_t i = 0; i < pairs; i++)
		rows[i] = (uint32_t)i;
	for (size_t j = 0; j < count; j++) {
		curve[j] = (struct stats_interval){NAN, NAN, NAN};
		if (column_is_whole(d, pairs, count, j))
			curve[j].estimate = column_median(d, count, j, rows, pairs, values);
	}
	if (pairs >= STATS_PAIRS_MIN) {
		resample(d, pairs, count, seed, curve, draws);
		standard_errors(draws, count, errors);
		width = critical_value(draws, count, errors, alpha);
		for (size_t j = 0; j < count; j++) {
			curve[j].low = curve[j].estimate - width * errors[j];
			curve[j].high = curve[j].estimate + width * errors[j];
		}
	}
	free(rows);
	free(values);
	free(errors);
	free(draws);
}
