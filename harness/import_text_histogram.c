/* SPDX-License-Identifier: MIT */
/*
 * Imports that are tables of text: a line for each step of latency, a column for each thread or CPU, and the totals
 * below. cyclictest (rt-tests, src/cyclictest/histogram.c) writes "# Total:", "# Min Latencies:" …; rtla (Linux,
 * tools/tracing/rtla) "over:", "count:", "min:" …. The totals check the table: a torn file is an error.
 */
#include "import_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct table_reader {
	struct import *import;
	struct error *error;
	char *rest; /* of the text, cut at its newlines */
	char *line;
	unsigned number;    /* of the line, from 1 */
	double unit;        /* ns of 1 */
	double last;        /* the step before; they ascend */
	double step;        /* greatest common divisor of the steps, in units */
	unsigned totals[5]; /* how often each of the lines below the table was seen */
};

enum table_total { TABLE_COUNT, TABLE_OVER, TABLE_MIN, TABLE_AVG, TABLE_MAX };

static int torn(const struct table_reader *reader, const char *what)
{
	return error_set(reader->error, STATUS_USAGE, "line %u: %s", reader->number, what);
}

static char *next_line(struct table_reader *reader)
{
	reader->line = strsep(&reader->rest, "\n");
	reader->number++;
	return reader->line;
}

static char *next_word(char **at)
{
	char *word;

	do {
		word = strsep(at, " \t\r");
	} while (word != NULL && word[0] == '\0');
	return word;
}

/* A whole number below 2^53. */
static bool read_count(const char *word, uint64_t *count)
{
	*count = 0;
	for (; *word >= '0' && *word <= '9' && *count < IMPORT_COUNT_MAX / 10; word++)
		*count = *count * 10 + (uint64_t)(*word - '0');
	return *word == '\0';
}

static double common_divisor(double a, double b)
{
	while (b > 0) {
		double rest = fmod(a, b);

		a = b;
		b = rest;
	}
	return a;
}

/* "000044 000001 000000": one step. Columns beyond the rows are sums that the program adds (-H). */
static int read_step(struct table_reader *reader, char *rest)
{
	struct import *import = reader->import;
	uint64_t step, count;
	size_t column = 0;
	char *word = next_word(&rest);

	if (word == NULL)
		return 0;
	if (!read_count(word, &step) || (double)step <= reader->last)
		return torn(reader, "a step of the histogram is no number above the one before");
	reader->step = common_divisor((double)step, reader->step);
	reader->last = (double)step;
	for (; (word = next_word(&rest)) != NULL; column++) {
		if (!read_count(word, &count))
			return torn(reader, "a count is no whole number");
		if (column < import->row_count &&
		    !import_bin_add(&import->rows[column], (double)step * reader->unit, count))
			return torn(reader, "more than 2^53 observations");
	}
	return column < import->row_count ? torn(reader, "a column is missing") : 0;
}

/* The count must be what the table holds, with what is over it where that was said before (rtla). */
static bool set_total(struct import_row *row, enum table_total total, const char *word, double unit)
{
	double *const numbers[] = {[TABLE_MIN] = &row->min, [TABLE_AVG] = &row->mean, [TABLE_MAX] = &row->max};
	uint64_t count;
	char *end;

	if (strcmp(word, "-") == 0) /* rtla: nothing was seen */
		return row->n == 0;
	if (total == TABLE_OVER)
		return read_count(word, &row->overflow);
	if (total == TABLE_COUNT)
		return read_count(word, &count) && count == row->n + row->overflow;
	*numbers[total] = strtod(word, &end) * unit;
	return *end == '\0' && word[0] >= '0' && word[0] <= '9' && *numbers[total] < 1e18;
}

static int read_total(struct table_reader *reader, enum table_total total, char *rest)
{
	struct import *import = reader->import;
	size_t column = 0;
	char *word;

	for (; (word = next_word(&rest)) != NULL && column < import->row_count; column++) {
		if (!set_total(&import->rows[column], total, word, reader->unit))
			return torn(reader, total == TABLE_COUNT ? "the total is not what the histogram holds"
								 : "a total is no number");
	}
	reader->totals[total]++;
	return column < import->row_count ? torn(reader, "a column is missing") : 0;
}

/* Every total once, then the numbers of each row. */
static int sum_up(struct table_reader *reader)
{
	struct import *import = reader->import;

	for (enum table_total total = TABLE_COUNT; total <= TABLE_MAX; total++) {
		if (reader->totals[total] != 1)
			return error_set(reader->error, STATUS_USAGE,
					 "the totals below the histogram are missing, or there twice: is it cut?");
	}
	for (size_t i = 0; i < import->row_count; i++) {
		import->rows[i].step_ns = (reader->step > 0 ? reader->step : 1) * reader->unit;
		import_sum_up(&import->rows[i]);
	}
	return 0;
}

/* --- cyclictest ---------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum table_total total;
} cyclictest_totals[] = {{"# Total:", TABLE_COUNT},
			 {"# Min Latencies:", TABLE_MIN},
			 {"# Avg Latencies:", TABLE_AVG},
			 {"# Max Latencies:", TABLE_MAX},
			 {"# Histogram Overflows:", TABLE_OVER}};

/* As many threads as "# Min Latencies:" has numbers: the table may have a column of sums besides. */
static int cyclictest_columns(struct import *import, const char *text, struct error *error)
{
	static const char title[] = "# Min Latencies:";
	const char *line = strstr(text, title);
	char *copy, *rest;
	int status = 0;

	if (line == NULL)
		return error_set(error, STATUS_USAGE, "no \"%s\": is it a whole histogram of cyclictest (-h)?", title);
	line += strlen(title);
	copy = rest = memory_format("%.*s", (int)strcspn(line, "\n"), line);
	for (size_t i = 0; status == 0 && next_word(&rest) != NULL; i++) {
		char *name = memory_format("thread %zu", i);

		if (import_add(import, name, IMPORT_HISTOGRAM, error) == NULL)
			status = error->status;
		free(name);
	}
	free(copy);
	return status;
}

static int cyclictest_line(struct table_reader *reader)
{
	for (size_t i = 0; i < sizeof(cyclictest_totals) / sizeof(cyclictest_totals[0]); i++) {
		size_t len = strlen(cyclictest_totals[i].name);

		if (strncmp(reader->line, cyclictest_totals[i].name, len) == 0)
			return read_total(reader, cyclictest_totals[i].total, reader->line + len);
	}
	/* Steps stand above the totals; below them are the numbers of the cycles that overflowed. */
	if (reader->line[0] >= '0' && reader->line[0] <= '9' && reader->totals[TABLE_COUNT] == 0)
		return read_step(reader, reader->line);
	return 0;
}

int import_read_cyclictest(struct import *import, const char *text, unsigned unit_ns, struct error *error)
{
	char *copy = memory_text(text);
	struct table_reader reader = {
	    .import = import, .error = error, .rest = copy, .unit = unit_ns > 0 ? unit_ns : 1000, .last = -1};
	int status = cyclictest_columns(import, text, error);

	while (status == 0 && next_line(&reader) != NULL)
		status = cyclictest_line(&reader);
	if (status == 0)
		status = sum_up(&reader);
	if (status == 0 && import->row_count > 1)
		status = import_merge(import, "all", (struct import_columns){0, 1, import->row_count}, error);
	free(copy);
	return status;
}

/* --- rtla ------------------------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	enum table_total total;
} rtla_totals[] = {
    {"over:", TABLE_OVER}, {"count:", TABLE_COUNT}, {"min:", TABLE_MIN}, {"avg:", TABLE_AVG}, {"max:", TABLE_MAX}};

/* "Index IRQ-000 Thr-000 …" */
static int rtla_columns(struct table_reader *reader, char *rest)
{
	char *word;

	if (reader->import->row_count > 0)
		return torn(reader, "a second table");
	while ((word = next_word(&rest)) != NULL) {
		if (import_add(reader->import, word, IMPORT_HISTOGRAM, reader->error) == NULL)
			return reader->error->status;
	}
	return 0;
}

static int rtla_line(struct table_reader *reader)
{
	char *rest = reader->line, *word;

	if (strncmp(rest, "# Time unit is nanoseconds", 26) == 0)
		reader->unit = 1;
	if (rest[0] == '#')
		return 0;
	if (rest[0] >= '0' && rest[0] <= '9')
		return read_step(reader, rest);
	word = next_word(&rest);
	if (word == NULL)
		return 0;
	if (strcmp(word, "Index") == 0)
		return rtla_columns(reader, rest);
	for (size_t i = 0; i < sizeof(rtla_totals) / sizeof(rtla_totals[0]); i++) {
		if (strcmp(word, rtla_totals[i].name) == 0)
			return read_total(reader, rtla_totals[i].total, rest);
	}
	return 0;
}

/* Later versions sum all CPUs up once more. */
static bool rtla_ends(const char *line)
{
	return strncmp(line, "ALL:", 4) == 0 || strncmp(line, "rtla", 4) == 0;
}

/* One row of all CPUs for each kind: "IRQ", "Thr", "Usr"; a kind is the name up to '-'. */
static int rtla_merge(struct import *import, struct error *error)
{
	size_t columns = import->row_count, kinds = 0;
	int status = 0;

	while (kinds < columns && (kinds == 0 || strncmp(import->rows[kinds].name, import->rows[0].name,
							 strcspn(import->rows[0].name, "-") + 1) != 0))
		kinds++;
	if (kinds == columns || columns % kinds != 0)
		return 0; /* one CPU, or columns that this program does not know */
	for (size_t kind = 0; kind < kinds && status == 0; kind++) {
		const char *column = import->rows[kind].name;
		char *name = memory_format("%.*s all", (int)strcspn(column, "-"), column);

		status = import_merge(import, name, (struct import_columns){kind, kinds, columns}, error);
		free(name);
	}
	return status;
}

int import_read_rtla(struct import *import, const char *text, struct error *error)
{
	char *copy = memory_text(text);
	struct table_reader reader = {.import = import, .error = error, .rest = copy, .unit = 1000, .last = -1};
	int status = 0;

	while (status == 0 && next_line(&reader) != NULL && !rtla_ends(reader.line))
		status = rtla_line(&reader);
	if (status == 0)
		status = sum_up(&reader);
	if (status == 0)
		status = rtla_merge(import, error);
	free(copy);
	return status;
}
