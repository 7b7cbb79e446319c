/* SPDX-License-Identifier: MIT */
/*
 * Google Benchmark's JSON (docs/user_guide.md, "Output Formats"): each boot is a repetition whose real_time is the median
 * of its samples, because the run is the unit of replication; then the aggregates over boots. There is no second clock:
 * cpu_time repeats real_time, because readers insist on it. Instructions are nanoseconds of QEMU's virtual clock.
 */
#include "export_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "stats.h"

static void set_number(json_t *json, const char *key, double number)
{
	/* No null: a reader of numbers would stop at it. */
	if (isfinite(number))
		json_object_set_new(json, key, export_number(number));
}

static json_t *context_json(const struct summary *summary)
{
	const char *subject = summary->stream_count > 0 ? summary->boots[0]->subject : "";
	const char *cpus = summary_env(summary, subject, "cpus"), *hz = summary_env(summary, subject, "clock_hz");
	json_t *context = json_pack(
	    "{s:o, s:s, s:i, s:i, s:b, s:[], s:s, s:s, s:o, s:o, s:s}", "date",
	    output_text_json(export_fact(summary, "created")), "executable", "aerobench", "num_cpus",
	    cpus != NULL ? atoi(cpus) : 0, "mhz_per_cpu", hz != NULL ? (int)(strtod(hz, NULL) / 1e6) : 0,
	    "cpu_scaling_enabled", 0, "caches", "library_build_type", "release", "aerobench_run", summary->store->id,
	    "aerobench_version", output_text_json(export_fact(summary, "versions.aerobench")), "cpu_model",
	    output_text_json(export_fact(summary, "doctor.system.cpu_model")), "aerobench_real_time",
	    "median of the boot's samples per operation; cpu_time repeats it, there is no second clock");

	return context;
}

/* What repetitions and aggregates share. */
static json_t *entry_json(const struct summary *summary, const struct summary_row *row, size_t family,
			  const char *suffix)
{
	char *name = export_row_name(row), *full = memory_format("%s%s", name, suffix);
	char *fitness = export_row_fitness(summary, row);
	char *label = memory_format("%s; %s", export_row_unit(row), fitness);
	const char *threads = stream_point_value(row->point, "threads");
	json_t *json =
	    json_pack("{s:o, s:I, s:i, s:o, s:I, s:i, s:o}", "name", output_text_json(full), "family_index",
		      (json_int_t)family, "per_family_instance_index", 0, "run_name", output_text_json(name),
		      "repetitions", (json_int_t)row->run_count, "threads",
		      threads != NULL && atoi(threads) > 0 ? atoi(threads) : 1, "label", output_text_json(label));

	json_object_set_new(json, "time_unit", json_string("ns"));
	free(label);
	free(fitness);
	free(full);
	free(name);
	return json;
}

static json_t *repetition_json(const struct summary *summary, const struct summary_row *row, size_t family,
			       size_t index)
{
	const struct summary_run *run = &row->runs[index];
	json_t *json = entry_json(summary, row, family, "");

	json_object_set_new(json, "run_type", json_string("iteration"));
	json_object_set_new(json, "repetition_index", json_integer((json_int_t)index));
	json_object_set_new(json, "iterations", json_integer((json_int_t)run->n * row->per));
	set_number(json, "real_time", run->p50);
	set_number(json, "cpu_time", run->p50);
	json_object_set_new(json, "samples", json_integer((json_int_t)run->n));
	set_number(json, "p10", run->p10);
	set_number(json, "p90", run->p90);
	set_number(json, "p99", run->p99);
	set_number(json, "iqr", run->iqr);
	set_number(json, "mean", run->mean);
	return json;
}

static void append_aggregate(json_t *entries, json_t *json, const char *name, double number)
{
	if (!isfinite(number)) {
		json_decref(json);
		return;
	}
	json_object_set_new(json, "run_type", json_string("aggregate"));
	json_object_set_new(json, "aggregate_name", json_string(name));
	json_object_set_new(json, "aggregate_unit", json_string(strcmp(name, "cv") == 0 ? "percentage" : "time"));
	set_number(json, "real_time", number);
	set_number(json, "cpu_time", number);
	json_array_append_new(entries, json);
}

static void append_row(json_t *entries, const struct summary *summary, const struct summary_row *row, size_t family)
{
	static const char *const names[] = {"mean", "median", "stddev", "cv"};
	double *medians = memory_new(row->run_count, sizeof(*medians)), numbers[4];
	struct stats_moments moments;

	for (size_t i = 0; i < row->run_count; i++) {
		medians[i] = row->runs[i].p50;
		json_array_append_new(entries, repetition_json(summary, row, family, i));
	}
	moments = stats_moments(medians, row->run_count);
	stats_sort(medians, row->run_count);
	numbers[0] = moments.mean;
	numbers[1] = stats_quantile(medians, row->run_count, 0.5);
	numbers[2] = moments.sd;
	numbers[3] = moments.mean > 0 ? moments.sd / moments.mean : NAN;
	for (size_t i = 0; i < 4 && row->run_count > 1; i++) {
		char *suffix = memory_format("_%s", names[i]);
		json_t *json = entry_json(summary, row, family, suffix);

		json_object_set_new(json, "iterations", json_integer((json_int_t)row->run_count));
		append_aggregate(entries, json, names[i], numbers[i]);
		free(suffix);
	}
	free(medians);
}

int export_google_benchmark(FILE *file, const struct summary *summary, struct error *error)
{
	json_t *entries = json_array();

	for (size_t i = 0, family = 0; i < summary->row_count; i++) {
		if (export_row_is_time(&summary->rows[i]))
			append_row(entries, summary, &summary->rows[i], family++);
	}
	export_warn_left_out(summary, "Google Benchmark's format");
	if (json_array_size(entries) == 0) {
		json_decref(entries);
		return export_nothing("Google Benchmark's format", error);
	}
	return export_json(file, json_pack("{s:o, s:o}", "context", context_json(summary), "benchmarks", entries));
}
