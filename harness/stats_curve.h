/* SPDX-License-Identifier: MIT */
/*
 * The shift function: how two sides differ quantile by quantile, with a band that holds for all of them at once
 * (measuring.md §5, "Whole distribution"). For figures: verdicts come from exact tests (stats_judge.h). Pure; the seed
 * decides the resampling.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "stats_pair.h"

enum { STATS_CURVE_DRAWS = 2000 };

/*
 * The quantiles of the curve that n samples a run support: 1 %, 2 %, … 99 %, then 99.5 % and 99.9 % as n(1 - q) >= 10
 * allows, and below the median n q >= 10 likewise. Written to q (room for STATS_CURVE_QUANTILES); returns their number.
 */
enum { STATS_CURVE_QUANTILES = 101 };
size_t stats_curve_quantiles(size_t n, double *q);
/* From a raw sample to a number: max(floor, raw x scale - subtracted). floor > 0, the coarser grain. */
struct stats_curve_unit {
	double scale, subtracted, floor;
};
/* The logarithms of the quantiles of sorted samples at each q, as such numbers: one row of a side. */
void stats_curve_logs_u32(const uint32_t *sorted, size_t n, struct stats_curve_unit unit, const double *q, size_t count,
			  double *logs);

/*
 * curve[j]: the median over pairs of d[i * count + j] = log Q_B,i(q_j) - log Q_A,i(q_j), and the simultaneous band of
 * 1 - alpha: resample pairs, T = max_j |s*_j - s_j| / se_j, band s_j +- T_(1-alpha) se_j, with se the standard deviation of
 * s* (studentised maximum, as in Davison & Hinkley 1997, 4.2.4). In logarithms. Bounds are NaN below STATS_PAIRS_MIN
 * pairs; a column with a NaN is NaN; one without any spread over pairs has a band of no width.
 */
void stats_curve(const double *d, size_t pairs, size_t count, double alpha, uint64_t seed,
		 struct stats_interval *curve);
