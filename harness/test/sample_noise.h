/* SPDX-License-Identifier: MIT */
/*
 * Simulated runs of a noisy machine, for experiments whose truth is known (measuring.md §5, "Testing the statistics
 * code"): log-normal samples with an effect of the run, dependence inside it, drift from run to run, Pareto outliers and
 * a second mode. The seed decides everything.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../stats_random.h"

struct noise {
	struct stats_random random;
	/* The samples of one run: median x exp(run effect + drift + sigma z_t), z an AR(1) of variance 1. */
	double median;     /* ticks */
	double sigma;      /* of the logarithm inside a run */
	double ar;         /* lag-1 autocorrelation of z, in [0, 1) */
	double run_sd;     /* of the logarithm between runs */
	double run_spread; /* sd of the logarithm of sigma between runs */
	double drift;      /* added to the logarithm per unit of `position` */
	double outliers;   /* fraction of samples multiplied by a Pareto variable of exponent 1.5, at least 2 */
	double run_tail;   /* sd of the logarithm of that fraction between runs */
	double second; /* fraction of samples in a second mode, 1.6 times the first; a run's own share varies by half */
};

/* Uniform in (0, 1): never 0 nor 1, so that its logarithm exists. */
double noise_unit(struct stats_random *random);
/* A standard normal number. */
double noise_normal(struct stats_random *random);
/* Median 1,000, sigma .1, and nothing else. */
struct noise noise_plain(uint64_t seed);
/*
 * One run: n samples in time order. position: of the run in the series, for the drift. What differs between sides is
 * the caller's: change median, sigma or outliers for B.
 */
void noise_fill(struct noise *noise, double position, uint32_t *samples, size_t n);
