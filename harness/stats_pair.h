/* SPDX-License-Identifier: MIT */
/*
 * Paired comparison of two sides over R runs, one number per run and side (measuring.md §5, "Comparing A and B"): the
 * unit of replication is the run. d are the R differences of logarithms. Pure functions; the seed is an argument.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Fewer pairs have no interval (measuring.md §3). */
enum { STATS_PAIRS_MIN = 6, STATS_PAIRS_MAX = 1024, STATS_SIDE_MAX = 100 };

/* Hodges-Lehmann estimate of the centre with its 95 % interval, in the unit of d. low and high are NaN for R < 6. */
struct stats_interval {
	double estimate;
	double low, high;
};

/*
 * K: the interval runs from the K-th smallest to the K-th largest Walsh average. The largest K whose exact signed-rank
 * tail 2 P(V < K) stays within alpha; counted for every R up to STATS_PAIRS_MAX. 0: no such interval.
 */
size_t stats_signed_rank_k(size_t pairs, double alpha);
/* Median of all Walsh averages (d_i + d_j)/2, i <= j (Hodges & Lehmann 1963), and the interval of 1 - alpha. */
struct stats_interval stats_hodges_lehmann(const double *d, size_t pairs, double alpha);
/*
 * Two-sided sign-flip test: the share of the 2^R sign patterns s with |sum s_i d_i| >= |sum d_i|; exact for R <= 16, else
 * (1 + hits) / (1 + 100000) patterns drawn from seed. 1 for R = 0.
 */
double stats_sign_flip_p(const double *d, size_t pairs, uint64_t seed);

/*
 * Two sides whose runs are no pairs (two days, two machines): the shift b - a as the median of all differences, with its
 * interval from exact Mann-Whitney counts. Reported, never gated. NaN bounds below 4 runs a side, or above 100.
 */
struct stats_interval stats_shift(const double *a, size_t runs_a, const double *b, size_t runs_b, double alpha);
/* K of that interval, as for the signed ranks; 0: none. */
size_t stats_mann_whitney_k(size_t runs_a, size_t runs_b, double alpha);

/* Adjusted p of m tests, written to adjusted (may be p itself): Holm 1979 and Benjamini & Hochberg 1995. */
void stats_holm(const double *p, double *adjusted, size_t m);
void stats_benjamini_hochberg(const double *p, double *adjusted, size_t m);

/* The smallest effect R pairs with standard deviation sd of d would show with power .8: exp(2.8 sd / sqrt R) - 1. */
double stats_smallest_effect(double sd, size_t pairs);
