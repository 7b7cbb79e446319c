/* SPDX-License-Identifier: MIT */
/*
 * OpenMetrics text (OpenMetrics 1.0, "Text format"): for each unit a family of histograms and one of percentiles, whose
 * labels are run, subject, machine, benchmark and the parameters. Nanoseconds become seconds, the base unit that the
 * standard asks for. Buckets are powers of two per operation, the same for all histograms of a family.
 */
#include "export_row.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "stats.h"

static double base(const struct summary_row *row)
{
	return strcmp(row->unit, "ns") == 0 ? 1e-9 : 1;
}

static const char *base_unit(const struct summary_row *row)
{
	return strcmp(row->unit, "ns") == 0 ? "seconds" : row->unit;
}

/* A name has letters, digits and '_' only ("ABNF", metricname and label-name). */
static void put_name(FILE *file, const char *text)
{
	for (; *text != '\0'; text++)
		fputc(isalnum((unsigned char)*text) ? *text : '_', file);
}

static void put_label(FILE *file, const char *separator, const char *key, const char *value)
{
	json_t *clean = output_text_json(value);

	fputs(separator, file);
	put_name(file, key);
	fputs("=\"", file);
	for (const char *text = json_string_value(clean); *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			fputc('\\', file);
		if (*text == '\n')
			fputs("\\n", file);
		else
			fputc(*text, file);
	}
	fputc('"', file);
	json_decref(clean);
}

/* The labels of a row without their closing brace. */
static void put_labels(FILE *file, const struct summary *summary, const struct summary_row *row)
{
	char *machine = export_machine(row->subject), *fitness = export_row_fitness(summary, row);

	put_label(file, "{", "run", summary->store->id);
	put_label(file, ",", "subject", row->subject);
	put_label(file, ",", "machine", machine);
	put_label(file, ",", "fitness", fitness);
	put_label(file, ",", "benchmark", row->benchmark);
	for (size_t i = 0; i < row->point->param_count; i++) {
		char *key = memory_format("param_%s", row->point->params[i].key);

		put_label(file, ",", key, row->point->params[i].value);
		free(key);
	}
	free(fitness);
	free(machine);
}

/* name: of the family without its unit. A unit is repeated as the name's end. */
static void put_family(FILE *file, const char *name, const char *unit, const char *type, const char *help)
{
	char *full = memory_format("aerobench_%s_%s", name, unit);

	fputs("# TYPE ", file);
	put_name(file, full);
	fprintf(file, " %s\n# UNIT ", type);
	put_name(file, full);
	fputc(' ', file);
	put_name(file, unit);
	fputs("\n# HELP ", file);
	put_name(file, full);
	fprintf(file, " %s\n", help);
	free(full);
}

static void put_sample(FILE *file, const char *name, const char *unit, const char *suffix)
{
	fprintf(file, "aerobench_%s_", name);
	put_name(file, unit);
	fputs(suffix, file);
}

/* How many of the row's samples are at most this number, in the row's unit per operation. */
static size_t count_up_to(const struct summary_row *row, double limit)
{
	size_t low = 0, high = row->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (summary_value(row, row->sorted[middle]) <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct bounds {
	int low, high; /* exponents of 2, in the row's unit */
};

/* From the power of two below every sample that is not 0 to the one that holds them all. */
static struct bounds bounds_of(const struct summary *summary, const char *unit)
{
	struct bounds bounds = {64, -64};

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];
		size_t zeros = count_up_to(row, 0);

		if (strcmp(row->unit, unit) != 0)
			continue;
		if (zeros < row->n) {
			bounds.low = (int)fmin(bounds.low, floor(log2(summary_value(row, row->sorted[zeros]))));
			bounds.high = (int)fmax(bounds.high, ceil(log2(summary_value(row, row->sorted[row->n - 1]))));
		}
	}
	if (bounds.low > bounds.high) /* nothing but zeros */
		bounds = (struct bounds){0, 0};
	return bounds;
}

static void put_bucket(FILE *file, const struct summary *summary, const struct summary_row *row, const char *limit,
		       size_t count)
{
	put_sample(file, "operation", base_unit(row), "_bucket");
	put_labels(file, summary, row);
	fprintf(file, ",le=\"%s\"} %zu\n", limit, count);
}

static void put_histogram(FILE *file, const struct summary *summary, const struct summary_row *row,
			  struct bounds bounds)
{
	for (int exponent = bounds.low; exponent <= bounds.high; exponent++) {
		char *limit = memory_format("%.12g", exp2(exponent) * base(row));

		put_bucket(file, summary, row, limit, count_up_to(row, exp2(exponent)));
		free(limit);
	}
	put_bucket(file, summary, row, "+Inf", row->n);
	put_sample(file, "operation", base_unit(row), "_count");
	put_labels(file, summary, row);
	fprintf(file, "} %zu\n", row->n);
	put_sample(file, "operation", base_unit(row), "_sum");
	put_labels(file, summary, row);
	fprintf(file, "} %.12g\n",
		(stats_moments_u32(row->sorted, row->n).mean * row->scale - row->subtracted) * (double)row->n *
		    base(row));
}

static void put_percentiles(FILE *file, const struct summary *summary, const struct summary_row *row)
{
	static const char *const names[] = {"0", "50", "90", "99", "99.9", "100"};
	const double numbers[] = {row->min, row->p50, row->p90, row->p99, row->p999, row->max};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!isfinite(numbers[i]))
			continue;
		put_sample(file, "percentile", base_unit(row), "");
		put_labels(file, summary, row);
		put_label(file, ",", "percentile", names[i]);
		fprintf(file, "} %.12g\n", numbers[i] * base(row));
	}
}

static void put_unit(FILE *file, const struct summary *summary, const struct summary_row *first)
{
	struct bounds bounds = bounds_of(summary, first->unit);
	const char *unit = base_unit(first);

	put_family(file, "operation", unit, "histogram", "One operation, over all samples of all boots.");
	for (size_t i = 0; i < summary->row_count; i++) {
		if (strcmp(summary->rows[i].unit, first->unit) == 0)
			put_histogram(file, summary, &summary->rows[i], bounds);
	}
	put_family(file, "percentile", unit, "gauge", "Percentiles of one operation that the samples support.");
	for (size_t i = 0; i < summary->row_count; i++) {
		if (strcmp(summary->rows[i].unit, first->unit) == 0)
			put_percentiles(file, summary, &summary->rows[i]);
	}
}

int export_openmetrics(FILE *file, const struct summary *summary, struct error *error)
{
	if (summary->row_count == 0)
		return export_nothing("OpenMetrics", error);
	for (size_t i = 0; i < summary->row_count; i++) {
		size_t first = 0;

		while (strcmp(summary->rows[first].unit, summary->rows[i].unit) != 0)
			first++;
		if (first == i)
			put_unit(file, summary, &summary->rows[i]);
	}
	fputs("# TYPE aerobench_boots gauge\n# HELP aerobench_boots Boots behind a row.\n", file);
	for (size_t i = 0; i < summary->row_count; i++) {
		fputs("aerobench_boots", file);
		put_labels(file, summary, &summary->rows[i]);
		fprintf(file, "} %zu\n", summary->rows[i].run_count);
	}
	fputs("# EOF\n", file);
	return 0;
}
