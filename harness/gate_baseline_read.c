/* SPDX-License-Identifier: MIT */
/* Reading a baseline, strictly: see gate_baseline.h. */
#include "gate_baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store_file.h"

/* A point takes about 120 bytes. */
enum { BASELINE_BYTES_MAX = 1 << 24 };

struct reader {
	const char *path;
	struct error *error;
};

static int refuse(const struct reader *reader, const char *what, size_t number, const char *problem)
{
	return error_set(
	    reader->error, STATUS_USAGE,
	    "%s: %s %zu: %s; restore it from version control, or write a new one by: aerobench gate --update",
	    reader->path, what, number + 1, problem);
}

/* NULL, or what is wrong with the numbers and names. */
static const char *margin_problem(const struct gate_margin *margin, const char *selection, const char *reason)
{
	bool numbers = !isnan(margin->percent) || !isnan(margin->instructions);

	if (margin->statistic == GATE_STATISTICS)
		return "its statistic is none of p50, mean and max";
	if (selection[0] == '\0' || reason[0] == '\0')
		return "it names no point, or no reason";
	if (margin->told)
		return numbers ? "it has numbers, but is not judged" : NULL;
	if (!(margin->percent >= 0) || !(margin->instructions >= 0) || margin->percent > 1000)
		return "percent is not from 0 to 1000, or instructions below 0";
	return NULL;
}

static int read_margin(const struct reader *reader, struct gate_baseline *baseline, const json_t *json, size_t number)
{
	const char *subject = "", *selection, *statistic, *reason, *wrong;
	struct gate_margin margin = {.statistic = GATE_STATISTICS, .percent = NAN, .instructions = NAN};
	json_error_t problem;
	int judged = true;

	if (json_unpack_ex((json_t *)json, &problem, JSON_STRICT, "{s?s, s:s, s:s, s?b, s?F, s?F, s:s}", "subject",
			   &subject, "point", &selection, "statistic", &statistic, "judged", &judged, "percent",
			   &margin.percent, "instructions", &margin.instructions, "reason", &reason) != 0)
		return refuse(reader, "margin", number, problem.text);
	for (int i = 0; i < GATE_STATISTICS; i++) {
		if (strcmp(gate_statistic_names[i], statistic) == 0)
			margin.statistic = (enum gate_statistic)i;
	}
	margin.told = judged == 0;
	wrong = margin_problem(&margin, selection, reason);
	if (wrong != NULL)
		return refuse(reader, "margin", number, wrong);
	if (margin.told)
		margin.percent = margin.instructions = 0;
	margin.subject = memory_text(subject);
	margin.selection = memory_text(selection);
	margin.reason = memory_text(reason);
	baseline->margins = memory_grow(baseline->margins, baseline->margin_count, sizeof(*baseline->margins));
	baseline->margins[baseline->margin_count++] = margin;
	return 0;
}

/* A median is a whole or a half number, a maximum a whole one; both fit a sample. */
static bool is_count(double value, double unit)
{
	return value >= 0 && value <= UINT32_MAX && value / unit == floor(value / unit);
}

/* Both or none: what was written before there were any is read, and not compared. */
static bool take_sum(struct gate_point *point, bool there, json_int_t sum, const char *crc)
{
	char *end = NULL;
	unsigned long bits = crc != NULL ? strtoul(crc, &end, 16) : 0;

	if (!there && crc == NULL)
		return true;
	if (!there || crc == NULL || strlen(crc) != 8 || strspn(crc, "0123456789abcdef") != 8 || sum < 0 ||
	    (double)sum > point->value[GATE_MAX] * (double)point->n)
		return false;
	point->summed = true;
	point->sum = (uint64_t)sum;
	point->crc = (uint32_t)bits;
	point->value[GATE_MEAN] = (double)sum / (double)point->n;
	return true;
}

static int read_point(const struct reader *reader, struct gate_subject *subject, const json_t *json, size_t number)
{
	const char *benchmark, *params, *crc = NULL;
	json_int_t per, n, sum = -1;
	struct gate_point point = {.value = {[GATE_MEAN] = NAN}};
	json_error_t problem;

	if (json_unpack_ex((json_t *)json, &problem, JSON_STRICT, "{s:s, s:s, s:I, s:I, s:F, s:F, s?I, s?s}",
			   "benchmark", &benchmark, "params", &params, "per", &per, "n", &n,
			   gate_statistic_names[GATE_P50], &point.value[GATE_P50], gate_statistic_names[GATE_MAX],
			   &point.value[GATE_MAX], "sum", &sum, "crc", &crc) != 0)
		return refuse(reader, "point", number, problem.text);
	if (per < 1 || per > UINT32_MAX || n < 1 || n > STREAM_SAMPLES_MAX || benchmark[0] == '\0')
		return refuse(reader, "point", number, "per or n is out of range, or it has no name");
	if (!is_count(point.value[GATE_P50], 0.5) || !is_count(point.value[GATE_MAX], 1) ||
	    point.value[GATE_P50] > point.value[GATE_MAX])
		return refuse(reader, "point", number, "p50 or max is no count of instructions, or max is below p50");
	if (gate_point_find(subject, benchmark, params) != NULL)
		return refuse(reader, "point", number, "the same point stands there twice");
	point.per = (unsigned)per;
	point.n = (size_t)n;
	if (!take_sum(&point, json_object_get(json, "sum") != NULL, sum, crc))
		return refuse(reader, "point", number, "sum and crc are not both there, or not of such samples");
	point.benchmark = memory_text(benchmark);
	point.params = memory_text(params);
	subject->points = memory_grow(subject->points, subject->point_count, sizeof(*subject->points));
	subject->points[subject->point_count++] = point;
	return 0;
}

static int read_benchmarks(const struct reader *reader, struct gate_subject *subject, const json_t *names,
			   size_t number)
{
	subject->benchmarks = memory_new(json_array_size(names), sizeof(*subject->benchmarks));
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name == NULL)
			return refuse(reader, "subject", number, "a benchmark's name is no text");
		subject->benchmarks[subject->benchmark_count++] = memory_text(name);
	}
	return 0;
}

static int read_subject(const struct reader *reader, struct gate_baseline *baseline, const json_t *json, size_t number)
{
	const char *name, *run, *created, *commit, *reason;
	const json_t *benchmarks, *points, *env, *command;
	json_t *machine;
	struct gate_subject *subject;
	json_error_t problem;
	int status;

	if (json_unpack_ex((json_t *)json, &problem, JSON_STRICT, "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "subject",
			   &name, "run", &run, "created", &created, "commit", &commit, "reason", &reason, "benchmarks",
			   &benchmarks, "machine", &machine, "points", &points) != 0)
		return refuse(reader, "subject", number, problem.text);
	if (json_unpack_ex(machine, &problem, JSON_STRICT, "{s:s, s:o, s:o}", "qemu", &(const char *){NULL}, "env",
			   &env, "command", &command) != 0)
		return refuse(reader, "subject", number, problem.text);
	if (!json_is_array(benchmarks) || !json_is_array(points) || !json_is_object(env) || !json_is_array(command))
		return refuse(reader, "subject", number, "benchmarks, machine or points are of the wrong kind");
	if (gate_subject_find(baseline, name) != NULL)
		return refuse(reader, "subject", number, "the same subject stands there twice");
	baseline->subjects = memory_grow(baseline->subjects, baseline->subject_count, sizeof(*baseline->subjects));
	subject = &baseline->subjects[baseline->subject_count++];
	*subject = (struct gate_subject){.name = memory_text(name),
					 .run = memory_text(run),
					 .created = memory_text(created),
					 .commit = memory_text(commit),
					 .reason = memory_text(reason),
					 .machine = json_incref(machine)};
	status = read_benchmarks(reader, subject, benchmarks, number);
	for (size_t i = 0; i < json_array_size(points) && status == 0; i++)
		status = read_point(reader, subject, json_array_get(points, i), i);
	return status;
}

static int read_all(const struct reader *reader, struct gate_baseline *baseline, json_t *json)
{
	const char *schema;
	const json_t *margins, *subjects;
	json_error_t problem;
	int status = 0;

	if (json_unpack_ex(json, &problem, JSON_STRICT, "{s:s, s:o, s:o}", "schema", &schema, "margins", &margins,
			   "subjects", &subjects) != 0)
		return error_set(reader->error, STATUS_USAGE, "%s is no baseline of aerobench gate: %s", reader->path,
				 problem.text);
	if (strcmp(schema, "aerobench.baseline/1") != 0)
		return error_set(reader->error, STATUS_USAGE,
				 "%s has schema '%s', this program reads aerobench.baseline/1: write it again by "
				 "--update",
				 reader->path, schema);
	if (!json_is_array(margins) || !json_is_array(subjects))
		return error_set(reader->error, STATUS_USAGE, "%s: margins or subjects are no list", reader->path);
	for (size_t i = 0; i < json_array_size(margins) && status == 0; i++)
		status = read_margin(reader, baseline, json_array_get(margins, i), i);
	for (size_t i = 0; i < json_array_size(subjects) && status == 0; i++)
		status = read_subject(reader, baseline, json_array_get(subjects, i), i);
	return status;
}

int gate_baseline_read(struct gate_baseline *baseline, const char *path, struct error *error)
{
	const struct reader reader = {.path = path, .error = error};
	json_error_t problem;
	json_t *json;
	char *bytes;
	size_t len;
	int status;

	*baseline = (struct gate_baseline){0};
	status = store_file_read(path, BASELINE_BYTES_MAX, &bytes, &len, error);
	if (status != 0)
		return status;
	json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &problem);
	free(bytes);
	if (json == NULL)
		return error_set(error, STATUS_USAGE,
				 "%s is torn or no JSON (line %d: %s): restore it from version control", path,
				 problem.line, problem.text);
	status = read_all(&reader, baseline, json);
	json_decref(json);
	return status;
}
