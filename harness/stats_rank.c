/* SPDX-License-Identifier: MIT */
/* The rank test: see stats_rank.h. Ranks are doubled, so that midranks of ties are whole numbers. */
#include "stats_rank.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "stats_special.h"

/* Runs a side below which no result can be significant (measuring.md §5, "Unpaired"). */
enum { SIDE_MIN = 4 };

struct item {
	double value;
	size_t place;
};

static int order_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	return (a->value > b->value) - (a->value < b->value);
}

/* Twice the midranks of the values, 2 … 2n, in the order of the values. A new array. */
static size_t *doubled_ranks(const double *values, size_t n)
{
	struct item *items = memory_new(n, sizeof(*items));
	size_t *ranks = memory_new(n, sizeof(*ranks)), next;

	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){.value = values[i], .place = i};
	if (n > 1)
		qsort(items, n, sizeof(*items), order_items);
	for (size_t at = 0; at < n; at = next) {
		for (next = at + 1; next < n && items[next].value == items[at].value;)
			next++;
		/* Ranks at + 1 … next have the mean (at + 1 + next) / 2. */
		for (size_t i = at; i < next; i++)
			ranks[items[i].place] = at + 1 + next;
	}
	free(items);
	return ranks;
}

/* Of a distribution weights[0 … most]: the share as far from the centre as found, or farther. */
static double share_outside(const double *weights, size_t most, double centre, double found)
{
	double all = 0, outside = 0;

	for (size_t sum = 0; sum <= most; sum++) {
		all += weights[sum];
		if (fabs((double)sum - centre) >= fabs(found - centre))
			outside += weights[sum];
	}
	return outside / all;
}

/* Subsets of `chosen` of the ranks by their sum: ways[k][sum], filled rank by rank. */
static double rank_sum_exact(const size_t *ranks, size_t count, size_t chosen, size_t found)
{
	size_t most = count * (count + 1), width = most + 1, reach = 0;
	double *ways = memory_new((chosen + 1) * width, sizeof(*ways)), result;

	ways[0] = 1;
	for (size_t i = 0; i < count; i++) {
		reach += ranks[i];
		for (size_t k = i + 1 < chosen ? i + 1 : chosen; k > 0; k--) {
			double *to = ways + k * width;
			const double *from = to - width;

			for (size_t sum = ranks[i]; sum <= reach; sum++)
				to[sum] += from[sum - ranks[i]];
		}
	}
	result = share_outside(ways + chosen * width, most, (double)(chosen * (count + 1)), (double)found);
	free(ways);
	return result;
}

/* Variance of the doubled rank sum of a, from the ranks found (Hollander & Wolfe 1999, 4.1, with ties). */
static double rank_sum_variance(const size_t *ranks, size_t runs_a, size_t runs_b)
{
	size_t count = runs_a + runs_b;
	double squares = 0;

	for (size_t i = 0; i < count; i++) {
		double rest = (double)ranks[i] - (double)(count + 1);

		squares += rest * rest;
	}
	return (double)runs_a * (double)runs_b / ((double)count * (double)(count - 1)) * squares;
}

double stats_mann_whitney_p(const double *a, size_t runs_a, const double *b, size_t runs_b)
{
	size_t count = runs_a + runs_b, found = 0, *ranks;
	double *values, variance, result;

	if (runs_a < SIDE_MIN || runs_b < SIDE_MIN)
		return NAN;
	values = memory_new(count, sizeof(*values));
	for (size_t i = 0; i < count; i++)
		values[i] = i < runs_a ? a[i] : b[i - runs_a];
	ranks = doubled_ranks(values, count);
	free(values);
	for (size_t i = 0; i < runs_a; i++)
		found += ranks[i];
	variance = rank_sum_variance(ranks, runs_a, runs_b);
	if (variance == 0)
		result = 1;
	else if (count <= STATS_RANK_EXACT_MAX)
		result = rank_sum_exact(ranks, count, runs_a, found);
	else
		result = stats_normal_p(((double)found - (double)(runs_a * (count + 1))) / sqrt(variance));
	free(ranks);
	return result;
}
