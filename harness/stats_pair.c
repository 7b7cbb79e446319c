/* SPDX-License-Identifier: MIT */
/* Paired comparison over runs: see stats_pair.h. */
#include "stats_pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_random.h"

/* Up to here all 2^R sign patterns are counted (measuring.md §5). */
enum { SIGN_FLIP_EXACT_MAX = 16, SIGN_FLIP_DRAWS = 100000 };

/* --- Signed ranks ------------------------------------------------------------------------------------------------- */

/*
 * The distribution of Wilcoxon's V, the sum of the ranks 1 … R that a fair coin makes positive: after rank r,
 * P(V = v) = (P'(V = v) + P'(V = v - r)) / 2. Probabilities, not counts, because 2^R overflows. Exact up to rounding.
 */
size_t stats_signed_rank_k(size_t pairs, double alpha)
{
	size_t most = pairs * (pairs + 1) / 2, k = 0;
	double *p, tail = 0;

	if (pairs == 0 || pairs > STATS_PAIRS_MAX)
		return 0;
	p = memory_new(most + 1, sizeof(*p));
	p[0] = 1;
	for (size_t rank = 1; rank <= pairs; rank++) {
		size_t reach = rank * (rank + 1) / 2;

		for (size_t v = reach + 1; v-- > 0;)
			p[v] = (p[v] + (v >= rank ? p[v - rank] : 0)) / 2;
	}
	/* K-th smallest Walsh average has P(V < K) below it: the tail with V = 0 … K-1. */
	while (k <= most && 2 * (tail + p[k]) <= alpha * (1 + 1e-12)) {
		tail += p[k];
		k++;
	}
	free(p);
	return k;
}

struct stats_interval stats_hodges_lehmann(const double *d, size_t pairs, double alpha)
{
	struct stats_interval interval = {NAN, NAN, NAN};
	size_t count = pairs * (pairs + 1) / 2, at = 0, k;
	double *walsh;

	if (pairs == 0 || pairs > STATS_PAIRS_MAX)
		return interval;
	walsh = memory_new(count, sizeof(*walsh));
	for (size_t i = 0; i < pairs; i++) {
		for (size_t j = i; j < pairs; j++)
			walsh[at++] = (d[i] + d[j]) / 2;
	}
	stats_sort(walsh, count);
	interval.estimate = stats_quantile(walsh, count, 0.5);
	k = pairs >= STATS_PAIRS_MIN ? stats_signed_rank_k(pairs, alpha) : 0;
	if (k > 0) {
		interval.low = walsh[k - 1];
		interval.high = walsh[count - k];
	}
	free(walsh);
	return interval;
}

/* --- Two sides without pairs --------------------------------------------------------------------------------------- */

/*
 * The distribution of Mann & Whitney's U under no difference, by their recursion: the largest of all values is one of
 * the m of a, with probability m / (m + n), and then lies above all n of b, or it is one of b.
 */
size_t stats_mann_whitney_k(size_t runs_a, size_t runs_b, double alpha)
{
	size_t most = runs_a * runs_b, k = 0;
	double *p, tail = 0;

	if (runs_a == 0 || runs_b == 0 || runs_a > STATS_SIDE_MAX || runs_b > STATS_SIDE_MAX)
		return 0;
	/* One row of the recursion for each n, overwritten as m grows: p[n] is the distribution for (m, n). */
	p = memory_new((runs_b + 1) * (most + 1), sizeof(*p));
	for (size_t n = 0; n <= runs_b; n++)
		p[n * (most + 1)] = 1;
	for (size_t m = 1; m <= runs_a; m++) {
		for (size_t n = 1; n <= runs_b; n++) {
			double *row = p + n * (most + 1), *less = row - (most + 1);
			double from_a = (double)m / (double)(m + n);

			for (size_t u = m * n + 1; u-- > 0;)
				row[u] = from_a * (u >= n ? row[u - n] : 0) + (1 - from_a) * less[u];
		}
	}
	for (double *row = p + runs_b * (most + 1); k <= most && 2 * (tail + row[k]) <= alpha * (1 + 1e-12); k++)
		tail += row[k];
	free(p);
	return k;
}

struct stats_interval stats_shift(const double *a, size_t runs_a, const double *b, size_t runs_b, double alpha)
{
	struct stats_interval interval = {NAN, NAN, NAN};
	size_t count = runs_a * runs_b, at = 0;
	size_t k = stats_mann_whitney_k(runs_a, runs_b, alpha);
	double *differences;

	if (count == 0)
		return interval;
	differences = memory_new(count, sizeof(*differences));
	for (size_t i = 0; i < runs_a; i++) {
		for (size_t j = 0; j < runs_b; j++)
			differences[at++] = b[j] - a[i];
	}
	stats_sort(differences, count);
	interval.estimate = stats_quantile(differences, count, 0.5);
	if (k > 0) {
		interval.low = differences[k - 1];
		interval.high = differences[count - k];
	}
	free(differences);
	return interval;
}

/* --- Sign flips --------------------------------------------------------------------------------------------------- */

/* Sums that differ by rounding alone count as equal. */
static double tolerance(const double *d, size_t pairs)
{
	double sum = 0;

	for (size_t i = 0; i < pairs; i++)
		sum += fabs(d[i]);
	return sum * 1e-9;
}

static double flipped_sum(const double *d, size_t pairs, const uint64_t *signs)
{
	double sum = 0;

	for (size_t i = 0; i < pairs; i++)
		sum += signs[i / 64] >> i % 64 & 1 ? -d[i] : d[i];
	return fabs(sum);
}

/*
 * Of the 2^R patterns those with |sum| >= limit. In the order of a Gray code (Gray 1953) one sign changes at a time; a
 * pattern and its opposite have the same |sum|, so half of them are enough.
 */
static double count_patterns(const double *d, size_t pairs, double limit)
{
	uint32_t signs = 0, count = 1u << (pairs - 1), hits;
	double sum = 0;

	for (size_t i = 0; i < pairs; i++)
		sum += d[i];
	hits = fabs(sum) >= limit;
	for (uint32_t step = 1; step < count; step++) {
		int place = __builtin_ctz(step);

		signs ^= 1u << place;
		sum += signs >> place & 1 ? -2 * d[place] : 2 * d[place];
		hits += fabs(sum) >= limit;
	}
	return (double)hits / count;
}

double stats_sign_flip_p(const double *d, size_t pairs, uint64_t seed)
{
	uint64_t signs[STATS_PAIRS_MAX / 64] = {0};
	struct stats_random random = {seed};
	double limit;
	size_t hits = 0;

	if (pairs == 0 || pairs > STATS_PAIRS_MAX)
		return 1;
	limit = flipped_sum(d, pairs, signs) - tolerance(d, pairs);
	if (pairs <= SIGN_FLIP_EXACT_MAX)
		return count_patterns(d, pairs, limit);
	for (size_t draw = 0; draw < SIGN_FLIP_DRAWS; draw++) {
		for (size_t i = 0; i * 64 < pairs; i++)
			signs[i] = stats_random_next(&random);
		hits += flipped_sum(d, pairs, signs) >= limit;
	}
	return (1 + (double)hits) / (1 + (double)SIGN_FLIP_DRAWS);
}

/* --- Several tests ------------------------------------------------------------------------------------------------ */

struct ranked {
	double p;
	size_t place;
};

static int order_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return (a->p > b->p) - (a->p < b->p);
}

static struct ranked *rank(const double *p, size_t m)
{
	struct ranked *ranked = memory_new(m, sizeof(*ranked));

	for (size_t i = 0; i < m; i++)
		ranked[i] = (struct ranked){.p = p[i], .place = i};
	if (m > 1)
		qsort(ranked, m, sizeof(*ranked), order_ranked);
	return ranked;
}

void stats_holm(const double *p, double *adjusted, size_t m)
{
	struct ranked *ranked = rank(p, m);
	double most = 0;

	for (size_t i = 0; i < m; i++) {
		most = fmax(most, fmin(1, ranked[i].p * (double)(m - i)));
		adjusted[ranked[i].place] = most;
	}
	free(ranked);
}

void stats_benjamini_hochberg(const double *p, double *adjusted, size_t m)
{
	struct ranked *ranked = rank(p, m);
	double least = 1;

	for (size_t i = m; i-- > 0;) {
		least = fmin(least, ranked[i].p * (double)m / (double)(i + 1));
		adjusted[ranked[i].place] = least;
	}
	free(ranked);
}

double stats_smallest_effect(double sd, size_t pairs)
{
	/* 2.8 = 1.96 + 0.84: two-sided .05 and power .8 (measuring.md §5, planning). */
	return pairs > 0 ? expm1(2.8 * sd / sqrt((double)pairs)) : NAN;
}
