/* SPDX-License-Identifier: MIT */
/*
 * Statistics of one set of samples: pure functions (measuring.md §5, "Per run"). What
 * cannot be said from the data is NaN, and becomes null in JSON and a dash in tables. Order statistics take sorted input.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sorts ascending, in place; samples in linear time, with room for n more (stats_radix.h). */
void stats_sort_u32(uint32_t *values, size_t n);
void stats_sort(double *values, size_t n);

/* Quantile p in [0, 1] of sorted values, type 7 of Hyndman & Fan 1996: linear at h = (n-1)p. NaN for n = 0. */
double stats_quantile_u32(const uint32_t *sorted, size_t n, double p);
double stats_quantile(const double *sorted, size_t n, double p);
/* The same, or NaN if n does not support it: n(1-p) >= 10 is asked for tail quantiles (p > 0.5, measuring.md §3). */
double stats_tail_u32(const uint32_t *sorted, size_t n, double p);

/*
 * Mean and standard deviation (n-1) without cancellation: of samples in two passes, of numbers by Welford 1962. sd is NaN
 * for n < 2; n < 2^32 samples.
 */
struct stats_moments {
	double mean;
	double sd;
};
struct stats_moments stats_moments_u32(const uint32_t *values, size_t n);
struct stats_moments stats_moments(const double *values, size_t n);

/* Mean distance from the median of sorted samples. */
double stats_mean_deviation_u32(const uint32_t *sorted, size_t n);
/* Fraction of samples above twice the median of sorted samples. */
double stats_detour_rate_u32(const uint32_t *sorted, size_t n);
