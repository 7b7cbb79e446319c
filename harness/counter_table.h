/* SPDX-License-Identifier: MIT */
/*
 * What a run counted: for each subject, point and event the occurrences per operation. A boot's number is that of the
 * benchmark's whole loop divided by its operations, less the same of the control (clock_read, whose loop does nothing
 * else); the number shown is the median over boots. Boots are the unit: how far they lie apart stands beside it.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "summary.h"

struct counter_row {
	const char *subject, *benchmark, *event;
	char *params;     /* "place=same"; "": none */
	size_t boots;     /* that counted it all the time */
	size_t unknown;   /* that did not */
	double median;    /* per operation, less the control; of the control itself: as it is; NaN without boots */
	double low, high; /* the least and the most of all boots */
};

/* Events that could not be counted, for one reason. */
struct counter_absence {
	const char *subject; /* NULL: on every subject, because this processor has no such event */
	char *events;        /* "instructions, cycles" */
	const char *reason;
};

struct counter_rows {
	struct counter_row *rows; /* in the order of subjects in the plan, then of the first stream */
	size_t count;
	struct counter_absence *absences; /* each reason once for a subject */
	size_t absence_count;
	bool asked; /* the run was asked to count something */
};

/*
 * The counts of the summary's points, and what was not counted and why; none if no events were asked for. summary must
 * outlive the rows.
 */
void counter_rows_make(struct counter_rows *rows, const struct summary *summary);
void counter_rows_free(struct counter_rows *rows);
/* One table for each subject with counts, and what is not available; nothing if no events were asked for. */
void counter_rows_print(const struct counter_rows *rows, FILE *file, bool bold);
/* [{"subject", "benchmark", "params", "event", "boots", "unknown_boots", "median", "min", "max"}]: a new reference. */
json_t *counter_rows_json(const struct counter_rows *rows);
/* [{"subject" or null, "events", "reason"}]: a new reference. */
json_t *counter_absences_json(const struct counter_rows *rows);
/* The row of this point and event of a subject, or NULL. */
const struct counter_row *counter_find(const struct counter_rows *rows, const struct counter_row *point,
				       const char *event);
