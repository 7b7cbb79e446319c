/* SPDX-License-Identifier: MIT */
/*
 * Imports that are JSON: Google Benchmark's (docs/user_guide.md, "Output Formats") and cyclictest's --json (rt-tests,
 * src/cyclictest/cyclictest.c, write_stats()). What is not understood in a row is an error that names it, never a guess.
 */
#include "import_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "memory.h"
#include "stats.h"

static json_t *open_json(const char *text, struct error *error)
{
	json_error_t problem;
	json_t *json = json_loads(text, 0, &problem);

	if (!json_is_object(json)) {
		error_set(error, STATUS_USAGE, "no JSON object: line %d: %s", json == NULL ? problem.line : 1,
			  json == NULL ? problem.text : "another type");
		json_decref(json);
		return NULL;
	}
	return json;
}

static double number_of(const json_t *json, const char *key)
{
	const json_t *value = json_object_get(json, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text != NULL ? text : "";
}

/* --- Google Benchmark --------------------------------------------------------------------------------------------------- */

/* Nanoseconds of 1 of the entry's unit; NaN: none that the format has. No unit: ns, its default. */
static double unit_ns(const json_t *entry)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"", 1}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text_of(entry, "time_unit"), units[i].name) == 0)
			return units[i].ns;
	}
	return NAN;
}

static struct import_row *row_named(struct import *import, const char *name)
{
	for (size_t i = 0; i < import->row_count; i++) {
		if (strcmp(import->rows[i].name, name) == 0)
			return &import->rows[i];
	}
	return NULL;
}

static int bad_entry(const char *name, const char *what, struct error *error)
{
	return error_set(error, STATUS_USAGE, "benchmark '%s' %s", name, what);
}

/* One entry into its row: a mean as a bin, so that they can be sorted; an aggregate by its name. */
static int read_entry(struct import *import, const json_t *entry, struct error *error)
{
	bool aggregate = strcmp(text_of(entry, "run_type"), "aggregate") == 0;
	const char *full = text_of(entry, "name"), *run = text_of(entry, "run_name");
	const char *name = run[0] != '\0' ? run : full, *what = text_of(entry, "aggregate_name");
	double time = number_of(entry, "real_time") * unit_ns(entry), each = number_of(entry, "iterations");
	struct import_row *row = row_named(import, name);

	if (name[0] == '\0')
		return error_set(error, STATUS_USAGE, "a benchmark without a name");
	if (json_is_true(json_object_get(entry, "error_occurred")) || strcmp(what, "cv") == 0 ||
	    json_object_get(entry, "rms") != NULL || json_object_get(entry, "cpu_coefficient") != NULL)
		return 0; /* nothing was measured, or no time */
	if (!isfinite(time) || time < 0)
		return bad_entry(name, "has no real_time in ns, us, ms or s", error);
	if (aggregate && strcmp(what, "mean") != 0 && strcmp(what, "median") != 0 && strcmp(what, "stddev") != 0)
		return 0; /* the user's own, which has no column here */
	if (row == NULL)
		row = import_add(import, name, aggregate ? IMPORT_AGGREGATES : IMPORT_REPETITIONS, error);
	if (row == NULL)
		return error->status;
	if (!aggregate) {
		uint64_t operations = each >= 1 && each < (double)IMPORT_COUNT_MAX ? (uint64_t)each : 0;

		row->kind = IMPORT_REPETITIONS;
		row->each = row->n == 0 || row->each == operations ? operations : 0;
		import_bin_add(row, time, 1);
	} else if (strcmp(what, "mean") == 0) {
		row->mean = time;
	} else if (strcmp(what, "median") == 0) {
		row->p50 = time;
	} else {
		row->stddev = time;
	}
	return 0;
}

/* Repetitions give their own statistics, whatever aggregates stood beside them. */
static void sum_up_repetitions(struct import_row *row)
{
	double *times = memory_new(row->n, sizeof(*times));
	struct stats_moments moments;

	for (size_t i = 0; i < row->n; i++)
		times[i] = row->bins[i].value_ns;
	moments = stats_moments(times, row->n);
	stats_sort(times, row->n);
	row->min = times[0];
	row->max = times[row->n - 1];
	row->p50 = stats_quantile(times, row->n, 0.5);
	row->iqr = row->n >= 4 ? stats_quantile(times, row->n, 0.75) - stats_quantile(times, row->n, 0.25) : NAN;
	row->mean = moments.mean;
	row->stddev = moments.sd;
	free(times);
	free(row->bins);
	row->bins = NULL;
	row->bin_count = 0;
}

int import_read_google(struct import *import, const char *text, struct error *error)
{
	json_t *json = open_json(text, error);
	const json_t *context = json_object_get(json, "context"), *entries = json_object_get(json, "benchmarks");
	int status = json == NULL ? error->status : 0;

	if (json != NULL && !json_is_array(entries))
		status = error_set(error, STATUS_USAGE, "no \"benchmarks\": not Google Benchmark's JSON");
	for (size_t i = 0; i < json_array_size(entries) && status == 0; i++)
		status = read_entry(import, json_array_get(entries, i), error);
	for (size_t i = 0; i < import->row_count && status == 0; i++) {
		if (import->rows[i].kind == IMPORT_REPETITIONS)
			sum_up_repetitions(&import->rows[i]);
	}
	free(import->origin);
	import->origin = memory_format("%s%s%s", text_of(context, "executable"),
				       text_of(context, "executable")[0] != '\0' ? ", " : "", text_of(context, "date"));
	json_decref(json);
	return status;
}

/* --- cyclictest --json --------------------------------------------------------------------------------------------------- */

static int value_order(const void *left, const void *right)
{
	const struct import_bin *a = left, *b = right;

	return (a->value_ns > b->value_ns) - (a->value_ns < b->value_ns);
}

/* {"68": 5, …}; the keys are whole numbers of the unit, in any order. */
static int read_steps(struct import_row *row, const json_t *steps, double unit, struct error *error)
{
	const char *key;
	json_t *count;

	json_object_foreach((json_t *)steps, key, count)
	{
		char *end;
		double value = strtod(key, &end);

		if (key[0] < '0' || key[0] > '9' || *end != '\0' || !(value <= 1e12) || !json_is_integer(count) ||
		    json_integer_value(count) < 0 ||
		    !import_bin_add(row, value * unit, (uint64_t)json_integer_value(count)))
			return error_set(error, STATUS_USAGE, "%s: the step '%s' is no count of a latency", row->name,
					 key);
	}
	if (row->bin_count > 1)
		qsort(row->bins, row->bin_count, sizeof(*row->bins), value_order);
	for (size_t i = 1; i < row->bin_count; i++) {
		if (row->bins[i - 1].value_ns == row->bins[i].value_ns)
			return error_set(error, STATUS_USAGE, "%s: a step stands there twice", row->name);
	}
	return 0;
}

static int read_thread(struct import *import, const char *number, const json_t *thread, double unit,
		       struct error *error)
{
	char *name = memory_format("thread %s", number);
	const json_t *steps = json_object_get(thread, "histogram");
	bool histogram = json_object_size(steps) > 0;
	struct import_row *row = import_add(import, name, histogram ? IMPORT_HISTOGRAM : IMPORT_AGGREGATES, error);
	double cycles = number_of(thread, "cycles");
	int status = row == NULL ? error->status : 0;

	free(name);
	if (status == 0 && !(cycles >= 0 && cycles < (double)IMPORT_COUNT_MAX))
		status = error_set(error, STATUS_USAGE, "thread %s has no number of cycles", number);
	if (status == 0 && histogram)
		status = read_steps(row, steps, unit, error);
	if (status != 0)
		return status;
	if ((double)row->n > cycles)
		return error_set(error, STATUS_USAGE, "thread %s has more observations than cycles", number);
	row->min = number_of(thread, "min") * unit;
	row->max = number_of(thread, "max") * unit;
	row->mean = number_of(thread, "avg") * unit;
	if (!histogram) {
		row->n = (uint64_t)cycles;
		return 0;
	}
	row->step_ns = unit;
	row->overflow = (uint64_t)cycles - row->n;
	import_sum_up(row);
	return 0;
}

int import_read_cyclictest_json(struct import *import, const char *text, struct error *error)
{
	json_t *json = open_json(text, error), *thread;
	json_t *threads = json_object_get(json, "thread");
	/* "resolution_in_ns" is 1 with -N: then the numbers are nanoseconds, else microseconds. */
	double unit = number_of(json, "resolution_in_ns") == 1 ? 1 : 1000;
	int status = json == NULL ? error->status : 0;
	bool histograms = true;
	const char *number;

	if (json != NULL && !json_is_object(threads))
		status = error_set(error, STATUS_USAGE, "no \"thread\": not cyclictest's JSON");
	json_object_foreach(threads, number, thread)
	{
		if (status == 0)
			status = read_thread(import, number, thread, unit, error);
		histograms = histograms && status == 0 && import->rows[import->row_count - 1].kind == IMPORT_HISTOGRAM;
	}
	if (status == 0 && histograms && import->row_count > 1)
		status = import_merge(import, "all", (struct import_columns){0, 1, import->row_count}, error);
	/* The colon is part of the key, as cyclictest 2.4 writes it; later ones may not. */
	free(import->origin);
	import->origin =
	    memory_format("%s%s, %s", text_of(json, "cmdline:"), text_of(json, "cmdline"), text_of(json, "start_time"));
	json_decref(json);
	return status;
}
