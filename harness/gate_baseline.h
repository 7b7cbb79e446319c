/* SPDX-License-Identifier: MIT */
/*
 * The committed baseline of `aerobench gate`: what every point of a subject that counts instructions costs, exactly, and
 * on which machine configuration. A JSON file with one line a point, so that its diff in a commit is the message; schema
 * "aerobench.baseline/1". It is read strictly: a missing, repeated or unknown member is an error that names it. Margins
 * are the only part that is written by hand, and each has to say why.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"
#include "summary.h"

enum gate_statistic { GATE_P50, GATE_MEAN, GATE_MAX, GATE_STATISTICS };

/* "p50", "mean", "max". */
extern const char *const gate_statistic_names[GATE_STATISTICS];

struct gate_point {
	char *benchmark, *params;      /* params as in struct summary_row */
	unsigned per;                  /* operations in a sample */
	size_t n;                      /* samples of a boot */
	double value[GATE_STATISTICS]; /* instructions of a whole sample, not divided; the mean is sum / n, or NaN */
	/* Of all samples of a boot, which says what p50 and max do not. An older baseline has neither, a size none. */
	bool summed;
	uint64_t sum;
	uint32_t crc; /* CRC-32 of the samples in ascending order, 4 bytes each, little-endian */
};

/* The sizes of the program are points like the others, in bytes: gate_size.h. */
extern const char gate_program[]; /* "program.": what their names begin with */
bool gate_is_size(const struct gate_point *point);

/* A subject, measured on one machine configuration. */
struct gate_subject {
	char *name, *run, *created, *commit, *reason; /* reason: why the baseline was written */
	char **benchmarks;                            /* as given to `run -b`; none: the whole suite */
	size_t benchmark_count;
	json_t *machine; /* see gate_machine_make() */
	struct gate_point *points;
	size_t point_count;
};

/*
 * How much a statistic may grow: the larger of both; or that it is told, whatever it does. selection:
 * NAME[:PARAM=VALUE…], or "*" for all but sizes; subject: "" for every one. See gate_margin.h.
 */
struct gate_margin {
	char *subject, *selection, *reason;
	enum gate_statistic statistic;
	bool told;                    /* not judged; the numbers are 0 */
	double percent, instructions; /* instructions: per operation; bytes for a size */
};
extern const char gate_everything[]; /* "*" */

struct gate_baseline {
	struct gate_subject *subjects;
	size_t subject_count;
	struct gate_margin *margins;
	size_t margin_count;
};

/* 0, or STATUS_USAGE with the error set. gate_baseline_free() in both cases. */
int gate_baseline_read(struct gate_baseline *baseline, const char *path, struct error *error);
/* The subjects of a summary that count instructions and have numbers; no margins. reason may be NULL. */
void gate_baseline_take(struct gate_baseline *baseline, const struct summary *summary, const char *reason);
/*
 * The old baseline with its margins, in which the subjects of `taken` replace those of the same name. All texts are
 * copied.
 */
void gate_baseline_merge(struct gate_baseline *merged, const struct gate_baseline *old,
			 const struct gate_baseline *taken);
/* The file's text; allocated. The same baseline gives the same bytes. */
char *gate_baseline_text(const struct gate_baseline *baseline);
/* Replaces path by the new text, or leaves the old one: never anything between. 0, or STATUS_FAILED. */
int gate_baseline_write(const struct gate_baseline *baseline, const char *path, struct error *error);
void gate_baseline_free(struct gate_baseline *baseline);

/* NULL if there is none. */
const struct gate_subject *gate_subject_find(const struct gate_baseline *baseline, const char *name);
/* Sets the sum, the CRC and with them the mean from n sorted samples. */
void gate_point_sum(struct gate_point *point, const uint32_t *sorted);
/* Adds a copy. */
void gate_point_add(struct gate_subject *subject, const struct gate_point *point);
const struct gate_point *gate_point_find(const struct gate_subject *subject, const char *benchmark, const char *params);
/* Whether NAME[:PARAM=VALUE…] means this point. */
bool gate_means(const char *selection, const char *benchmark, const char *params);
