/* SPDX-License-Identifier: MIT */
/*
 * The A/A self-check (measuring.md §6, "aa"): pairs of one subject with itself go through the tests of a comparison, and
 * every alarm is false. A record of one such check holds the false-alarm rates and what each test found by chance, from
 * which margins are learned. Records are kept, append-only, as JSON lines of schema "aerobench.aa/1" in
 * results/history/aa/MACHINE.jsonl, under the same key as the history: machine configuration (history.h) and subject.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <jansson.h>

#include "error.h"
#include "stats_binomial.h"
#include "stats_run.h"
#include "summary.h"

/* measuring.md §6: level of a test; how old a check may be. Below ten sets a rate says too little to arm anything. */
#define AA_ALPHA 0.05
enum { AA_DAYS_MAX = 14, AA_SETS_MIN = 10 };
/* The last comparisons of a test from which its margin is learned, "20 or more": STATS_MARGIN_HISTORY … this. */
enum { AA_COMPARISONS_MAX = 100 };

/* False alarms of tests at level alpha; rate.low is a one-sided 95 % bound (stats_aa.h). */
struct aa_alarms {
	size_t trials, alarms;
	struct stats_rate rate;
};

/* One statistic of one point. */
struct aa_test {
	const char *benchmark, *params; /* params as struct summary_row's: "place=same threads=4" */
	enum stats_statistic statistic;
	size_t trials, alarms; /* of the latest check */
	double sd; /* of the latest check's log-ratios over all its pairs: plans numbers of pairs. NaN: unknown */
	size_t comparisons; /* what the margin is learned from: trials of this and earlier checks, the last ones */
	double margin;      /* .03 = 3 %; NaN below STATS_MARGIN_HISTORY comparisons: report the row, do not gate it */
};

/* The latest check of a subject on a machine configuration; the texts point into json. */
struct aa_record {
	json_t *json; /* NULL: there is none, and nothing else is set */
	const char *run, *created, *subject, *machine, *commit, *fitness;
	size_t pairs, sets;                            /* pairs of a set */
	struct aa_alarms all;                          /* every test of every set */
	struct aa_alarms statistics[STATS_STATISTICS]; /* by statistic */
	struct aa_alarms suites; /* sets in which any test alarms after Holm; none: too few pairs for that */
	struct aa_test *tests;
	size_t test_count;
};

/*
 * The key of a subject's machine configuration in this summary: what history.h calls machine. Allocated; NULL if the
 * subject has no numbers, or a failed boot.
 */
char *aa_machine(const struct summary *summary, const char *subject);
/* The file for a subject: results/history/aa/MACHINE.jsonl below the root. Allocated. */
char *aa_path(const char *subject);
/*
 * The latest record of subject on machine in the file, with margins learned from it and the ones before; machine NULL: on
 * whichever has the latest. A file that is missing holds none. Returns 0, or STATUS_USAGE with the error set: unreadable, damaged, of another schema.
 */
int aa_load(struct aa_record *record, const char *path, const char *machine, const char *subject, struct error *error);
void aa_free(struct aa_record *record);

/* The test of this point and statistic, or NULL. */
const struct aa_test *aa_find(const struct aa_record *record, const char *benchmark, const char *params,
			      enum stats_statistic statistic);
/*
 * Whether tier 2 may arm at this time. If not, *reason says why in words, allocated: there is no check, it is too old,
 * it has too few sets or pairs, or its false-alarm rate is above alpha beyond doubt.
 */
bool aa_arms(const struct aa_record *record, time_t now, char **reason);
/* A margin for people: "5.1 %", "2.6×" from a doubling on, "12 of 20" comparisons while it is not learned. Allocated. */
char *aa_margin_text(double margin, size_t comparisons);
/* Days since the check; NaN if its date cannot be read. */
double aa_age_days(const struct aa_record *record, time_t now);

/*
 * Appends a line of schema "aerobench.aa/1" (aa_check.h makes them); makes directories. Of one run and subject the last line
 * counts. Returns 0 or a status with the error set.
 */
int aa_append(const char *path, json_t *line, struct error *error);
