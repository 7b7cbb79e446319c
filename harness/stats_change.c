/* SPDX-License-Identifier: MIT */
/* Change points: see stats_change.h. */
#include "stats_change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats_random.h"

const struct stats_change_options stats_change_defaults = {
    .side = STATS_CHANGE_SIDE, .alpha = 0.05, .permutations = 199, .block = STATS_CHANGE_BLOCK, .seed = 1};

/* The search: segments of x between cuts, cuts[0] = 0 and cuts[cut_count - 1] = n. */
struct search {
	const struct stats_change_options *options;
	const double *x;
	size_t n;
	size_t *cuts;
	size_t cut_count;
	double *sums; /* (longest segment) x (longest segment + 1): see distances_sum() */
};

struct split {
	double size; /* Q of the best split; -INFINITY: no segment is long enough */
	size_t at;
};

/* --- One segment -------------------------------------------------------------------------------------------------- */

/* sums[i][j] = |x_i - x_0| + … + |x_i - x_{j-1}|, so that any stretch of a row is one subtraction. */
static void distances_sum(const double *x, size_t n, double *sums)
{
	for (size_t i = 0; i < n; i++) {
		double *row = sums + i * (n + 1);

		row[0] = 0;
		for (size_t j = 0; j < n; j++)
			row[j + 1] = row[j] + fabs(x[i] - x[j]);
	}
}

/*
 * The best split of x[0 … n-1]: Q of Matteson & James (2014), eq. 5 and 6 with exponent 1, over all first parts [0, t)
 * and second parts [t, k), k <= n: a second part that ends early finds a regime that ended again. Both sums inside and
 * the sum between the parts grow by one row as k does, so a (t, k) costs O(1).
 */
static struct split split_segment(const double *x, size_t n, size_t side, double *sums)
{
	struct split best = {.size = -INFINITY};
	double inside_first = 0;

	if (n < 2 * side)
		return best;
	distances_sum(x, n, sums);
	for (size_t t = 1; t + side <= n; t++) {
		double inside_second = 0, between = 0, first = (double)t;

		inside_first += sums[(t - 1) * (n + 1) + t - 1];
		for (size_t k = t; t >= side && k < n; k++) {
			const double *row = sums + k * (n + 1);
			double second = (double)(k + 1 - t), size;

			between += row[t];
			inside_second += row[k] - row[t];
			if (k + 1 - t < side)
				continue;
			size = 2 * between / (first * second) - 2 * inside_first / (first * (first - 1)) -
			       2 * inside_second / (second * (second - 1));
			size *= first * second / (first + second);
			if (size > best.size)
				best = (struct split){.size = size, .at = t};
		}
	}
	return best;
}

/* --- All segments ------------------------------------------------------------------------------------------------- */

static struct split split_best(const struct search *search, const double *x)
{
	struct split best = {.size = -INFINITY};

	for (size_t i = 0; i + 1 < search->cut_count; i++) {
		size_t from = search->cuts[i];
		struct split split =
		    split_segment(x + from, search->cuts[i + 1] - from, search->options->side, search->sums);

		if (split.size > best.size)
			best = (struct split){.size = split.size, .at = from + split.at};
	}
	return best;
}

/*
 * The points from[0 … n-1] in a random order of blocks, which stay whole and begin at a random place of the circle (Politis
 * & Romano 1992): neighbours that depend on each other go on doing so. Blocks of 1 are a plain permutation.
 */
static void permute(struct stats_random *random, const double *from, size_t n, size_t block, double *to)
{
	size_t offset = block > 1 ? stats_random_below(random, (uint32_t)n) : 0, blocks = (n + block - 1) / block,
	       at = 0;
	double *order = memory_new(blocks, sizeof(*order));

	for (size_t i = 0; i < blocks; i++)
		order[i] = (double)i;
	stats_random_shuffle(random, order, blocks);
	for (size_t i = 0; i < blocks; i++) {
		size_t first = (size_t)order[i] * block, end = first + block < n ? first + block : n;

		for (size_t j = first; j < end; j++)
			to[at++] = from[(offset + j) % n];
	}
	free(order);
}

/*
 * p of the best split: how often one as good is found after permuting inside the segments. Stops as soon as p can no
 * longer be significant (Besag & Clifford 1991); the p then says at least that.
 */
static double permutation_p(const struct search *search, double size, struct stats_random *random)
{
	size_t permutations = search->options->permutations, hits = 1;
	double *x = memory_new(search->n, sizeof(*x));
	double most = search->options->alpha * (double)(permutations + 1);

	for (size_t i = 0; i < permutations && (double)hits <= most; i++) {
		for (size_t j = 0; j + 1 < search->cut_count; j++) {
			size_t from = search->cuts[j];

			permute(random, search->x + from, search->cuts[j + 1] - from, search->options->block, x + from);
		}
		/* Sums in another order differ in their last digits. */
		hits += split_best(search, x).size >= size * (1 - 1e-12);
	}
	free(x);
	return (double)hits / (double)(permutations + 1);
}

static void cut(struct search *search, size_t at)
{
	size_t place = search->cut_count++;

	search->cuts[place] = search->cuts[place - 1];
	for (place--; search->cuts[place - 1] > at; place--)
		search->cuts[place] = search->cuts[place - 1];
	search->cuts[place] = at;
}

static int order_changes(const void *left, const void *right)
{
	const struct stats_change *a = left, *b = right;

	return (a->at > b->at) - (a->at < b->at);
}

/* Shifts are known when all cuts are: from segment to segment. offset: what the search left out before its x. */
static void describe(const struct search *search, struct stats_change *changes, size_t count, size_t offset)
{
	if (count > 1)
		qsort(changes, count, sizeof(*changes), order_changes);
	for (size_t i = 0; i < count; i++) {
		size_t from = search->cuts[i], at = search->cuts[i + 1], to = search->cuts[i + 2];

		changes[i].shift = stats_shift(search->x + from, at - from, search->x + at, to - at, 0.05);
		changes[i].at += offset;
	}
}

size_t stats_change_find(const double *x, size_t n, const struct stats_change_options *options,
			 struct stats_change **changes)
{
	size_t offset = n > STATS_CHANGE_MAX ? n - STATS_CHANGE_MAX : 0, count = 0;
	struct stats_random random = {options->seed};
	struct search search = {.options = options, .x = x + offset, .n = n - offset, .cut_count = 2};

	*changes = NULL;
	if (options->side < 2 || options->block < 1 || search.n < 2 * options->side)
		return 0;
	search.cuts = memory_new(search.n + 1, sizeof(*search.cuts));
	search.cuts[1] = search.n;
	search.sums = memory_new(search.n * (search.n + 1), sizeof(*search.sums));
	for (;;) {
		struct split best = split_best(&search, search.x);
		double p = 1;

		/* Equal points everywhere: nothing to tell apart. */
		if (best.size > 0)
			p = permutation_p(&search, best.size, &random);
		if (!(p <= options->alpha))
			break;
		*changes = memory_grow(*changes, count, sizeof(**changes));
		(*changes)[count++] = (struct stats_change){.at = best.at, .p = p};
		cut(&search, best.at);
	}
	describe(&search, *changes, count, offset);
	free(search.sums);
	free(search.cuts);
	return count;
}
