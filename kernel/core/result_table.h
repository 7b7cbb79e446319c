/* SPDX-License-Identifier: MIT */
/*
 * The results of a run as a table for people: one row for each series of each point, kept until the end of the run in memory
 * that was allocated before it. Lines are text without a newline, for whatever width; what does not fit a column is cut and
 * marked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RESULT_NAME_BYTES = 28,
	RESULT_LABEL_BYTES = 80,
	RESULT_REASON_BYTES = 100,
	RESULT_LINE_BYTES = 336, /* room for any line: result_width() and an end */
	RESULT_WIDTH_MIN = 80,
	RESULT_WIDTH_MAX = 112,
};

#define RESULT_UNKNOWN UINT64_MAX

enum result_kind { RESULT_MEASURED, RESULT_SKIPPED, RESULT_FAILED };

struct result_row {
	enum result_kind kind;
	bool ticks;                     /* of the clock, so that nanoseconds can be told */
	uint32_t count;                 /* samples */
	uint64_t p50, iqr, p99, max;    /* hundredths of a sample's unit for one operation; RESULT_UNKNOWN */
	char name[RESULT_NAME_BYTES];   /* the benchmark's */
	char label[RESULT_LABEL_BYTES]; /* parameters, series, and a unit other than the table's */
	char reason[RESULT_REASON_BYTES];
};

struct result_table {
	struct result_row *rows;
	struct result_row **order; /* set by result_table_sort() */
	bool *chosen;              /* set by result_table_choose(), in that order */
	size_t count, rows_max;
	const char *unit;  /* of most rows: what a tick is */
	uint64_t ticks_hz; /* 0: a tick is no time */
};

/* False: no memory. */
bool result_table_init(struct result_table *table, size_t rows_max, const char *unit, uint64_t ticks_hz);
void result_table_free(struct result_table *table);
/* A row to be filled by the caller, cleared; NULL: more than were announced. */
struct result_row *result_table_add(struct result_table *table);
/* Fills in the numbers of samples, which it sorts; per: operations in a sample. */
void result_row_measure(struct result_row *row, uint32_t *samples, size_t count, unsigned per);
/* How many rows are of this kind. */
size_t result_table_kind_count(const struct result_table *table, enum result_kind kind);

/* Orders by name, then by label, numbers in it by value. */
void result_table_sort(struct result_table *table);
/*
 * Chooses at most `most` of the measured rows of a sorted table: first one of each benchmark, then a second of each, and so
 * on. Returns how many.
 */
size_t result_table_choose(struct result_table *table, size_t most);

/* The two lines above a table this wide. */
void result_head_line(const struct result_table *table, unsigned width, char line[RESULT_LINE_BYTES]);
void result_row_line(const struct result_table *table, const struct result_row *row, unsigned width,
		     char line[RESULT_LINE_BYTES]);
/*
 * A number given in hundredths in at most seven characters: with one decimal below 1000 if it is not whole, rounded to a whole
 * one above, in millions (M) or more (G) where that would not fit; "-" for RESULT_UNKNOWN.
 */
enum { RESULT_NUMBER_BYTES = 24 };
void result_number(uint64_t hundredths, char text[RESULT_NUMBER_BYTES]);
/* Ticks in nanoseconds, both in hundredths. */
uint64_t result_ns(uint64_t ticks, uint64_t ticks_hz);
