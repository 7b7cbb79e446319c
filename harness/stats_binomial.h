/* SPDX-License-Identifier: MIT */
/*
 * How certain a counted rate is: hits of n trials with the interval of 1 - alpha. For false-alarm rates of `aa`, where
 * the interval's lower end decides whether a tier disarms (measuring.md §6). With alpha = .10 the lower end alone is a
 * one-sided 95 % bound. No trials: rate NaN, interval [0, 1].
 */
#pragma once

#include <stddef.h>

struct stats_rate {
	double rate;
	double low, high;
};

/* Clopper & Pearson 1934: covers at least 1 - alpha whatever the true rate. For decisions. hits <= n. */
struct stats_rate stats_rate_exact(size_t hits, size_t n, double alpha);
/*
 * Trials that come in clusters which share their noise (all benchmarks of one boot): Korn & Graubard 1998. The exact
 * interval for as many independent trials as give the variance found between clusters, corrected for the degrees of
 * freedom of that variance; never more than there were. hits[i] of trials[i] in cluster i. With fewer than 2 clusters
 * nothing is known about the variance: rate and [0, 1].
 */
struct stats_rate stats_rate_clustered(const size_t *hits, const size_t *trials, size_t clusters, double alpha);
