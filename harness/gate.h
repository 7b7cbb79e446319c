/* SPDX-License-Identifier: MIT */
/*
 * Tiers 0 and 1 of the gate (measuring.md §6): is the run whole and exact, and what do its counts of instructions say
 * against a committed baseline? Counts repeat exactly, so there is no statistics here: any difference is real and is
 * told; growth of the median or the mean beyond the margin (gate_margin.h) is a regression, and what has shrunk by more
 * has improved. The maximum is judged only where median and maximum of the baseline were equal, or a margin asks for it:
 * elsewhere it says when threads met, not how long a path is. Samples that differ anywhere else are told (their CRC). A subject that fails its checks is not judged, one of another machine configuration is skipped,
 * never passed. Pure functions of the baseline and the summary.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "gate_baseline.h"
#include "stats_judge.h"
#include "summary.h"

enum gate_outcome { GATE_HOLDS, GATE_BROKEN, GATE_UNTESTED, GATE_OUTCOMES };

/* One check of tier 0 on one subject. */
struct gate_check {
	char *subject;
	const char *name; /* static: "machine", "boots", "repeats", "samples", "control", "stack", "conformance" */
	enum gate_outcome outcome;
	char *text; /* what was found, one line */
};

/* One statistic of a point, in instructions per operation. */
struct gate_change {
	double before, after;       /* NaN: not there */
	double allowed;             /* growth that passes, shrinking that is no improvement */
	bool judged;                /* false: only told */
	bool margin_given;          /* by the baseline: not the default */
	const char *margin_reason;  /* of the baseline's margin, or the default's; "" if there is nothing to compare */
	enum stats_verdict verdict; /* of this statistic, if judged */
};

/* One point of the baseline, of the run, or of both. */
struct gate_finding {
	const char *subject, *benchmark, *params;
	struct gate_change changes[GATE_STATISTICS];
	enum stats_verdict verdict;
	bool changed; /* any difference, also one that is not judged */
	bool moved;   /* the samples are others, whatever the statistics say */
	char *reason; /* for inconclusive and skipped; "" else */
};

struct gate {
	const struct gate_baseline *before, *after;
	const struct summary *summary;
	struct gate_check *checks;
	size_t check_count;
	struct gate_finding *findings; /* by subject, in the order of the baseline, then what is new */
	size_t finding_count;
	struct stats_tally tally;
	size_t unsummed;    /* points whose baseline is too old to have a mean and a CRC: those are not compared */
	bool correct;       /* no check is broken */
	bool timed_out;     /* because boots or tests did not end in time: set by who ran them */
	bool other_machine; /* a machine configuration differs */
};

/* What to judge: selections as for summary_select; none: everything. */
struct gate_scope {
	char *const *benchmarks;
	size_t benchmark_count;
	char *const *subjects;
	size_t subject_count;
	bool any_machine; /* for an update: another machine configuration is told, and compared all the same */
};

/*
 * Judges. The summary holds all benchmarks of the subjects in scope. All arguments outlive the gate. Returns 0, or
 * STATUS_USAGE with the error set if there is nothing to judge: no counts in the run, or nothing in scope.
 */
int gate_judge(struct gate *gate, const struct gate_baseline *before, const struct gate_baseline *after,
	       const struct summary *summary, const struct gate_scope *scope, struct error *error);
/*
 * 1 with a regression or a broken check (124 if something did not end in time), 77 if everything was skipped, 3 if strict
 * and something is inconclusive or skipped.
 */
enum status gate_status(const struct gate *gate, bool strict);
void gate_free(struct gate *gate);

/* "ok", "FAILED", "untested". */
const char *gate_outcome_word(enum gate_outcome outcome);
/* Appends a check; takes text. */
void gate_check_add(struct gate *gate, const char *subject, const char *name, enum gate_outcome outcome, char *text);
/* The checks of tier 0 on one subject's stored boots. False if one is broken. */
bool gate_check_subject(struct gate *gate, const char *subject);
/* "yield_pair place=same": for people; allocated. */
char *gate_finding_name(const struct gate_finding *finding);
/* "44 → 45 (+2.27 %)"; allocated. */
char *gate_change_text(const struct gate_change *change);

/* The five counts: {"pass": N, …}, a new reference; "N pass, …" without a newline. */
json_t *gate_tally_json(const struct stats_tally *tally);
void gate_tally_print(const struct stats_tally *tally, FILE *file);
/* Text inside a cell of a Markdown table: nothing in it ends the cell or is markup. */
void gate_markdown_cell(FILE *file, const char *text);
/* Schema "aerobench.gate/1"; a new reference. */
json_t *gate_json(const struct gate *gate, const char *baseline_path, enum status status);
/* For a terminal; all: unchanged points too. */
void gate_print(const struct gate *gate, FILE *file, bool all, bool bold);
/* A pull request's comment; JUnit's XML, in which strict fails what was not judged. Allocated. */
char *gate_markdown(const struct gate *gate, const char *baseline_path, enum status status);
char *gate_junit(const struct gate *gate, bool strict);
