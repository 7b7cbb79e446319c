/* SPDX-License-Identifier: MIT */
/* From runs to entries and from entries to series: see history.h. */
#include "history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "gate_baseline.h"
#include "gate_machine.h"
#include "memory.h"
#include "output.h"
#include "stats.h"
#include "verdict.h"

/* --- From a run ---------------------------------------------------------------------------------------------------- */

/* Of the member at this offset of struct summary_run, over the runs. */
static double median_over_runs(const struct summary_row *row, size_t offset)
{
	double *values = memory_new(row->run_count, sizeof(*values)), median;
	size_t half = row->run_count / 2;

	for (size_t i = 0; i < row->run_count; i++)
		memcpy(&values[i], (const char *)&row->runs[i] + offset, sizeof(*values));
	stats_sort(values, row->run_count);
	median = row->run_count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
	free(values);
	return median;
}

static json_t *point_json(const struct summary_row *row)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "benchmark", output_text_json(row->benchmark),
			 "params", output_text_json(row->params), "unit", output_text_json(row->unit), "runs",
			 (json_int_t)row->run_count, "n", (json_int_t)row->n, "p50",
			 summary_number_json(median_over_runs(row, offsetof(struct summary_run, p50))), "iqr",
			 summary_number_json(median_over_runs(row, offsetof(struct summary_run, iqr))), "max",
			 summary_number_json(row->max));
}

/*
 * Counts depend on what gate_machine.h says; times on the computer too, and not on how many samples a run takes, nor on
 * the seed, which is another in every run and stands in the command line.
 */
static json_t *machine_json(const struct summary *summary, const char *subject, bool counts)
{
	static const char *const facts[] = {"cpu_model", "microcode", "kernel", "hypervisor", "governor"};
	json_t *machine = gate_machine_make(summary, subject);
	json_t *system = json_object_get(json_object_get(summary->store->run, "doctor"), "system");
	json_t *env = json_object_get(machine, "env"), *host = json_object();

	/* Entries of before the control was subtracted are other numbers: they stay a series of their own. */
	json_object_set_new(machine, "control", json_string("subtracted"));
	if (counts) {
		json_decref(host);
		return machine;
	}
	json_object_del(machine, "command");
	json_object_del(env, "samples");
	json_object_del(env, "warmup");
	json_object_del(env, "seed");
	json_object_del(env, "boot_words");
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		json_object_set(host, facts[i], json_object_get(system, facts[i]));
	json_object_set_new(machine, "host", host);
	return machine;
}

/* A short name of a configuration: the CRC-32 of its facts. */
static char *machine_name(const json_t *machine)
{
	char *text = json_dumps(machine, JSON_COMPACT | JSON_SORT_KEYS), *name;

	name = memory_format("%08x", (unsigned)crc32_z(0, (const unsigned char *)text, strlen(text)));
	free(text);
	return name;
}

static bool has_failed(const struct summary *summary, const char *subject)
{
	for (size_t i = 0; i < summary->store->boot_count; i++) {
		const struct store_boot *boot = &summary->store->boots[i];

		if (strcmp(boot->subject, subject) == 0 && boot->status != STORE_OK)
			return true;
	}
	return false;
}

json_t *history_entry_make(const struct summary *summary, const char *subject)
{
	const json_t *run = summary->store->run;
	const char *commit = summary_env(summary, subject, "commit"), *at = strchr(subject, '@');
	const char *created = json_string_value(json_object_get(run, "created"));
	json_t *points = json_array(), *machine, *line;
	char *kind = memory_format("%.*s", at != NULL ? (int)strcspn(at + 1, ":") : 0, at != NULL ? at + 1 : "");
	char *name, *fitness = verdict_word(run, kind);
	bool counts = strcmp(kind, "sim") == 0;

	for (size_t i = 0; i < summary->row_count && !has_failed(summary, subject); i++) {
		if (strcmp(summary->rows[i].subject, subject) == 0)
			json_array_append_new(points, point_json(&summary->rows[i]));
	}
	machine = machine_json(summary, subject, counts);
	name = machine_name(machine);
	line = json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:O}", "schema", "aerobench.history/1", "run",
			 output_text_json(summary->store->id), "created",
			 output_text_json(created != NULL ? created : "unknown"), "subject", output_text_json(subject),
			 "commit", output_text_json(commit != NULL ? commit : "unknown"), "machine", name, "fitness",
			 fitness, "facts", machine, "points", points);
	if (json_array_size(points) == 0) {
		json_decref(line);
		line = NULL;
	}
	json_decref(points);
	free(name);
	free(fitness);
	free(kind);
	return line;
}

/* --- Series -------------------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *point, const char *key)
{
	return json_string_value(json_object_get(point, key));
}

static double number_of(const json_t *point, const char *key)
{
	const json_t *number = json_object_get(point, key);

	return json_is_number(number) ? json_number_value(number) : NAN;
}

static bool is_meant(const json_t *point, char *const *selections, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (gate_means(selections[i], text_of(point, "benchmark"), text_of(point, "params")))
			return true;
	}
	return count == 0;
}

static bool belongs(const struct history_series *series, const struct history_entry *entry, const json_t *point)
{
	return strcmp(series->subject, entry->subject) == 0 && strcmp(series->machine, entry->machine) == 0 &&
	       strcmp(series->benchmark, text_of(point, "benchmark")) == 0 &&
	       strcmp(series->params, text_of(point, "params")) == 0 &&
	       strcmp(series->unit, text_of(point, "unit")) == 0;
}

static struct history_series *series_of(struct history_series **all, size_t *count, const struct history_entry *entry,
					const json_t *point)
{
	for (size_t i = 0; i < *count; i++) {
		if (belongs(&(*all)[i], entry, point))
			return &(*all)[i];
	}
	*all = memory_grow(*all, *count, sizeof(**all));
	(*all)[*count] = (struct history_series){.subject = entry->subject,
						 .machine = entry->machine,
						 .benchmark = text_of(point, "benchmark"),
						 .params = text_of(point, "params"),
						 .unit = text_of(point, "unit")};
	return &(*all)[(*count)++];
}

/*
 * Nothing is said of a series with a median of 0: it has no logarithm, and no ratio. One whose values are all equal has
 * no change, which need not be searched for.
 */
static void find_changes(struct history_series *series)
{
	size_t first = series->count > HISTORY_LOOKED_AT ? series->count - HISTORY_LOOKED_AT : 0;
	double *logs = memory_new(series->count, sizeof(*logs));
	bool counts = strcmp(series->unit, "instructions") == 0, positive = true, equal = true;

	for (size_t i = 0; i < series->count; i++) {
		series->steps += counts && i > 0 && series->values[i].p50 != series->values[i - 1].p50;
		if (i < first)
			continue;
		equal &= series->values[i].p50 == series->values[first].p50;
		positive &= series->values[i].p50 > 0;
		logs[i - first] = positive ? log(series->values[i].p50) : 0;
	}
	if (positive && !equal)
		series->change_count =
		    stats_change_find(logs, series->count - first, &stats_change_defaults, &series->changes);
	for (size_t i = 0; i < series->change_count; i++)
		series->changes[i].at += first;
	free(logs);
}

size_t history_series_make(const struct history *history, char *const *selections, size_t selection_count,
			   struct history_series **series)
{
	size_t count = 0;

	*series = NULL;
	for (size_t i = 0; i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];

		for (size_t j = 0; j < json_array_size(entry->points); j++) {
			const json_t *point = json_array_get(entry->points, j);
			struct history_series *one;

			if (!is_meant(point, selections, selection_count))
				continue;
			one = series_of(series, &count, entry, point);
			one->values = memory_grow(one->values, one->count, sizeof(*one->values));
			one->values[one->count++] = (struct history_value){.entry = entry,
									   .p50 = number_of(point, "p50"),
									   .iqr = number_of(point, "iqr"),
									   .max = number_of(point, "max")};
		}
	}
	for (size_t i = 0; i < count; i++)
		find_changes(&(*series)[i]);
	return count;
}

void history_series_free(struct history_series *series, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(series[i].values);
		free(series[i].changes);
	}
	free(series);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------- */

static json_t *change_json(const struct history_series *series, const struct stats_change *change)
{
	const struct history_entry *entry = series->values[change->at].entry;

	return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "at", (json_int_t)change->at, "run", entry->run,
			 "commit", entry->commit, "p", summary_number_json(change->p), "ratio",
			 summary_number_json(exp(change->shift.estimate)), "low",
			 summary_number_json(exp(change->shift.low)), "high",
			 summary_number_json(exp(change->shift.high)));
}

json_t *history_json(const struct history_series *series, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct history_series *one = &series[i];
		json_t *values = json_array(), *changes = json_array();

		for (size_t j = 0; j < one->count; j++) {
			const struct history_value *value = &one->values[j];

			json_array_append_new(
			    values,
			    json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "run", value->entry->run, "created",
				      value->entry->created, "commit", value->entry->commit, "fitness",
				      value->entry->fitness, "p50", summary_number_json(value->p50), "iqr",
				      summary_number_json(value->iqr), "max", summary_number_json(value->max)));
		}
		for (size_t j = 0; j < one->change_count; j++)
			json_array_append_new(changes, change_json(one, &one->changes[j]));
		json_array_append_new(
		    array, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "subject", one->subject, "machine",
				     one->machine, "benchmark", one->benchmark, "params", one->params, "unit",
				     one->unit, "steps", (json_int_t)one->steps, "values", values, "changes", changes));
	}
	return json_pack("{s:s, s:o}", "schema", "aerobench.history_view/1", "series", array);
}
