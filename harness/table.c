/* SPDX-License-Identifier: MIT */
/* Tables for people: see table.h. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"

void table_init(struct table *table, size_t columns, const char *const *headings, const enum table_align *align)
{
	*table = (struct table){.columns = columns};
	table->align = memory_new(columns, sizeof(*table->align));
	memcpy(table->align, align, columns * sizeof(*align));
	for (size_t i = 0; i < columns; i++)
		table_cell(table, headings[i]);
}

void table_cell(struct table *table, const char *text)
{
	memory_texts_add(&table->cells, &table->cell_count, text);
}

void table_number(struct table *table, double number)
{
	char text[64];

	table_cell(table, output_number(text, sizeof(text), number));
}

void table_format(struct table *table, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	table_cell(table, len < 0 ? "" : text);
	if (len >= 0)
		free(text);
}

void table_end_row(struct table *table)
{
	while (table->cell_count % table->columns != 0)
		table_cell(table, "");
}

void table_section(struct table *table, const char *text)
{
	table_end_row(table);
	table_cell(table, text);
	table->cells = memory_grow(table->cells, table->cell_count, sizeof(*table->cells));
	table->cells[table->cell_count++] = NULL;
	table_end_row(table);
}

/* Characters of UTF-8 text, each taken to be one column wide. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* A section line is its first cell alone, and has no part in the widths. */
static bool is_section(const struct table *table, size_t row)
{
	return table->columns > 1 && table->cells[row * table->columns + 1] == NULL;
}

static void print_row(const struct table *table, FILE *file, size_t row, const size_t *widths)
{
	size_t gap = 0;

	for (size_t column = 0; column < table->columns; column++) {
		const char *text = table->cells[row * table->columns + column];
		size_t pad = widths[column] - width_of(text);

		if (table->align[column] == TABLE_RIGHT)
			gap += pad;
		/* No spaces at the end of a line. */
		if (text[0] != '\0') {
			fprintf(file, "%*s%s", (int)gap, "", text);
			gap = 0;
		}
		gap += 2 + (table->align[column] == TABLE_LEFT ? pad : 0);
	}
}

void table_print(const struct table *table, FILE *file, bool bold)
{
	size_t *widths = memory_new(table->columns, sizeof(*widths));
	size_t rows = table->cell_count / table->columns;

	for (size_t i = 0; i < rows * table->columns; i++) {
		size_t width = table->cells[i] != NULL ? width_of(table->cells[i]) : 0;

		if (!is_section(table, i / table->columns) && width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t row = 0; row < rows; row++) {
		bool heavy = bold && (row == 0 || is_section(table, row));

		fputs(heavy ? "\033[1m" : "", file);
		if (is_section(table, row))
			fprintf(file, "\n%s", table->cells[row * table->columns]);
		else
			print_row(table, file, row, widths);
		fputs(heavy ? "\033[0m\n" : "\n", file);
	}
	free(widths);
}

void table_free(struct table *table)
{
	memory_texts_free(table->cells, table->cell_count);
	free(table->align);
	*table = (struct table){0};
}
