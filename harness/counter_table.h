/* SPDX-License-Identifier: MIT */
/*
 * What a run counted: for each subject, point and event the occurrences per operation. A boot's number is that of the
 * benchmark's whole loop divided by its operations, less the same of the control (clock_read, whose loop does nothing
 * else); the number shown is the median over boots. Boots are the unit: how far they lie apart stands beside it.
 */
#pragma once

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

struct counter_rows {
	struct counter_row *rows; /* in the order of subjects in the plan, then of the first stream */
	size_t count;
};

/* The counts of the summary's points; none if no events were asked for. summary must outlive the rows. */
void counter_rows_make(struct counter_rows *rows, const struct summary *summary);
void counter_rows_free(struct counter_rows *rows);
/* One table for each subject with counts; nothing without any. */
void counter_rows_print(const struct counter_rows *rows, FILE *file, bool bold);
/* [{"subject", "benchmark", "params", "event", "boots", "unknown_boots", "median", "min", "max"}]: a new reference. */
json_t *counter_rows_json(const struct counter_rows *rows);
