/* SPDX-License-Identifier: MIT */
/*
 * From a stored run to rows: one per benchmark, subject and point. A pure function of the raw logs, which are read and
 * checked again every time. Numbers are divided by the operations of one sample. From each that says where samples lie
 * (min, percentiles, max, mean, cold) what reading the clock costs is subtracted: the median of the control, clock_read
 * of the same subject, as a real number, the same from all of them and never from a sample (measuring.md §2). A
 * boot's numbers are less the control of that boot. Spreads are differences and do not change. What was measured is a
 * number plus its `subtracted`. What was skipped, unsupported or failed comes along with its reason, so that no row is
 * missing without a word.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"
#include "store.h"
#include "stream.h"

/* What counts of instructions hold besides instructions (measuring.md §4: time leaps to the next timer), for legends. */
extern const char summary_waits[];

/* Below this many grains of the clock a percentile is a step of the clock (measuring.md §2, "Below the grain"). */
enum { SUMMARY_GRAINS = 20 };

/* One boot's samples of a row, and its numbers: what comparisons use. Durations are per operation, in the row's unit. */
struct summary_run {
	unsigned round;          /* of the plan: the same round of two subjects is a pair */
	const uint32_t *samples; /* raw, not divided, in time order */
	size_t n;
	const uint32_t *warmup;
	size_t warmup_count;
	double p10, p50, p90, p99, iqr, mean;
	double cold;                     /* the first warm-up sample; NaN without one */
	double subtracted;               /* from these, but for iqr: the control's median in this boot, or 0 */
	const struct stream_run *repeat; /* n and 2n operations in turn, or NULL */
	double differenced;              /* what they say of one operation; NaN without */
	int64_t irqs, smis;              /* -1: unknown */
};

struct summary_row {
	const char *benchmark;
	const char *subject;
	const struct stream_point *point; /* names and values of the parameters */
	char *params;                     /* the same as text: "place=same threads=4" */
	const char *unit;                 /* "instructions", "ticks" or, if asked for, "ns" */
	unsigned per;
	double scale;     /* raw sample x scale = number of this row */
	uint32_t *sorted; /* all samples of all runs, raw, ascending */
	size_t n;
	struct summary_run *runs; /* in the order of the journal */
	size_t run_count;
	bool exact;     /* instructions, and all runs are equal sample by sample: sorted and n are those of one run */
	size_t planned; /* runs of the plan */
	double min, p50, p90, p99, p999, max, mean, stddev, iqr; /* pooled; NaN: not supported by n */
	double cold;                                             /* median of the runs' cold samples; NaN if unknown */
	/* p50 of clock_read on this subject in the same run, per operation of this row; NaN if unknown. */
	double control;
	/*
	 * From all but stddev and iqr: control; 0 of the control itself, where nothing is known of it, and where it is not in
	 * the samples (bench.h, bare).
	 */
	double subtracted;
	double raw_p50; /* as measured */
	bool coarse;    /* a time below SUMMARY_GRAINS grains of the clock */
	/*
	 * It is coarse, and n and 2n operations between two stamps say more: p50 is `differenced`, of the row and of each
	 * run, and the numbers of single operations (all others but cold) are NaN. Never where raw numbers are asked for.
	 */
	bool by_difference;
	double differenced; /* the median of the runs' (t(2n) - t(n)) / n; NaN where nothing was repeated */
	/* Of boots that were cut or garbled (STORE_CUT): what is proved of them, never pooled with whole ones. */
	bool cut;
	bool bare;    /* what lies between two stamps is not what a sample is: nothing is subtracted */
	double grain; /* of the clock, from the control; in the row's unit per operation; NaN if unknown */
	uint64_t overflow;
};

/* A point without numbers, or a boot without them: kind is "skipped", "unsupported", "cut" or "failed". */
struct summary_note {
	const char *kind;
	const char *subject;
	const char *benchmark;            /* NULL: the whole subject */
	const struct stream_point *point; /* NULL with benchmark */
	char *params;                     /* NULL with benchmark */
	const char *reason;
};

struct summary {
	struct store *store;
	/* By benchmark, then point in the order of the stream, then subject in the plan's order. */
	struct summary_row *rows;
	size_t row_count;
	struct summary_note *notes;
	size_t note_count;
	struct stream *streams; /* of the boots that are read, in the journal's order: env for machine and versions */
	const struct store_boot **boots; /* the boot of each stream */
	size_t stream_count;
};

/* What of the run to take; NULL members: everything. */
struct summary_select {
	char *const *benchmarks; /* NAME or NAME:PARAM=VALUE:… */
	size_t benchmark_count;
	char *const *subjects;
	size_t subject_count;
	bool ns;  /* ticks to nanoseconds by the stream's clock_hz; instructions stay */
	bool raw; /* nothing is subtracted */
	bool cut; /* rows of boots that were cut too; else a note says that they are left out */
};

/*
 * Reads all logs of the run. Returns 0; or STATUS_USAGE if any log is broken, or a selected name is not in the run
 * (nothing is left in *summary then). store must outlive the summary.
 */
int summary_load(struct summary *summary, struct store *store, const struct summary_select *select,
		 struct error *error);
void summary_free(struct summary *summary);

/* The row of this benchmark, subject and params text from whole boots, or NULL. */
const struct summary_row *summary_find(const struct summary *summary, const char *benchmark, const char *subject,
				       const char *params);
/* The same of whole boots, or of those that were cut. */
const struct summary_row *summary_find_cut(const struct summary *summary, const char *benchmark, const char *subject,
					   const char *params, bool cut);
/* Whether more of what the row measures is better: of a rate, in permille of what was due. */
bool summary_more_is_better(const struct summary_row *row);
/* The first row of this subject, or NULL: it has none. */
const struct summary_row *summary_first(const struct summary *summary, const char *subject);
/* The row's run of this round, or NULL. */
const struct summary_run *summary_run_of(const struct summary_row *row, size_t round);
/* Boots that the plan has for this subject: from the campaign's record, which knows more, else one each round. */
size_t summary_planned(const struct store *store, const char *subject);
/* An @env value of the subject's first boot that has it, or NULL. */
const char *summary_env(const struct summary *summary, const char *subject, const char *key);
/* What the subject's stream says of a benchmark, or NULL: it is of a time when streams did not. */
const struct stream_bench *summary_bench(const struct summary *summary, const char *subject, const char *benchmark);
/* A raw sample as a number of the row: per operation, in its unit, less what is subtracted. Below the grain it may be < 0. */
double summary_value(const struct summary_row *row, double raw);
/* schema "aerobench.summary/1": a new reference. */
json_t *summary_json(const struct summary *summary);
/* The parameters as an object: whole numbers as numbers, the rest as text. A new reference. */
json_t *summary_params_json(const struct stream_point *point);
/* NaN is null. A new reference. */
json_t *summary_number_json(double number);
