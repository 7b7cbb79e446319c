/* SPDX-License-Identifier: MIT */
/* What is fixed before the first run: see stats_plan.h. */
#include "stats_plan.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "memory.h"
#include "stats.h"
#include "stats_special.h"

/* Plans beyond this many pairs are no plans. */
#define PLAN_MAX 1e9

/* Each at least halves the error of stats_plan_more()'s solution; all but the smallest plans converge in three. */
enum { ITERATIONS = 16 };

const struct stats_look stats_looks[STATS_LOOKS] = {{16, 0.02}, {40, 0.03}};

static size_t whole_pairs(double pairs)
{
	if (!(pairs <= PLAN_MAX))
		return SIZE_MAX;
	return pairs < STATS_PAIRS_MIN ? STATS_PAIRS_MIN : (size_t)ceil(pairs);
}

size_t stats_plan_family(size_t m, double alpha)
{
	/* A little less, so that rounding does not add a pair where 2^(1 - R) is exactly alpha / m. */
	return whole_pairs(1 + log2((double)(m > 0 ? m : 1) / alpha) - 1e-9);
}

size_t stats_plan_power(double sd, double effect)
{
	double size = sd / log1p(effect);

	return effect > 0 ? whole_pairs(7.85 * size * size + 3) : SIZE_MAX;
}

/*
 * Student's critical value for `pairs` pairs. Beyond 1,000 degrees it is within .2 % of the normal distribution's, and a
 * plan is not as sharp as that.
 */
static double critical(double pairs)
{
	return stats_student_critical(0.05, fmin(pairs - 1, 1000));
}

/* The half width is critical(R) x s / sqrt(R): with s from now, R = (critical(R) s / half_width)^2, solved by iteration. */
size_t stats_plan_more(struct stats_interval interval, size_t pairs, double half_width)
{
	double now = (interval.high - interval.low) / 2, scale, all;

	if (!(now >= 0) || !(half_width > 0) || pairs < STATS_PAIRS_MIN)
		return SIZE_MAX;
	if (now <= half_width)
		return 0;
	scale = now * sqrt((double)pairs) / critical((double)pairs) / half_width;
	all = fmax((double)pairs, 4 * scale * scale);
	/* A contraction, at worst by one half: from R = 6 to 7 the critical value falls by 4 %. */
	for (int i = 0; i < ITERATIONS && all <= PLAN_MAX; i++)
		all = fmax((double)pairs, pow(critical(all) * scale, 2));
	if (all > PLAN_MAX)
		return SIZE_MAX;
	return (size_t)ceil(all - 0.01) - pairs;
}

double stats_plan_margin(const double *log_ratios, size_t n)
{
	double *sizes, q1, q3;

	if (n < STATS_MARGIN_HISTORY)
		return NAN;
	sizes = memory_new(n, sizeof(*sizes));
	for (size_t i = 0; i < n; i++) {
		sizes[i] = fabs(log_ratios[i]);
		if (isnan(sizes[i])) {
			free(sizes);
			return NAN;
		}
	}
	stats_sort(sizes, n);
	q1 = stats_quantile(sizes, n, 0.25);
	q3 = stats_quantile(sizes, n, 0.75);
	free(sizes);
	return fmax(STATS_MARGIN_MIN, expm1(q3 + 3 * (q3 - q1)));
}
