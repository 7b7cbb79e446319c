/* SPDX-License-Identifier: MIT */
/*
 * The formats of services that track one number over time: github-action-benchmark (customSmallerIsBetter, its README)
 * and the Bencher Metric Format (bencher.dev, "Bencher Metric Format"). Each row gives its location, its tail and its
 * spread, because a spread that doubles is a regression too.
 */
#include "export_row.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "output.h"

enum { TRACKER_STATISTICS = 3 };

static const char *const tracker_names[TRACKER_STATISTICS] = {"p50", "p99", "iqr"};

/* A statistic of all samples, and its least and greatest value in one boot; NaN: not supported by n. */
struct tracker_value {
	double value, low, high;
};

static double of_run(const struct summary_run *run, size_t statistic)
{
	const double values[TRACKER_STATISTICS] = {run->p50, run->p99, run->iqr};

	return values[statistic];
}

static struct tracker_value tracker_value(const struct summary_row *row, size_t statistic)
{
	const double values[TRACKER_STATISTICS] = {row->p50, row->p99, row->iqr};
	struct tracker_value value = {values[statistic], NAN, NAN};

	for (size_t i = 0; i < row->run_count; i++) {
		value.low = fmin(value.low, of_run(&row->runs[i], statistic));
		value.high = fmax(value.high, of_run(&row->runs[i], statistic));
	}
	return value;
}

static void github_append(json_t *entries, const struct summary *summary, const struct summary_row *row)
{
	char *name = export_row_name(row), *count = export_row_count(row), *fitness = export_row_fitness(summary, row);
	char *extra = memory_format("run %s\n%s\n%s", summary->store->id, count, fitness);

	for (size_t i = 0; i < TRACKER_STATISTICS; i++) {
		struct tracker_value value = tracker_value(row, i);
		char *full = memory_format("%s %s", name, tracker_names[i]);
		char *range = memory_format("%.6g .. %.6g", value.low, value.high);

		if (isfinite(value.value))
			json_array_append_new(
			    entries,
			    json_pack("{s:o, s:o, s:o, s:s*, s:o}", "name", output_text_json(full), "unit",
				      output_text_json(row->unit), "value", export_number(value.value), "range",
				      isfinite(value.low) ? range : NULL, "extra", output_text_json(extra)));
		free(range);
		free(full);
	}
	free(extra);
	free(fitness);
	free(count);
	free(name);
}

int export_github_action(FILE *file, const struct summary *summary, struct error *error)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < summary->row_count; i++)
		github_append(entries, summary, &summary->rows[i]);
	if (json_array_size(entries) > 0)
		return export_json(file, entries);
	json_decref(entries);
	return export_nothing("github-action-benchmark", error);
}

/* The measure's name carries the unit, for the format has no place for it. */
static json_t *bencher_row(const struct summary_row *row)
{
	json_t *measures = json_object();

	for (size_t i = 0; i < TRACKER_STATISTICS; i++) {
		struct tracker_value value = tracker_value(row, i);
		char *name = memory_format("%s-%s", tracker_names[i], row->unit);
		json_t *measure;

		if (isfinite(value.value)) {
			measure = json_pack("{s:o}", "value", export_number(value.value));
			if (isfinite(value.low)) {
				/* the pooled statistic may lie outside of what single boots say; the bounds hold it */
				json_object_set_new(measure, "lower_value",
						    export_number(fmin(value.low, value.value)));
				json_object_set_new(measure, "upper_value",
						    export_number(fmax(value.high, value.value)));
			}
			json_object_set_new(measures, name, measure);
		}
		free(name);
	}
	json_object_set_new(measures, "samples", json_pack("{s:I}", "value", (json_int_t)row->n));
	json_object_set_new(measures, "boots", json_pack("{s:I}", "value", (json_int_t)row->run_count));
	return measures;
}

int export_bencher(FILE *file, const struct summary *summary, struct error *error)
{
	json_t *json = json_object();

	for (size_t i = 0; i < summary->row_count; i++) {
		char *name = export_row_name(&summary->rows[i]);

		/* output_text_json() makes UTF-8 of whatever a name holds. */
		json_t *key = output_text_json(name);

		json_object_set_new(json, json_string_value(key), bencher_row(&summary->rows[i]));
		json_decref(key);
		free(name);
	}
	if (json_object_size(json) > 0)
		return export_json(file, json);
	json_decref(json);
	return export_nothing("the Bencher Metric Format", error);
}
