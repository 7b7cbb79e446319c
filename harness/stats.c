/* SPDX-License-Identifier: MIT */
/* Statistics of one set of samples: see stats.h. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "stats_radix.h"

/* What a tail quantile needs beyond it (measuring.md §3). */
#define STATS_TAIL_SAMPLES 10

/* --- Order -------------------------------------------------------------------------------------------------------- */

static int order_double(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

void stats_sort_u32(uint32_t *values, size_t n)
{
	uint32_t *scratch = memory_new(n, sizeof(*scratch));

	stats_radix_sort_u32(values, scratch, n);
	free(scratch);
}

void stats_sort(double *values, size_t n)
{
	if (n > 1)
		qsort(values, n, sizeof(*values), order_double);
}

/* Where quantile p lies: between *low and *low + 1, *fraction of the way. n > 0. */
static void place(size_t n, double p, size_t *low, double *fraction)
{
	double h = (double)(n - 1) * p;
	double floor_h = floor(h);

	*low = (size_t)floor_h;
	*fraction = *low + 1 < n ? h - floor_h : 0;
}

double stats_quantile_u32(const uint32_t *sorted, size_t n, double p)
{
	size_t low;
	double fraction;

	if (n == 0 || !(p >= 0 && p <= 1))
		return NAN;
	place(n, p, &low, &fraction);
	if (fraction == 0)
		return sorted[low];
	return sorted[low] + fraction * ((double)sorted[low + 1] - sorted[low]);
}

double stats_quantile(const double *sorted, size_t n, double p)
{
	size_t low;
	double fraction;

	if (n == 0 || !(p >= 0 && p <= 1))
		return NAN;
	place(n, p, &low, &fraction);
	if (fraction == 0)
		return sorted[low];
	return sorted[low] + fraction * (sorted[low + 1] - sorted[low]);
}

double stats_tail_u32(const uint32_t *sorted, size_t n, double p)
{
	/* A millionth of tolerance: 10000 (1 - 0.999) is not quite 10 in binary. */
	if (p > 0.5 && (double)n * (1 - p) < STATS_TAIL_SAMPLES * (1 - 1e-6))
		return NAN;
	return stats_quantile_u32(sorted, n, p);
}

/* --- Moments ------------------------------------------------------------------------------------------------------ */

struct welford {
	size_t n;
	double mean, squares;
};

static void welford_add(struct welford *sums, double value)
{
	double delta = value - sums->mean;

	sums->n++;
	sums->mean += delta / (double)sums->n;
	sums->squares += delta * (value - sums->mean);
}

static struct stats_moments welford_end(const struct welford *sums)
{
	return (struct stats_moments){.mean = sums->n > 0 ? sums->mean : NAN,
				      .sd = sums->n > 1 ? sqrt(sums->squares / (double)(sums->n - 1)) : NAN};
}

/* The sum is exact, and so is the mean but for one rounding; the squares of what is left do not cancel. */
struct stats_moments stats_moments_u32(const uint32_t *values, size_t n)
{
	uint64_t sum = 0;
	double mean, squares[4] = {0};
	size_t i = 0;

	for (size_t j = 0; j < n; j++)
		sum += values[j];
	mean = (double)sum / (double)n;
	/* Four sums, so that additions do not wait for each other. */
	for (; i + 4 <= n; i += 4) {
		for (size_t j = 0; j < 4; j++)
			squares[j] += (values[i + j] - mean) * (values[i + j] - mean);
	}
	for (; i < n; i++)
		squares[0] += (values[i] - mean) * (values[i] - mean);
	squares[0] += squares[1] + squares[2] + squares[3];
	return (struct stats_moments){.mean = n > 0 ? mean : NAN,
				      .sd = n > 1 ? sqrt(squares[0] / (double)(n - 1)) : NAN};
}

struct stats_moments stats_moments(const double *values, size_t n)
{
	struct welford sums = {0};

	for (size_t i = 0; i < n; i++)
		welford_add(&sums, values[i]);
	return welford_end(&sums);
}

/* --- Spread, tail ------------------------------------------------------------------------------------------------ */

double stats_mean_deviation_u32(const uint32_t *sorted, size_t n)
{
	double median = stats_quantile_u32(sorted, n, 0.5), sum = 0;

	if (n == 0)
		return NAN;
	for (size_t i = 0; i < n; i++)
		sum += fabs(sorted[i] - median);
	return sum / (double)n;
}

double stats_detour_rate_u32(const uint32_t *sorted, size_t n)
{
	double limit = 2 * stats_quantile_u32(sorted, n, 0.5);
	size_t above = 0;

	if (n == 0)
		return NAN;
	while (above < n && sorted[n - 1 - above] > limit)
		above++;
	return (double)above / (double)n;
}
