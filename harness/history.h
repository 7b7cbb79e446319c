/* SPDX-License-Identifier: MIT */
/*
 * What points have cost over time: append-only files of one JSON line for each subject of a run, schema
 * "aerobench.history/1", which carries its own check. Entries of one subject on one machine configuration form series,
 * in which changes are looked for (stats_change.h). That is advice, never a verdict: a history mixes whatever happened to
 * the computer with what happened to the program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "stats_change.h"
#include "summary.h"

/* The last entries of a series in which changes are looked for: the search is quadratic, 250 take less than a tenth of a second. */
enum { HISTORY_LOOKED_AT = 250 };

/* One line: what a run measured on one subject. The texts point into json. */
struct history_entry {
	json_t *json;
	const char *run, *created, *subject, *commit, *machine, *fitness;
	const json_t *points;
};

struct history {
	struct history_entry *entries;
	size_t count;
};

/*
 * Reads a file behind what is there. A torn last line, as after a crash, is left out with a warning. Returns 0, or
 * STATUS_USAGE with the error set: unreadable, damaged elsewhere, of another schema.
 */
int history_read(struct history *history, const char *path, struct error *error);
/* In the order of time, runs of the same second in the order of their files. */
void history_sort(struct history *history);
void history_free(struct history *history);

/*
 * The line of one subject of a summary: numbers per operation, each the median over the runs, because the run is the
 * unit of replication. NULL if it has no rows, or a failed boot. A new reference.
 */
json_t *history_entry_make(const struct summary *summary, const char *subject);
/*
 * Appends lines, those of a run and subject that the file has left out; all are on disk on return, or none. Takes no
 * references. The file is made if it is missing; one writer at a time. *appended: how many. Returns 0; STATUS_FAILED if
 * it cannot be written or another process writes; STATUS_USAGE if the file is damaged.
 */
int history_append(const char *path, json_t *const *lines, size_t count, size_t *appended, struct error *error);

/* One entry's numbers for one point; NaN: unknown. */
struct history_value {
	const struct history_entry *entry;
	double p50, iqr, max;
};

/* One point on one subject and machine configuration, in the order of time. */
struct history_series {
	const char *subject, *machine, *benchmark, *params, *unit;
	struct history_value *values;
	size_t count;
	struct stats_change *changes; /* of log p50 in the last HISTORY_LOOKED_AT; `at` is an index of values */
	size_t change_count;
	size_t steps; /* instructions only: how often the median differed from the one before */
};

/*
 * All series of the points that selections (NAME[:PARAM=VALUE…]; none: all) mean, in the order of their first entry.
 * history outlives them. The array is freed by history_series_free().
 */
size_t history_series_make(const struct history *history, char *const *selections, size_t selection_count,
			   struct history_series **series);
void history_series_free(struct history_series *series, size_t count);
/* Schema "aerobench.history_view/1"; a new reference. */
json_t *history_json(const struct history_series *series, size_t count);
