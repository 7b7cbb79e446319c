/* SPDX-License-Identifier: MIT */
/*
 * Two subjects compared, row by row: location (median), spread (interquartile range) and tail (p99 - p50), as ratios
 * B / A. Within one run the boots of a round are pairs (measuring.md §5); rows of two runs are compared without pairs and
 * never judged. Exact rows (instruction counts that repeat) need no interval. Spread and tail are floored at the coarser
 * clock's grain on both sides, so that no ratio comes from the clock alone. A pure function of two summaries.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "summary.h"

/* measuring.md §6. COMPARE_NONE: not judged (no pairs, too few, or nothing to compare). */
enum compare_verdict { COMPARE_NONE, COMPARE_PASS, COMPARE_IMPROVED, COMPARE_REGRESSED, COMPARE_INCONCLUSIVE };

struct compare_estimate {
	double a, b;      /* the statistic of each side over all its samples, in the rows' unit; NaN: unknown */
	double ratio;     /* B / A: Hodges-Lehmann where there is an interval, else b / a; NaN: unknown */
	double low, high; /* 95 % interval of the ratio; NaN: exact, or too few runs */
	double p;         /* two-sided sign-flip; NaN: not judged */
	double p_holm;    /* adjusted for all tests of this comparison */
	double floor;     /* both sides are raised to it for the ratio: the coarser grain */
	bool floored;     /* both sides are at or below it: the ratio says nothing */
	enum compare_verdict verdict;
};

enum compare_statistic { COMPARE_LOCATION, COMPARE_SPREAD, COMPARE_TAIL, COMPARE_STATISTICS };

struct compare_row {
	const struct summary_row *a, *b;
	struct compare_estimate estimates[COMPARE_STATISTICS];
	size_t pairs;                 /* rounds that both sides have; 0: compared without pairs */
	bool exact;                   /* both sides are */
	double smallest_effect;       /* of the median that this many pairs would have shown: .1 = 10 %; NaN: unknown */
	enum compare_verdict verdict; /* regressed if any statistic is, else improved if any is, … */
};

/* A point that only one side has. */
struct compare_missing {
	const struct summary_row *row; /* of the side that has it */
	bool in_a;
	const char *reason; /* why the other side has not */
};

struct compare {
	const char *subject_a, *subject_b;
	const char *unit;
	bool paired;
	double margin;            /* smallest change that counts: .03 = 3 % */
	struct compare_row *rows; /* in the order of the summary of A */
	size_t row_count;
	struct compare_missing *missing;
	size_t missing_count;
};

/* One side: a summary and a subject of it. */
struct compare_side {
	const struct summary *summary;
	const char *subject;
};

/*
 * Returns 0, or STATUS_USAGE with the error set: the two sides measure in different units, or have no point in common.
 * The summaries must outlive the comparison.
 */
int compare_make(struct compare *compare, struct compare_side a, struct compare_side b, double margin,
		 struct error *error);
void compare_free(struct compare *compare);
/* "pass", "improved", …; "" for COMPARE_NONE. */
const char *compare_verdict_name(enum compare_verdict verdict);
/* One element of the comparisons of schema "aerobench.compare/1". A new reference. */
json_t *compare_json(const struct compare *compare);
