/* SPDX-License-Identifier: MIT */
/*
 * From paired differences to a word: improved, regressed, pass, inconclusive, skipped (measuring.md §5 and §6). Evidence
 * is made per test, p values are adjusted over the family of one verdict, then each test is judged against its margin.
 * "Pass" is shown, not assumed: the 90 % interval lies inside the margin (two one-sided tests, Schuirmann 1987). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "stats_pair.h"
#include "stats_run.h"

/* What R pairs say about one statistic of one benchmark. Ratios are B / A; intervals are NaN below STATS_PAIRS_MIN. */
struct stats_evidence {
	size_t pairs;
	double ratio;                           /* exp of the Hodges-Lehmann estimate; NaN without pairs */
	double low, high;                       /* 95 % */
	double equivalent_low, equivalent_high; /* 90 %: for the two one-sided tests */
	double p;                               /* two-sided sign flip; NaN below STATS_PAIRS_MIN */
	double p_adjusted;                      /* over the family: NaN until stats_family_adjust() */
	double sd;                              /* of d */
	double smallest_effect;                 /* found with power .8: .1 = 10 %; for beside every "no change" */
	bool tied;   /* at most half of the pairs have a d of their own: an interval between steps plans nothing */
	bool hidden; /* all values at or below the clock's grain: equal, and unknown */
	bool more_is_better; /* a larger ratio is an improvement */
};

/* What A/B runs are compared by: `pairs` of each, run i of A with run i of B. floor: as for stats_run_log(). */
struct stats_runs {
	const struct stats_run *a, *b;
	size_t pairs;
	double floor;
	bool more_is_better; /* of what is measured: of its location, therefore, and not of its spread */
};

/* Of one statistic of the runs, by stats_run_differences(); hidden by stats_run_hidden(). */
struct stats_evidence stats_evidence_of(const struct stats_runs *runs, enum stats_statistic statistic, uint64_t seed);
/* d: log B - log A of each pair, as stats_run_differences() gives them; seed: for the sign flips of more than 16 pairs. */
struct stats_evidence stats_evidence_make(const double *d, size_t pairs, uint64_t seed);

enum stats_family { STATS_FAMILY_GATE, STATS_FAMILY_REPORT };

/*
 * Sets p_adjusted over m tests, by Holm for a gate (any false alarm counts), by Benjamini & Hochberg for a report (their
 * share counts). Tests without p and hidden ones are no members. Returns how many members the family has.
 */
size_t stats_family_adjust(struct stats_evidence *evidence, size_t m, enum stats_family family);

enum stats_verdict { STATS_PASS, STATS_IMPROVED, STATS_REGRESSED, STATS_INCONCLUSIVE, STATS_SKIPPED, STATS_VERDICTS };

/* "pass", "improved", "regressed", "inconclusive", "skipped". */
const char *stats_verdict_name(enum stats_verdict verdict);

struct stats_judgement {
	enum stats_verdict verdict;
	const char *reason; /* static text; "" for pass, improved and regressed */
	/* Inconclusive: to decide, an estimate; 0: not known, or decided; SIZE_MAX: no number would do. */
	size_t more_pairs;
};

/*
 * margin: the smallest change that counts, .03 = 3 %, > 0, fixed beforehand; NaN: not learned yet, the test is skipped.
 * members: size of the family, for how many pairs its threshold asks. Regressed: p_adjusted <= alpha and
 * ratio >= 1 + margin; improved: the same with ratio <= 1 / (1 + margin); pass: 90 % interval inside both.
 */
struct stats_judgement stats_judge(const struct stats_evidence *evidence, double margin, double alpha, size_t members);
/*
 * A finding after an independent second set of pairs, whose family is what the first set found: stands if that set
 * agrees in significance, direction and size; else inconclusive. Any other judgement comes back unchanged.
 */
struct stats_judgement stats_judge_confirmed(struct stats_judgement first, const struct stats_evidence *second,
					     double margin, double alpha);

/* How many of each word: a suite's verdict lists all five. */
struct stats_tally {
	size_t count[STATS_VERDICTS];
};

void stats_tally_add(struct stats_tally *tally, enum stats_verdict verdict);
/*
 * STATUS_FAILED with any regression; else STATUS_UNSUPPORTED if all were skipped or there was none; else, if strict,
 * STATUS_INCONCLUSIVE with any inconclusive one; else 0.
 */
enum status stats_tally_status(const struct stats_tally *tally, bool strict);
