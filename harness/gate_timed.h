/* SPDX-License-Identifier: MIT */
/*
 * Tier 2 of the gate (measuring.md §6): two builds of a system, measured as pairs in one run, compared by location, spread
 * and tail. A change counts if it is significant over the whole family (Holm) at one of the looks that were fixed before
 * the first boot, reaches the margin, and a second, independent set of pairs says both again. The margin is learned from
 * A/A self-checks (aa.h) or given. Where doctor or the A/A self-check says that verdicts cannot be trusted, numbers are
 * reported and nothing is gated. A failed boot of either set fails; what a whole second set has not answered yet is
 * neither a regression nor none. Pure functions of one or two runs and of the self-checks on disk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "error.h"
#include "gate_timed_set.h"
#include "stats_judge.h"
#include "stats_plan.h"
#include "summary.h"

/* The level of one verdict: of a run that is looked at once, and of a second set. Two looks share it (stats_plan.h). */
#define GATE_TIMED_ALPHA 0.05

/* What is tested of each point. */
enum { GATE_TIMED_STATISTICS = 3 };
extern const enum stats_statistic gate_timed_statistics[GATE_TIMED_STATISTICS];
/* The two builds in the names of subjects: linux@host:build=base against linux@host:build=head. */
extern const char gate_timed_base[], gate_timed_head[];

struct gate_timed_test {
	double base, head;              /* the statistic's median over the runs, in the row's unit; NaN: unknown */
	double margin;                  /* .03 = 3 %; NaN: not learned, and none given */
	struct stats_evidence evidence; /* of the look that decided, or the last one */
	size_t look_pairs;              /* pairs that look was planned with; 0: the run has not come to any */
	double alpha;                   /* of that look */
	struct stats_evidence second;   /* of the second set; pairs is 0 without one */
	struct stats_judgement judgement;
	bool unanswered; /* it has regressed, and no whole second set says whether it does so again */
};

struct gate_timed_row {
	size_t subject; /* index into subjects */
	const char *benchmark, *params, *unit;
	struct gate_timed_test tests[GATE_TIMED_STATISTICS];
	const char *problem; /* why the two builds cannot be compared: then tests have no evidence; NULL: they can */
};

/* The sets of pairs: what finds, and what confirms. */
enum { GATE_TIMED_FIRST, GATE_TIMED_SECOND, GATE_TIMED_SETS };

struct gate_timed_subject {
	char *name, *base, *head; /* "linux@host", "linux@host:build=base", "linux@host:build=head" */
	bool armed;
	char *reason;  /* why not, or why only because of even_if_unfit; NULL: there is nothing against it */
	char *margins; /* where they come from, for people */
	char *absent;  /* why one of its builds has no boot; NULL: both have */
	struct gate_timed_set sets[GATE_TIMED_SETS];
};

struct gate_timed_options {
	double margin; /* .03 = 3 %; NaN: learned */
	bool even_if_unfit;
};

struct gate_timed {
	const struct summary *first;
	struct gate_timed_subject *subjects;
	size_t subject_count;
	struct gate_timed_row *rows;
	size_t row_count;
	struct stats_look looks[STATS_LOOKS];
	size_t look_count;
	size_t rounds;   /* that the first run has of all subjects */
	size_t members;  /* tests in the family of the last look */
	bool has_second; /* a second set was held against the first */
	bool even_if_unfit;
	struct stats_tally tally; /* by test, after gate_timed_finish() */
	size_t compared;          /* tests of those that gate which have come to a look, after gate_timed_finish() */
	size_t unanswered;        /* tests of those that gate that a second set has yet to answer, likewise */
};

/*
 * Judges a run of pairs at its looks. summary outlives the result. Returns 0, or STATUS_USAGE with the error set if the
 * run holds no two builds. gate_timed_free() in both cases.
 */
int gate_timed_judge(struct gate_timed *timed, const struct summary *first, const struct gate_timed_options *options,
		     struct error *error);
/* Whether a test is a regression that gates once it is confirmed. */
bool gate_timed_gates(const struct gate_timed *timed, const struct gate_timed_row *row,
		      const struct gate_timed_test *test);
/* Whether another look may change a verdict: its pairs may decide what is inconclusive. */
bool gate_timed_is_open(const struct gate_timed *timed);
/* Whether no boot of either set has failed. */
bool gate_timed_is_correct(const struct gate_timed *timed);
/* How many tests have to be confirmed: regressions that gate. */
size_t gate_timed_found(const struct gate_timed *timed);
/* "yield_pair:place=same" of a row, for `run -b`: without the series. Allocated. */
char *gate_timed_selection(const struct gate_timed_row *row);
/*
 * Holds what was found against a second set of pairs, which is not kept; NULL: there is none. Whether it may confirm the
 * first is checked before, by gate_timed_set_check().
 */
void gate_timed_confirm(struct gate_timed *timed, const struct summary *second);
/* Counts the verdicts: what does not gate is skipped. */
void gate_timed_finish(struct gate_timed *timed);
/*
 * 1 with a failed boot or a confirmed regression; 3 if strict and something is inconclusive; 77 if nothing was compared
 * that gates, or a second set has yet to answer; else 0.
 */
enum status gate_timed_status(const struct gate_timed *timed, bool strict);
void gate_timed_free(struct gate_timed *timed);
