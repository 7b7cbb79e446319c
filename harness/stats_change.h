/* SPDX-License-Identifier: MIT */
/*
 * Change points in a history of one number per day or commit (measuring.md §6, tier 3): E-divisive of Matteson & James
 * 2014, which assumes no distribution and finds changes of level and of spread. The best split of all segments is tested
 * by permuting inside them, and taken if it is significant; then again, until none is. Neighbouring points of a history
 * depend on each other, so blocks are permuted, not points: of 60 points with a lag-1 correlation of .3, 27 % of the
 * histories without a change raise an alarm by points, 6 % by blocks of 4 (at .6 still 20 %: the tier is advisory), for
 * a tenth of the power. A step of 1.5 standard deviations in the middle of 40 points is found in 70 %, of 2 in 90 %.
 * Pure; the seed decides the permutations.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "stats_pair.h"

/* Points each side (measuring.md §6); the longest history that is looked at, as time is O(n^2) a permutation; a block. */
enum { STATS_CHANGE_SIDE = 10, STATS_CHANGE_MAX = 1000, STATS_CHANGE_BLOCK = 4 };

struct stats_change_options {
	size_t side;         /* fewest points of a segment: STATS_CHANGE_SIDE, at least 2 */
	double alpha;        /* .05 */
	size_t permutations; /* 199; 1 / (permutations + 1) is the smallest p */
	size_t block;        /* points that stay together: STATS_CHANGE_BLOCK; 1 if they do not depend on each other */
	uint64_t seed;
};

extern const struct stats_change_options stats_change_defaults; /* seed 1 */

struct stats_change {
	size_t at; /* the first point of the new regime */
	double p;  /* of the permutation test when it was found */
	/*
	 * From the segment before to the one after: median difference, 95 %, in units of x. Bounds are NaN for segments longer
	 * than STATS_SIDE_MAX.
	 */
	struct stats_interval shift;
};

/*
 * x: n finite numbers in the order of time, logarithms as a rule. Of a longer history only the last STATS_CHANGE_MAX
 * points are looked at; `at` counts from x[0] all the same. Returns the number of changes, in the order of time, and a
 * new array in *changes (NULL if none).
 */
size_t stats_change_find(const double *x, size_t n, const struct stats_change_options *options,
			 struct stats_change **changes);
