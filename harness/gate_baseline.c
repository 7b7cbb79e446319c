/* SPDX-License-Identifier: MIT */
/* The committed baseline, in memory and written: see gate_baseline.h. Reading is gate_baseline_read.c. */
#include "gate_baseline.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "gate_machine.h"
#include "gate_size.h"
#include "memory.h"
#include "output.h"
#include "stats.h"
#include "store_file.h"

const char *const gate_statistic_names[GATE_STATISTICS] = {
    [GATE_P50] = "p50", [GATE_MEAN] = "mean", [GATE_MAX] = "max"};
const char gate_program[] = "program.";
const char gate_everything[] = "*";

/* --- Making ------------------------------------------------------------------------------------------------------- */

static struct gate_subject *subject_add(struct gate_baseline *baseline)
{
	baseline->subjects = memory_grow(baseline->subjects, baseline->subject_count, sizeof(*baseline->subjects));
	baseline->subjects[baseline->subject_count] = (struct gate_subject){0};
	return &baseline->subjects[baseline->subject_count++];
}

void gate_point_sum(struct gate_point *point, const uint32_t *sorted)
{
	uLong crc = crc32(0, NULL, 0);

	point->sum = 0;
	for (size_t i = 0; i < point->n; i++) {
		const unsigned char bytes[] = {(unsigned char)sorted[i], (unsigned char)(sorted[i] >> 8),
					       (unsigned char)(sorted[i] >> 16), (unsigned char)(sorted[i] >> 24)};

		point->sum += sorted[i];
		crc = crc32(crc, bytes, sizeof(bytes));
	}
	point->crc = (uint32_t)crc;
	point->summed = true;
	point->value[GATE_MEAN] = (double)point->sum / (double)point->n;
}

void gate_point_add(struct gate_subject *subject, const struct gate_point *point)
{
	struct gate_point *added;

	subject->points = memory_grow(subject->points, subject->point_count, sizeof(*subject->points));
	added = &subject->points[subject->point_count++];
	*added = *point;
	added->benchmark = memory_text(point->benchmark);
	added->params = memory_text(point->params);
}

static void benchmarks_copy(struct gate_subject *subject, char *const *benchmarks, size_t count)
{
	subject->benchmarks = memory_new(count, sizeof(*subject->benchmarks));
	subject->benchmark_count = count;
	for (size_t i = 0; i < count; i++)
		subject->benchmarks[i] = memory_text(benchmarks[i]);
}

static void subject_take(struct gate_baseline *baseline, const struct summary *summary, const char *name,
			 const char *reason)
{
	const struct store *store = summary->store;
	const char *commit = summary_env(summary, name, "commit");
	const char *created = json_string_value(json_object_get(store->run, "created"));
	struct gate_subject *subject = subject_add(baseline);

	subject->name = memory_text(name);
	subject->run = memory_text(store->id);
	subject->created = memory_text(created != NULL ? created : "unknown");
	subject->commit = memory_text(commit != NULL ? commit : "unknown");
	subject->reason = memory_text(reason != NULL ? reason : "");
	subject->machine = gate_machine_make(summary, name);
	benchmarks_copy(subject, store->plan.benchmarks, store->plan.benchmark_count);
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];
		struct gate_point point = {
		    .benchmark = (char *)row->benchmark, .params = row->params, .per = row->per, .n = row->n};

		if (strcmp(row->subject, name) != 0 || strcmp(row->unit, "instructions") != 0)
			continue;
		point.value[GATE_P50] = stats_quantile_u32(row->sorted, row->n, 0.5);
		point.value[GATE_MAX] = row->sorted[row->n - 1];
		gate_point_sum(&point, row->sorted);
		gate_point_add(subject, &point);
	}
	gate_size_take(subject, summary);
}

void gate_baseline_take(struct gate_baseline *baseline, const struct summary *summary, const char *reason)
{
	*baseline = (struct gate_baseline){0};
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (strcmp(row->unit, "instructions") == 0 && gate_subject_find(baseline, row->subject) == NULL)
			subject_take(baseline, summary, row->subject, reason);
	}
}

static void subject_copy(struct gate_baseline *to, const struct gate_subject *from)
{
	struct gate_subject *subject = subject_add(to);

	subject->name = memory_text(from->name);
	subject->run = memory_text(from->run);
	subject->created = memory_text(from->created);
	subject->commit = memory_text(from->commit);
	subject->reason = memory_text(from->reason);
	subject->machine = json_incref(from->machine);
	benchmarks_copy(subject, from->benchmarks, from->benchmark_count);
	for (size_t i = 0; i < from->point_count; i++)
		gate_point_add(subject, &from->points[i]);
}

void gate_baseline_merge(struct gate_baseline *merged, const struct gate_baseline *old,
			 const struct gate_baseline *taken)
{
	*merged = (struct gate_baseline){0};
	for (size_t i = 0; i < old->subject_count; i++) {
		const struct gate_subject *newer = gate_subject_find(taken, old->subjects[i].name);

		subject_copy(merged, newer != NULL ? newer : &old->subjects[i]);
	}
	for (size_t i = 0; i < taken->subject_count; i++) {
		if (gate_subject_find(old, taken->subjects[i].name) == NULL)
			subject_copy(merged, &taken->subjects[i]);
	}
	for (size_t i = 0; i < old->margin_count; i++) {
		struct gate_margin margin = old->margins[i];

		margin.subject = memory_text(margin.subject);
		margin.selection = memory_text(margin.selection);
		margin.reason = memory_text(margin.reason);
		merged->margins = memory_grow(merged->margins, i, sizeof(*merged->margins));
		merged->margins[merged->margin_count++] = margin;
	}
}

void gate_baseline_free(struct gate_baseline *baseline)
{
	for (size_t i = 0; i < baseline->subject_count; i++) {
		struct gate_subject *subject = &baseline->subjects[i];

		for (size_t j = 0; j < subject->point_count; j++) {
			free(subject->points[j].benchmark);
			free(subject->points[j].params);
		}
		free(subject->points);
		memory_texts_free(subject->benchmarks, subject->benchmark_count);
		free(subject->name);
		free(subject->run);
		free(subject->created);
		free(subject->commit);
		free(subject->reason);
		json_decref(subject->machine);
	}
	for (size_t i = 0; i < baseline->margin_count; i++) {
		free(baseline->margins[i].subject);
		free(baseline->margins[i].selection);
		free(baseline->margins[i].reason);
	}
	free(baseline->subjects);
	free(baseline->margins);
	*baseline = (struct gate_baseline){0};
}

/* --- Finding ------------------------------------------------------------------------------------------------------ */

bool gate_is_size(const struct gate_point *point)
{
	return strncmp(point->benchmark, gate_program, strlen(gate_program)) == 0;
}

const struct gate_subject *gate_subject_find(const struct gate_baseline *baseline, const char *name)
{
	for (size_t i = 0; i < baseline->subject_count; i++) {
		if (strcmp(baseline->subjects[i].name, name) == 0)
			return &baseline->subjects[i];
	}
	return NULL;
}

const struct gate_point *gate_point_find(const struct gate_subject *subject, const char *benchmark, const char *params)
{
	for (size_t i = 0; i < subject->point_count; i++) {
		const struct gate_point *point = &subject->points[i];

		if (strcmp(point->benchmark, benchmark) == 0 && strcmp(point->params, params) == 0)
			return point;
	}
	return NULL;
}

static bool has_word(const char *params, const char *word)
{
	char *copy = memory_text(params), *rest = copy;
	bool found = false;

	while (rest != NULL && !found)
		found = strcmp(strsep(&rest, " "), word) == 0;
	free(copy);
	return found;
}

bool gate_means(const char *selection, const char *benchmark, const char *params)
{
	char *copy = memory_text(selection), *rest = copy;
	bool meant = strcmp(strsep(&rest, ":"), benchmark) == 0;

	while (meant && rest != NULL)
		meant = has_word(params, strsep(&rest, ":"));
	free(copy);
	return meant;
}

/* --- Writing ------------------------------------------------------------------------------------------------------ */

/* Takes the reference. */
static void print_json(FILE *file, json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	fputs(text, file);
	free(text);
	json_decref(value);
}

static void print_member(FILE *file, const char *indent, const char *key, json_t *value)
{
	fprintf(file, "%s\"%s\": ", indent, key);
	print_json(file, value);
	fputs(",\n", file);
}

/* A margin for every subject does not name one, and one that is only told has no numbers. */
static json_t *margin_json(const struct gate_margin *margin)
{
	return json_pack("{s:o*, s:o, s:s, s:o*, s:o*, s:o*, s:o}", "subject",
			 margin->subject[0] != '\0' ? output_text_json(margin->subject) : NULL, "point",
			 output_text_json(margin->selection), "statistic", gate_statistic_names[margin->statistic],
			 "judged", margin->told ? json_false() : NULL, "percent",
			 margin->told ? NULL : summary_number_json(margin->percent), "instructions",
			 margin->told ? NULL : summary_number_json(margin->instructions), "reason",
			 output_text_json(margin->reason));
}

static void print_margins(FILE *file, const struct gate_baseline *baseline)
{
	fputs(" \"margins\": [", file);
	for (size_t i = 0; i < baseline->margin_count; i++) {
		fputs(i > 0 ? ",\n  " : "\n  ", file);
		print_json(file, margin_json(&baseline->margins[i]));
	}
	fputs(baseline->margin_count > 0 ? "\n ],\n" : "],\n", file);
}

/* One line. The mean stands as its exact fraction. */
static json_t *point_json(const struct gate_point *point)
{
	json_t *json =
	    json_pack("{s:o, s:o, s:I, s:I, s:o, s:o}", "benchmark", output_text_json(point->benchmark), "params",
		      output_text_json(point->params), "per", (json_int_t)point->per, "n", (json_int_t)point->n,
		      gate_statistic_names[GATE_P50], summary_number_json(point->value[GATE_P50]),
		      gate_statistic_names[GATE_MAX], summary_number_json(point->value[GATE_MAX]));
	char crc[16];

	snprintf(crc, sizeof(crc), "%08x", point->crc);
	if (point->summed) {
		json_object_set_new(json, "sum", json_integer((json_int_t)point->sum));
		json_object_set_new(json, "crc", json_string(crc));
	}
	return json;
}

static void print_subject(FILE *file, const struct gate_subject *subject)
{
	json_t *benchmarks = json_array();

	for (size_t i = 0; i < subject->benchmark_count; i++)
		json_array_append_new(benchmarks, output_text_json(subject->benchmarks[i]));
	print_member(file, "", "subject", output_text_json(subject->name));
	print_member(file, "   ", "run", output_text_json(subject->run));
	print_member(file, "   ", "created", output_text_json(subject->created));
	print_member(file, "   ", "commit", output_text_json(subject->commit));
	print_member(file, "   ", "reason", output_text_json(subject->reason));
	print_member(file, "   ", "benchmarks", benchmarks);
	print_member(file, "   ", "machine", json_incref(subject->machine));
	fputs("   \"points\": [", file);
	for (size_t i = 0; i < subject->point_count; i++) {
		fputs(i > 0 ? ",\n    " : "\n    ", file);
		print_json(file, point_json(&subject->points[i]));
	}
	fputs("\n   ]", file);
}

char *gate_baseline_text(const struct gate_baseline *baseline)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs("{\n \"schema\": \"aerobench.baseline/1\",\n", file);
	print_margins(file, baseline);
	fputs(" \"subjects\": [", file);
	for (size_t i = 0; i < baseline->subject_count; i++) {
		fputs(i > 0 ? ",\n  {" : "\n  {", file);
		print_subject(file, &baseline->subjects[i]);
		fputs("}", file);
	}
	fputs("\n ]\n}\n", file);
	fclose(file);
	return text;
}

int gate_baseline_write(const struct gate_baseline *baseline, const char *path, struct error *error)
{
	char *text = gate_baseline_text(baseline), *copy = memory_text(path);
	int status = store_file_write(path, text, strlen(text), error);

	if (status == 0)
		status = store_directory_sync(dirname(copy), error);
	free(copy);
	free(text);
	return status;
}
