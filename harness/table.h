/* SPDX-License-Identifier: MIT */
/*
 * Tables for people on a terminal or in a file: columns as wide as their widest cell (in characters, UTF-8), text left,
 * numbers right, no lines, two spaces between columns. Cells are copied.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table {
	size_t columns;
	enum table_align *align;
	char **cells; /* rows x columns; row 0 is the heading; NULL: see table_section() */
	size_t cell_count;
};

void table_init(struct table *table, size_t columns, const char *const *headings, const enum table_align *align);
/* Appends the next cell of the current row; rows fill from left to right. */
void table_cell(struct table *table, const char *text);
void table_number(struct table *table, double number);
void table_format(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fills the rest of the current row with empty cells. */
void table_end_row(struct table *table);
/* A line of text across all columns, after an empty line; the table has at least two columns. */
void table_section(struct table *table, const char *text);
/* bold: the heading and sections in bold (ANSI). */
void table_print(const struct table *table, FILE *file, bool bold);
void table_free(struct table *table);
