/* SPDX-License-Identifier: MIT */
/*
 * An A/A self-check made from a run (measuring.md §6, "aa"). Two builds of one commit are paired round by round; one
 * subject alone is paired with itself: of each two boots taken one after the other a coin of the stored seed says which
 * is A. The pairs are cut into sets as large as a comparison, and every set goes through the tests of `compare`, whose
 * alarms are all false. A pure function of the summary.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "aa.h"
#include "error.h"
#include "stats_aa.h"
#include "summary.h"

/* One statistic of one point in all pairs. */
struct aa_series {
	const struct summary_row *row; /* of side A */
	enum stats_statistic statistic;
	double sd;               /* of log B - log A over all pairs; NaN: fewer than two */
	double margin;           /* learned from this check alone; NaN below STATS_MARGIN_HISTORY sets */
	size_t trials, alarms;   /* sets */
	const double *estimates; /* log ratio of each set; NaN: no trial */
};

struct aa_check {
	const struct summary *summary;
	const char *a, *b;                             /* the subjects of both sides: equal, or two builds */
	char *subject;                                 /* of the record: without its build */
	char *machine;                                 /* aa_machine() */
	size_t boots;                                  /* of both sides together */
	size_t pairs, sets;                            /* pairs of a set */
	struct stats_aa all;                           /* estimates: of series i at i * sets */
	struct aa_alarms statistics[STATS_STATISTICS]; /* by statistic */
	struct aa_series *series; /* by statistic, then row; what is below the clock's grain has none */
	size_t series_count;
};

/*
 * pairs: of a set, at least STATS_PAIRS_MIN. a and b are in the summary. Returns 0, or STATUS_USAGE with the error set:
 * counted and not timed, a failed boot, fewer than AA_SETS_MIN sets (it says how many boots they take), builds of two
 * commits, nothing above the grain. Free in every case.
 */
int aa_check_make(struct aa_check *check, const struct summary *summary, const char *a, const char *b, size_t pairs,
		  struct error *error);
void aa_check_free(struct aa_check *check);

/* The line of the record: schema "aerobench.aa/1". A new reference. */
json_t *aa_check_json(const struct aa_check *check);
/* For people: false-alarm rates by test, then the margins. history: with what the file taught before; may be NULL. */
void aa_check_print(FILE *file, const struct aa_check *check, const struct aa_record *history, bool bold);
