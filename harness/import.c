/* SPDX-License-Identifier: MIT */
/* Numbers that other programs measured: see import.h. */
#include "import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import_row.h"
#include "memory.h"
#include "output.h"

const struct import_format import_formats[] = {
    {"google-benchmark", "Google Benchmark's JSON (--benchmark_out_format=json)"},
    {"cyclictest", "cyclictest's histogram (-h, -H or --histfile)"},
    {"cyclictest-json", "cyclictest's --json, with -h for a histogram"},
    {"rtla", "rtla's histograms (rtla timerlat hist, rtla osnoise hist)"},
};

const size_t import_format_count = sizeof(import_formats) / sizeof(import_formats[0]);

/* --- Rows -------------------------------------------------------------------------------------------------------------- */

struct import_row *import_add(struct import *import, const char *name, enum import_kind kind, struct error *error)
{
	struct import_row *row;

	if (import->row_count == IMPORT_ROWS_MAX) {
		error_set(error, STATUS_USAGE, "more than %d rows: split the file", IMPORT_ROWS_MAX);
		return NULL;
	}
	import->rows = memory_grow(import->rows, import->row_count, sizeof(*import->rows));
	row = &import->rows[import->row_count++];
	*row = (struct import_row){.name = memory_text(name),
				   .kind = kind,
				   .step_ns = NAN,
				   .min = NAN,
				   .p50 = NAN,
				   .p90 = NAN,
				   .p99 = NAN,
				   .p999 = NAN,
				   .max = NAN,
				   .mean = NAN,
				   .stddev = NAN,
				   .iqr = NAN};
	return row;
}

bool import_bin_add(struct import_row *row, double value_ns, uint64_t count)
{
	if (count == 0)
		return true;
	if (count > IMPORT_COUNT_MAX - row->n)
		return false;
	row->n += count;
	row->bins = memory_grow(row->bins, row->bin_count, sizeof(*row->bins));
	row->bins[row->bin_count++] = (struct import_bin){value_ns, count};
	return true;
}

/* The observation at rank (n - 1) p, rounded up, as its bin knows it; NaN: among those above the last step. */
static double bin_quantile(const struct import_row *row, double p)
{
	double rank = ceil(((double)row->n - 1) * p);
	uint64_t below = 0;

	for (size_t i = 0; i < row->bin_count; i++) {
		below += row->bins[i].count;
		if (rank < (double)below)
			return row->bins[i].value_ns;
	}
	return NAN;
}

/* As stats_tail_u32(): at least 10 observations must lie above. */
static double bin_tail(const struct import_row *row, double p)
{
	return (double)row->n * (1 - p) >= 10 - 1e-9 ? bin_quantile(row, p) : NAN;
}

/* Around the bins' own mean, half a step off as all of them are. */
static double bin_stddev(const struct import_row *row)
{
	double mean = 0, squares = 0, n = 0;

	for (size_t i = 0; i < row->bin_count; i++) {
		double delta = row->bins[i].value_ns - mean, count = (double)row->bins[i].count;

		n += count;
		mean += delta * count / n;
		squares += delta * count * (row->bins[i].value_ns - mean);
	}
	return n > 1 ? sqrt(squares / (n - 1)) : NAN;
}

void import_sum_up(struct import_row *row)
{
	if (row->overflow == 0 && row->bin_count > 0)
		row->stddev = bin_stddev(row);
	row->n += row->overflow;
	if (row->n == 0)
		return;
	row->p50 = bin_quantile(row, 0.5);
	row->p90 = bin_tail(row, 0.9);
	row->p99 = bin_tail(row, 0.99);
	row->p999 = bin_tail(row, 0.999);
	row->iqr = bin_quantile(row, 0.75) - bin_quantile(row, 0.25);
}

static int bin_order(const void *left, const void *right)
{
	const struct import_bin *a = left, *b = right;

	return (a->value_ns > b->value_ns) - (a->value_ns < b->value_ns);
}

/* Bins of the same value become one. */
static void bins_unite(struct import_row *row)
{
	size_t kept = 0;

	if (row->bin_count > 1)
		qsort(row->bins, row->bin_count, sizeof(*row->bins), bin_order);
	for (size_t i = 0; i < row->bin_count; i++) {
		if (kept > 0 && row->bins[kept - 1].value_ns == row->bins[i].value_ns)
			row->bins[kept - 1].count += row->bins[i].count;
		else
			row->bins[kept++] = row->bins[i];
	}
	row->bin_count = kept;
}

int import_merge(struct import *import, const char *name, struct import_columns columns, struct error *error)
{
	struct import_row *all = import_add(import, name, IMPORT_HISTOGRAM, error);
	double sum = 0, n = 0;

	if (all == NULL)
		return error->status;
	for (size_t i = columns.first; i < columns.end; i += columns.stride) {
		const struct import_row *row = &import->rows[i];

		for (size_t j = 0; j < row->bin_count; j++) {
			if (!import_bin_add(all, row->bins[j].value_ns, row->bins[j].count))
				return error_set(error, STATUS_USAGE, "more than 2^53 observations");
		}
		if (row->overflow > IMPORT_COUNT_MAX - all->n - all->overflow)
			return error_set(error, STATUS_USAGE, "more than 2^53 observations");
		all->overflow += row->overflow;
		all->step_ns = row->step_ns;
		all->min = fmin(all->min, row->min);
		all->max = fmax(all->max, row->max);
		sum += row->n > 0 ? row->mean * (double)row->n : 0;
		n += (double)row->n;
	}
	bins_unite(all);
	import_sum_up(all);
	all->mean = n > 0 ? sum / n : NAN;
	return 0;
}

/* --- Formats ----------------------------------------------------------------------------------------------------------- */

/* What the text looks like; NULL: nothing that is known. */
static const char *recognise(const char *text)
{
	if (strstr(text, "# RTLA") != NULL)
		return "rtla";
	if (text[strspn(text, " \t\r\n")] == '{')
		return strstr(text, "\"benchmarks\"") != NULL ? "google-benchmark" : "cyclictest-json";
	return strstr(text, "# Histogram") != NULL || strstr(text, "# Min Latencies:") != NULL ? "cyclictest" : NULL;
}

static const struct import_format *format_of(const char *name)
{
	for (size_t i = 0; name != NULL && i < import_format_count; i++) {
		if (strcmp(import_formats[i].name, name) == 0)
			return &import_formats[i];
	}
	return NULL;
}

int import_parse(struct import *import, const char *text, const char *format, unsigned unit_ns, struct error *error)
{
	const struct import_format *known = format_of(format != NULL ? format : recognise(text));
	int status;

	*import = (struct import){.origin = memory_text("")};
	if (known == NULL && format != NULL)
		return error_set(error, STATUS_USAGE, "no format '%s': `aerobench import --help` lists them", format);
	if (known == NULL)
		return error_set(error, STATUS_USAGE,
				 "neither Google Benchmark's JSON nor a histogram of cyclictest or rtla: say --format");
	import->format = known->name;
	if (strcmp(known->name, "google-benchmark") == 0)
		status = import_read_google(import, text, error);
	else if (strcmp(known->name, "cyclictest-json") == 0)
		status = import_read_cyclictest_json(import, text, error);
	else if (strcmp(known->name, "cyclictest") == 0)
		status = import_read_cyclictest(import, text, unit_ns, error);
	else
		status = import_read_rtla(import, text, error);
	if (status == 0 && import->row_count == 0)
		status = error_set(error, STATUS_USAGE, "no numbers in it");
	return status;
}

void import_free(struct import *import)
{
	for (size_t i = 0; i < import->row_count; i++) {
		free(import->rows[i].name);
		free(import->rows[i].bins);
	}
	free(import->rows);
	free(import->origin);
	*import = (struct import){0};
}

char *import_kind_text(const struct import_row *row)
{
	char number[32];

	switch (row->kind) {
	case IMPORT_HISTOGRAM:
		return memory_format("histogram, step %s ns", output_number(number, sizeof(number), row->step_ns));
	case IMPORT_REPETITIONS:
		return row->each > 0
			   ? memory_format("means of %s", output_number(number, sizeof(number), (double)row->each))
			   : memory_text("means of many");
	default:
		return memory_text("aggregates");
	}
}
