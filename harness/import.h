/* SPDX-License-Identifier: MIT */
/*
 * Numbers that other programs measured, so that they can stand beside ours: Google Benchmark's JSON, histograms of
 * cyclictest and of rtla. Pure functions of the file's text. None of them has raw samples: a histogram knows its values
 * to one step, a repetition is a mean of many operations, an aggregate is a single number. So an import is shown with
 * what it is made of, never paired, never judged. All numbers are nanoseconds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Larger files are refused: a histogram of 256 threads with a million steps has a quarter of it. */
enum { IMPORT_BYTES_MAX = 1 << 26, IMPORT_ROWS_MAX = 4096 };

enum import_kind {
	IMPORT_HISTOGRAM,   /* counts of single observations, each known to step_ns */
	IMPORT_REPETITIONS, /* means over many operations each, one for each repetition */
	IMPORT_AGGREGATES   /* numbers that somebody else computed */
};

struct import_bin {
	double value_ns; /* the least that it holds: the programs round down */
	uint64_t count;
};

struct import_row {
	char *name; /* theirs: "thread 0", "BM_yield/threads:4" */
	enum import_kind kind;
	struct import_bin *bins; /* histograms: ascending, all counts above 0 */
	size_t bin_count;
	uint64_t overflow; /* observations above the last step, in n; how large is unknown */
	uint64_t n;        /* observations, or repetitions; 0: unknown */
	uint64_t each;     /* repetitions: operations behind a mean; 0: unknown, or not the same */
	double step_ns;    /* of a histogram; NaN: of others */
	double min, p50, p90, p99, p999, max, mean, stddev, iqr; /* NaN: unknown, or not supported by n */
};

struct import {
	const char *format; /* "cyclictest" */
	char *origin;       /* what the file says of itself: version, command, date; "" if nothing */
	struct import_row *rows;
	size_t row_count;
};

struct import_format {
	const char *name, *about;
};

extern const struct import_format import_formats[];
extern const size_t import_format_count;

/*
 * Reads a file's text. format: its name, or NULL: recognised. unit_ns: what 1 is in a cyclictest histogram, where the
 * file does not say it (-N); 0: 1,000. Returns 0, or STATUS_USAGE with the error set. import_free() in both cases.
 */
int import_parse(struct import *import, const char *text, const char *format, unsigned unit_ns, struct error *error);
void import_free(struct import *import);
/* "histogram, step 1,000 ns", "means of 1,000", "aggregates". Allocated. */
char *import_kind_text(const struct import_row *row);
