/* SPDX-License-Identifier: MIT */
/*
 * Rows of a table as text: the label takes what the columns of numbers leave.
 */
#include "core/format.h"
#include "core/result_table.h"
#include "core/string.h"

enum {
	NUMBER_COLUMNS = 8, /* seven characters and the space before them */
	COUNTS = 5,         /* n, p50, IQR, p99, max */
	WIDE = 104,         /* from here on p99 is in nanoseconds too */
	NS_MAX_HZ = 1000000000,
};

static unsigned width_of(unsigned wanted)
{
	if (wanted < RESULT_WIDTH_MIN)
		return RESULT_WIDTH_MIN;
	return wanted < RESULT_WIDTH_MAX ? wanted : RESULT_WIDTH_MAX;
}

static unsigned ns_columns(const struct result_table *table, unsigned width)
{
	if (table->ticks_hz == 0)
		return 0;
	return width < WIDE ? 1 : 2;
}

static unsigned label_width(const struct result_table *table, unsigned width)
{
	return width - NUMBER_COLUMNS * (COUNTS + ns_columns(table, width));
}

void result_number(uint64_t hundredths, char text[RESULT_NUMBER_BYTES])
{
	uint64_t whole = (hundredths + 50) / 100, tenths = (hundredths + 5) / 10;

	if (hundredths == RESULT_UNKNOWN)
		format_text(text, RESULT_NUMBER_BYTES, "-");
	else if (hundredths % 100 != 0 && tenths < 10000)
		format_text(text, RESULT_NUMBER_BYTES, "%lu.%lu", tenths / 10, tenths % 10);
	else if (whole < 10000000)
		format_text(text, RESULT_NUMBER_BYTES, "%lu", whole);
	else if (whole < 9999950000)
		format_text(text, RESULT_NUMBER_BYTES, "%lu.%luM", (whole + 50000) / 1000000,
			    (whole + 50000) % 1000000 / 100000);
	else
		format_text(text, RESULT_NUMBER_BYTES, "%luG", (whole + 500000000) / 1000000000);
}

uint64_t result_ns(uint64_t ticks, uint64_t ticks_hz)
{
	if (ticks == RESULT_UNKNOWN || ticks_hz == 0)
		return RESULT_UNKNOWN;
	return ticks / ticks_hz * NS_MAX_HZ + ticks % ticks_hz * NS_MAX_HZ / ticks_hz;
}

/* Text in exactly so many columns, cut with a mark. */
static size_t text_put(char *line, const char *text, unsigned columns)
{
	size_t len_bytes = strlen(text);

	for (unsigned at = 0; at < columns; at++)
		line[at] = at < len_bytes ? text[at] : ' ';
	if (len_bytes > columns)
		line[columns - 1] = '~';
	return columns;
}

/* Takes away the names: of "threads=4 place=same first" "4 same first" is left. */
static void names_drop(char *label)
{
	char *to = label, *word = label;

	for (const char *from = label; *from != '\0'; from++) {
		if (*from == '=') {
			to = word;
			continue;
		}
		*to++ = *from;
		if (*from == ' ')
			word = to;
	}
	*to = '\0';
}

/* Name and label in their columns; where that is not enough, the parameters without their names. */
static size_t label_put(char *line, const struct result_row *row, unsigned columns)
{
	char text[RESULT_NAME_BYTES + RESULT_LABEL_BYTES + 1];
	size_t len_bytes =
	    format_text(text, sizeof(text), "%s%s%s", row->name, row->label[0] != '\0' ? " " : "", row->label);

	if (len_bytes > columns)
		names_drop(text);
	return text_put(line, text, columns);
}

static size_t number_put(char *line, size_t at, uint64_t hundredths)
{
	char number[RESULT_NUMBER_BYTES];

	result_number(hundredths, number);
	return at + format_text(line + at, RESULT_LINE_BYTES - at, " %7s", number);
}

void result_head_line(const struct result_table *table, unsigned width, char line[RESULT_LINE_BYTES])
{
	static const char *const names[] = {"n", "p50", "IQR", "p99", "max", "p50/ns", "p99/ns"};
	unsigned columns;
	char title[48];
	size_t at;

	width = width_of(width);
	columns = label_width(table, width);
	format_text(title, sizeof(title), "%s for one operation", table->unit);
	at = text_put(line, title, columns);
	for (unsigned i = 0; i < COUNTS + ns_columns(table, width); i++)
		at += format_text(line + at, RESULT_LINE_BYTES - at, " %7s", names[i]);
}

void result_row_line(const struct result_table *table, const struct result_row *row, unsigned width,
		     char line[RESULT_LINE_BYTES])
{
	uint64_t hz = row->ticks ? table->ticks_hz : 0;
	size_t at;

	width = width_of(width);
	if (row->kind != RESULT_MEASURED) {
		format_text(line, RESULT_LINE_BYTES, "%s %s%s%s: %s",
			    row->kind == RESULT_FAILED ? "FAILED " : "skipped", row->name,
			    row->label[0] != '\0' ? " " : "", row->label, row->reason);
		if (width < RESULT_LINE_BYTES)
			line[width] = '\0';
		return;
	}
	at = label_put(line, row, label_width(table, width));
	at = number_put(line, at, 100ul * row->count);
	at = number_put(line, at, row->p50);
	at = number_put(line, at, row->iqr);
	at = number_put(line, at, row->p99);
	at = number_put(line, at, row->max);
	if (ns_columns(table, width) > 0)
		at = number_put(line, at, result_ns(row->p50, hz));
	if (ns_columns(table, width) > 1)
		number_put(line, at, result_ns(row->p99, hz));
}
