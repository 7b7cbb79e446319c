/* SPDX-License-Identifier: MIT */
/*
 * What one run says: the numbers of one boot or process, which are the observations of every comparison (measuring.md
 * §5, "Per run" and "Dependence inside a run"). Pure; time O(n), with at most STATS_RUN_WORK multiplications for the
 * autocorrelation; memory 8 bytes a sample besides the samples themselves. What n does not support is NaN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lags that are reported, and the multiplications that looking for the last positive lag may cost. */
enum { STATS_RUN_LAGS = 20, STATS_RUN_WORK = 200000000 };

/* In the unit of the samples. p10, the path that nothing disturbed, is the sharpest of all in comparisons. */
struct stats_run {
	size_t n;
	double min, p10, p50, p90, p99, p999, max; /* type 7; upper ones need n(1 - q) >= 10. max is never tested */
	double mean, sd;                           /* printed, never tested: a single detour moves them */
	double iqr;                                /* p75 - p25 */
	double tail;                               /* p99 - p50 */
	double deviation;                          /* mean |x - median| */
	double detours;                            /* fraction of samples above 2 x median */
	double rho[STATS_RUN_LAGS]; /* autocorrelation at lags 1 …, winsorised at p99; NaN for lags n has not */
	double effective_n;         /* independent samples that n dependent ones are worth, in [1, n] */
};

/*
 * The samples of one run after its warm-up, in time order, n < 2^32; they are not changed. effective_n is
 * n / (1 + 2 sum rho_k) up to the last lag before the first negative rho, samples winsorised at p99. Where STATS_RUN_WORK
 * ends before a rho is negative (a drift, a slow wave), the sum is too small, and the smaller of that and the estimate
 * from sqrt(n) batch means is taken (Conway 1963; consistent by Flegal & Jones 2010).
 */
void stats_run_make(struct stats_run *run, const uint32_t *samples, size_t n);

/* From raw samples to another unit: every duration times factor > 0; fractions and correlations stay. */
void stats_run_scale(struct stats_run *run, double factor);

/* Takes what reading the clock costs off every number that says where samples lie; spreads and the rest stay. */
void stats_run_subtract(struct stats_run *run, double control);

/* What comparisons test, one number a run. */
enum stats_statistic {
	STATS_LOCATION,    /* log p50 */
	STATS_UNDISTURBED, /* log p10 */
	STATS_SPREAD,      /* log IQR */
	STATS_TAIL,        /* log(p99 - p50) */
	STATS_DEVIATION,   /* log mean |x - median|: Brown & Forsythe's statistic, taken per run */
	STATS_STATISTICS
};

/* "location", "undisturbed", "spread", "tail", "deviation". */
const char *stats_statistic_name(enum stats_statistic statistic);
/*
 * Natural logarithm of the statistic, raised to floor > 0 first: the coarser grain of the clocks of both sides, so that
 * no ratio comes from a clock alone. NaN where the run does not support it (the tail of fewer than 1,000 samples).
 */
double stats_run_log(const struct stats_run *run, enum stats_statistic statistic, double floor);
/*
 * The differences of logarithms of `pairs` pairs, b - a, for the paired tests: written to d, pairs with a NaN left out.
 * Returns how many there are.
 */
size_t stats_run_differences(const struct stats_run *a, const struct stats_run *b, size_t pairs,
			     enum stats_statistic statistic, double floor, double *d);
/* Whether no pair has a side above the floor (and there is one that is no NaN): then the clock hides what there is. */
bool stats_run_hidden(const struct stats_run *a, const struct stats_run *b, size_t pairs,
		      enum stats_statistic statistic, double floor);
