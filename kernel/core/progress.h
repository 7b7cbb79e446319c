/* SPDX-License-Identifier: MIT */
/*
 * For whoever watches a run: what is being measured, how far the run is, each row when it is done, and at the end a table that
 * fits the screen, with the failures, the notes of others and what is next. On the screen if there is one; and with
 * progress=yes as lines on the console, among the stream's records and never like one. Only called between points.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool progress_lines; /* progress=yes|no, set at boot */

struct progress_point {
	const char *name, *params; /* text of the benchmark and the point; need not stay */
	size_t index, count;       /* number index, from 0, of so many */
	bool counting;             /* in the pass that counts events */
};

struct progress_row {
	const char *series, *unit; /* "" without one */
	uint32_t *samples;         /* will be sorted */
	size_t count;
	unsigned per; /* operations in a sample */
};

/* Whether anybody can see it. */
bool progress_is_seen(void);
/* A run begins, of so many points and rows at most; a tick is `unit`, its frequency ticks_hz (0: it is no time). False: no memory. */
bool progress_begin(size_t points, size_t rows_max, const char *unit, uint64_t ticks_hz);
void progress_point(const struct progress_point *point);
/* What became of the point that was named last. */
void progress_row(const struct progress_row *row);
void progress_none(const char *reason, bool failed);
/*
 * A line below the final table: a verdict, where the results are, what comes next; said before progress_end(). At most
 * RESULT_NOTES_MAX, each cut at RESULT_NOTE_BYTES - 1 (core/result_screen.h).
 */
void progress_note(const char *text, bool alert);
void progress_end(unsigned failures);
