/* SPDX-License-Identifier: MIT */
/*
 * What is fixed before the first run: how many pairs, at which looks, against which margin (measuring.md §5 "Several
 * tests", "Looking twice", "Power found"; §6 "Margin is learned"). Pure. Where no number of pairs would do the answer is
 * SIZE_MAX.
 */
#pragma once

#include <stddef.h>

#include "stats_pair.h"

/* The smallest margin that is ever used, and the A/A comparisons that learning one takes. */
#define STATS_MARGIN_MIN 0.03
enum { STATS_MARGIN_HISTORY = 20 };

/* Pairs at which a gate looks, and what each look may spend of alpha .05 (Bonferroni: the sum is the level of both). */
struct stats_look {
	size_t pairs;
	double alpha;
};
enum { STATS_LOOKS = 2 };
extern const struct stats_look stats_looks[STATS_LOOKS];

/*
 * The fewest pairs with which one of m tests can be significant after Holm: an exact two-sided sign flip has
 * p >= 2^(1 - R), so R >= 1 + log2(m / alpha). At least STATS_PAIRS_MIN; alpha in (0, 1).
 */
size_t stats_plan_family(size_t m, double alpha);
/*
 * Pairs that find a true change of 1 + effect with power .8 at a two-sided .05: 7.85 (sd / ln(1 + effect))^2 + 3, where
 * 7.85 = (1.96 + 0.84)^2 and 3 pays for Student's t. sd: of d in an A/A series. At least STATS_PAIRS_MIN.
 */
size_t stats_plan_power(double sd, double effect);
/*
 * Pairs to add until the 95 % interval of d is about +- half_width (in logarithms): its half width now, times
 * sqrt(R / R') and the ratio of Student's critical values. 0 if it is there already. Needs an interval (R >= 6), and is
 * an estimate: at 6 pairs it is off by a factor of 2 either way.
 */
size_t stats_plan_more(struct stats_interval interval, size_t pairs, double half_width);

/*
 * The margin of one benchmark, statistic and machine: max(3 %, Q3 + 3 IQR of |log ratio|) over the last A/A comparisons
 * (rustc-perf's rule), as a fraction: .03 = 3 %. log_ratios: of A/A comparisons, any order. NaN below
 * STATS_MARGIN_HISTORY or with a NaN among them: such a row is reported, not gated.
 */
double stats_plan_margin(const double *log_ratios, size_t n);
