/* SPDX-License-Identifier: MIT */
/*
 * Two subjects compared, row by row: location (median, and p10 for the path that nothing disturbed), spread
 * (interquartile range), tail (p99 - p50) and mean absolute deviation, as ratios B / A over boots, which are the unit of
 * replication. Within one run the boots of a round are pairs (measuring.md §5), judged together as one family of a
 * report. Rows of two runs have no pairs: they are compared by Welch's t and by ranks, and never judged. Exact rows
 * (instruction counts that repeat) need no interval. What lies below the coarser clock's grain is raised to it on both
 * sides, so that no ratio comes from the clock alone. Whether two sides on bare metal were one computer is said beside. A pure
 * function of two summaries.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "computer.h"
#include "error.h"
#include "stats_judge.h"
#include "stats_run.h"
#include "summary.h"

struct compare_estimate {
	double a, b;            /* the statistic of each side over all its samples, in the rows' unit; NaN: unknown */
	double ratio;           /* B / A: over pairs or runs where there is an interval, else b / a; NaN: unknown */
	double low, high;       /* 95 % interval of the ratio; NaN: exact, or too few runs */
	double p;               /* two-sided: sign flip of pairs, Welch without pairs; NaN: too few runs, or exact */
	double p_adjusted;      /* by Benjamini & Hochberg over the tests of all rows; NaN: not judged */
	double p_ranks;         /* without pairs: Mann & Whitney; NaN: fewer than 4 runs a side, or pairs */
	double smallest_effect; /* that so many pairs show with power .8: .1 = 10 %; NaN: unknown */
	double floor;           /* both sides are raised to it for the ratio: the coarser grain */
	bool floored;           /* both sides are at or below it: the ratio says nothing */
	struct stats_judgement judgement; /* skipped, with the reason, where there is nothing to judge */
	const char *word;                 /* for the verdict: compare_verdict_name() */
};

/* What the verdict of a row is made of; p10 and deviation stand beside, untested (measuring.md §5, "Several tests"). */
enum { COMPARE_TESTS = 3 };
extern const enum stats_statistic compare_tests[COMPARE_TESTS];

/* How the samples of one side's runs depend on each other: medians over the runs. NaN: exact. */
struct compare_dependence {
	double rho[STATS_RUN_LAGS];
	double effective; /* effective n / n */
	bool flagged;     /* below one half (measuring.md §5, "Dependence inside a run") */
};

struct compare_row {
	const struct summary_row *a, *b;
	struct compare_estimate estimates[STATS_STATISTICS];
	struct compare_dependence dependence[2]; /* of A, of B */
	size_t pairs;                            /* rounds that both sides have; 0: compared without pairs */
	bool exact;                              /* both sides are */
	double cliff, ks; /* effect sizes of samples as measured (stats_sides.h), no test; NaN: different units */
	enum stats_verdict verdict; /* regressed if location, spread or tail is, else improved if any is, … */
	const char *word;
	/* The same samples as the row before of this benchmark: the first of one waiter is also the last. Not counted. */
	const struct compare_row *repeats;
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
	size_t family;            /* tests that were adjusted together: location, spread and tail of each row */
	struct compare_row *rows; /* in the order of the summary of A */
	size_t row_count;
	struct stats_tally tally; /* of the rows' verdicts, without those that repeat another */
	bool across;              /* two systems */
	/* Whether it was one computer (computer.h), of bare metal, and of hosts in two runs; NULL where that is no question. */
	char *computer;
	enum computer_match computer_match;
	/* What their CPUs share differs: the sentence (placement.h); NULL: it does not, or is not told. */
	char *placement;
	struct compare_missing *missing;
	size_t missing_count;
};

/* One side: a summary and a subject of it. */
struct compare_side {
	const struct summary *summary;
	const char *subject;
};

/*
 * margin > 0. Returns 0, or STATUS_USAGE with the error set: the two sides measure in different units, or have no point
 * in common. The summaries must outlive the comparison.
 */
int compare_make(struct compare *compare, struct compare_side a, struct compare_side b, double margin,
		 struct error *error);
void compare_free(struct compare *compare);
/*
 * The word for a verdict. Of two versions "regressed", "improved", "pass"; of two systems, neither of which is meant to
 * become the other, "larger", "smaller", "alike": the statistic of B against that of A.
 */
const char *compare_verdict_name(bool across, enum stats_verdict verdict);
/* Whether the interval, or an exact count, leaves no doubt that B is above A: 1; below: -1; else 0. */
int compare_beyond_doubt(const struct compare_row *row, enum stats_statistic statistic);
/* One element of the comparisons of schema "aerobench.compare/2". A new reference. */
json_t *compare_json(const struct compare *compare);
