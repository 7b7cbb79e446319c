/* SPDX-License-Identifier: MIT */
/*
 * Rank tests over runs, exact with ties: the distribution is that of the ranks found, counted by the shift algorithm of
 * Streitberg & Röhmel 1986, not the table for values without ties. Grain-quantised medians tie often. Two-sided p.
 */
#pragma once

#include <stddef.h>

/* Up to here the distribution is counted; beyond, it is normal with the variance of the ranks found. */
enum { STATS_RANK_EXACT_MAX = 100 };

/*
 * Mann & Whitney 1947 for two sides without pairs, by the rank sum of a. Needs 4 runs a side to reach .05 (measuring.md
 * §5): NaN below. The interval that belongs to it is stats_shift().
 */
double stats_mann_whitney_p(const double *a, size_t runs_a, const double *b, size_t runs_b);
