/* SPDX-License-Identifier: MIT */
/*
 * Two sides whose runs are no pairs: two machines, two days (measuring.md §5, "Unpaired"). Reported, never gated, because
 * whatever changed between the two sides is in the difference. Effect sizes without p for whole distributions.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* b - a with its interval, by Welch 1947; everything but the difference is NaN below 2 runs a side. */
struct stats_welch {
	double difference;
	double low, high; /* of 1 - alpha */
	double p;         /* two-sided */
	double freedom;   /* Welch & Satterthwaite's degrees */
};

/* a, b: one logarithm a run (stats_run_log()), never pooled samples. Two sides without any spread have p 1 or 0. */
struct stats_welch stats_welch(const double *a, size_t runs_a, const double *b, size_t runs_b, double alpha);

/*
 * Cliff's delta 1993, P(b > a) - P(b < a), of two sorted sets of samples, in [-1, 1]; O(n). NaN if one is empty.
 * Both effect sizes describe the samples taken; they carry no p, for samples of one run are no replicates.
 */
double stats_cliff_delta_u32(const uint32_t *sorted_a, size_t n_a, const uint32_t *sorted_b, size_t n_b);
/* Kolmogorov & Smirnov's distance, max |F_a - F_b|, in [0, 1]; sorted, O(n). NaN if one is empty. */
double stats_ks_distance_u32(const uint32_t *sorted_a, size_t n_a, const uint32_t *sorted_b, size_t n_b);
