/* SPDX-License-Identifier: MIT */
/*
 * Change points in a history of one number per day or commit (measuring.md §6, tier 3): E-divisive of Matteson & James
 * 2014, which assumes no distribution and finds changes of level and of spread. The best split of all segments is tested
 * by permuting inside them, and taken if it is significant; then again, until none is. Advisory: neighbouring points of a
 * history depend on each other, and then this finds more than there is. Pure; the seed decides the permutations.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "stats_pair.h"

/* Points each side (measuring.md §6), and the longest history that is looked at: time is O(n^2) a permutation. */
enum { STATS_CHANGE_SIDE = 10, STATS_CHANGE_MAX = 1000 };

struct stats_change_options {
	size_t side;         /* fewest points of a segment: STATS_CHANGE_SIDE, at least 2 */
	double alpha;        /* .05 */
	size_t permutations; /* 199; 1 / (permutations + 1) is the smallest p */
	uint64_t seed;
};

extern const struct stats_change_options stats_change_defaults; /* seed 1 */

struct stats_change {
	size_t at; /* the first point of the new regime */
	double p;  /* of the permutation test when it was found */
	struct stats_interval
	    shift; /* from the segment before to the one after: median difference, 95 %, in units of x.
					Bounds are NaN for segments longer than STATS_SIDE_MAX */
};

/*
 * x: n finite numbers in the order of time, logarithms as a rule. Of a longer history only the last STATS_CHANGE_MAX
 * points are looked at; `at` counts from x[0] all the same. Returns the number of changes, in the order of time, and a
 * new array in *changes (NULL if none).
 */
size_t stats_change_find(const double *x, size_t n, const struct stats_change_options *options,
			 struct stats_change **changes);
