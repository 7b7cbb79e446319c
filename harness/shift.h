/* SPDX-License-Identifier: MIT */
/*
 * The shift function of a comparison's rows: how many times B takes what A takes at each quantile, from the first per
 * cent to as far into the tail as the samples go (measuring.md §5, "Whole distribution"). Over pairs of boots it has a
 * band that holds for all quantiles at once (stats_curve.h); exact counts and runs that are no pairs have the curve
 * alone, of all samples together. For looking at: verdicts are compare.h's. A pure function of the comparison.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "compare.h"
#include "error.h"
#include "stats_curve.h"

struct shift {
	const struct compare *compare;
	const struct compare_row *row;
	size_t pairs; /* what the band is of; 0: no band */
	size_t count; /* quantiles */
	double q[STATS_CURVE_QUANTILES];
	struct stats_interval curve[STATS_CURVE_QUANTILES]; /* ratios B / A; bounds are NaN without a band */
};

/* row is one of compare's. seed: of the resampling. */
void shift_make(struct shift *shift, const struct compare *compare, const struct compare_row *row, uint64_t seed);
/* {benchmark, params, a, b, pairs, quantiles [{q, ratio, low, high}]}; a new reference. */
json_t *shift_json(const struct shift *shift);
/* The quantiles that tables have, for people. */
void shift_print(FILE *file, const struct shift *shifts, size_t count, bool bold);

/* So many fit on one picture. */
enum { SHIFT_PANELS_MAX = 12 };

/*
 * Draws NAME.svg from NAME.N.tsv by NAME.gnuplot, which draws it again, in directory, which is made if it is missing.
 * Returns 0; STATUS_UNSUPPORTED without gnuplot; STATUS_FAILED if it cannot write. 1 … SHIFT_PANELS_MAX shifts.
 */
int shift_draw(const struct shift *shifts, size_t count, const char *directory, const char *name, struct error *error);

/* All rows of some comparisons. */
struct shift_request {
	const struct compare *compares;
	size_t count;
	const char *benchmark; /* NAME[:PARAM=VALUE…], as it was asked for: names the picture */
	const char *directory; /* of the picture */
	uint64_t seed;
};

/* Schema "aerobench.shift/1"; a new reference. */
json_t *shift_report_json(const struct shift_request *request);
/* The table, the picture and where it is. STATUS_USAGE with the error set: more rows than fit; else as shift_draw(). */
int shift_report(FILE *file, const struct shift_request *request, bool bold, struct error *error);
