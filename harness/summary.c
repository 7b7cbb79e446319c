/* SPDX-License-Identifier: MIT */
/*
 * From a stored run to rows: see summary.h. Streams are parsed first and kept, because rows point into them; then each
 * stream's runs are appended to their rows; then each row is summed up.
 */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stream_salvage.h"
#include "subject.h"
#include "summary_clock.h"
#include "summary_fitness.h"

const char summary_waits[] =
    "Where all CPUs wait for a timer, as in sleep_late, rt_start and heartbeat, the wait counts as well: "
    "an instruction a nanosecond, of which 50,000 are the slack of Linux's ordinary class.";

static bool named(char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return count == 0;
}

/* Whether "NAME" or "NAME:PARAM=VALUE:…" means this point. */
static bool means(const char *selection, const struct stream_point *point)
{
	char *copy = memory_text(selection), *rest = copy;
	bool meant = strcmp(strsep(&rest, ":"), point->benchmark) == 0;

	while (meant && rest != NULL) {
		char *value = strsep(&rest, ":"), *key = strsep(&value, "=");
		const char *actual = stream_point_value(point, key);

		meant = value != NULL && actual != NULL && strcmp(actual, value) == 0;
	}
	free(copy);
	return meant;
}

static bool selected(const struct summary_select *select, const struct stream_point *point)
{
	for (size_t i = 0; i < select->benchmark_count; i++) {
		if (means(select->benchmarks[i], point))
			return true;
	}
	return select->benchmark_count == 0;
}

/* --- Logs --------------------------------------------------------------------------------------------------------- */

static void note_add(struct summary *summary, const char *kind, const char *subject, const struct stream_point *point,
		     const char *reason)
{
	char *params = point != NULL ? stream_point_params(point) : NULL;

	for (size_t i = 0; i < summary->note_count; i++) {
		const struct summary_note *note = &summary->notes[i];

		if (strcmp(note->kind, kind) == 0 && strcmp(note->subject, subject) == 0 &&
		    strcmp(note->reason, reason) == 0 && (note->benchmark == NULL) == (point == NULL) &&
		    (point == NULL ||
		     (strcmp(note->benchmark, point->benchmark) == 0 && strcmp(note->params, params) == 0))) {
			free(params);
			return;
		}
	}
	summary->notes = memory_grow(summary->notes, summary->note_count, sizeof(*summary->notes));
	summary->notes[summary->note_count++] =
	    (struct summary_note){.kind = kind,
				  .subject = subject,
				  .benchmark = point != NULL ? point->benchmark : NULL,
				  .point = point,
				  .params = params,
				  .reason = reason};
}

/* What the log of a boot that was cut proves. */
static int salvage(struct stream *stream, const char *bytes, size_t len_bytes, struct error *error)
{
	struct stream_cut cut;
	int status = stream_salvage(&cut, bytes, len_bytes, error);

	*stream = cut.stream;
	cut.stream = (struct stream){0};
	stream_cut_free(&cut);
	return status;
}

static int read_boot(struct summary *summary, const struct store_boot *boot, struct error *error)
{
	struct stream *stream = &summary->streams[summary->stream_count];
	char *bytes;
	size_t len;
	int status = store_read_log(summary->store, boot, &bytes, &len, error);

	if (status != 0)
		return status;
	status =
	    boot->status == STORE_CUT ? salvage(stream, bytes, len, error) : stream_parse(stream, bytes, len, error);
	summary->boots[summary->stream_count++] = boot;
	free(bytes);
	if (status == 0)
		return 0;
	/* A boot with a log like this was never stored as ok or cut: whatever is wrong with it, it is the file's fault now. */
	error_prefix(error, "%s/%s", summary->store->path, boot->log);
	error->status = STATUS_USAGE;
	return STATUS_USAGE;
}

static const char *const note_kinds[] = {
    [STORE_FAILED] = "failed", [STORE_UNSUPPORTED] = "unsupported", [STORE_CUT] = "cut"};

static int read_boots(struct summary *summary, const struct summary_select *select, struct error *error)
{
	struct store *store = summary->store;

	summary->streams = memory_new(store->boot_count, sizeof(*summary->streams));
	summary->boots = memory_new(store->boot_count, sizeof(*summary->boots));
	for (size_t i = 0; i < store->boot_count; i++) {
		const struct store_boot *boot = &store->boots[i];
		int status = 0;

		if (!named(select->subjects, select->subject_count, boot->subject))
			continue;
		if (boot->status == STORE_OK || (boot->status == STORE_CUT && select->cut))
			status = read_boot(summary, boot, error);
		if (boot->status != STORE_OK)
			note_add(summary, note_kinds[boot->status], boot->subject, NULL, boot->reason);
		if (status != 0)
			return status;
	}
	for (size_t i = 0; i < summary->stream_count; i++) {
		const struct stream *stream = &summary->streams[i];

		for (size_t j = 0; j < stream->skip_count; j++)
			note_add(summary, "skipped", summary->boots[i]->subject, &stream->skips[j].point,
				 stream->skips[j].reason);
	}
	return 0;
}

/* --- Rows --------------------------------------------------------------------------------------------------------- */

static struct summary_row *row_of(struct summary *summary, const struct stream_run *run, const char *subject, bool cut)
{
	char *params = stream_point_params(&run->point);
	struct summary_row *row =
	    (struct summary_row *)summary_find_cut(summary, run->point.benchmark, subject, params, cut);

	if (row != NULL) {
		free(params);
		return row;
	}
	summary->rows = memory_grow(summary->rows, summary->row_count, sizeof(*summary->rows));
	row = &summary->rows[summary->row_count++];
	*row = (struct summary_row){.benchmark = run->point.benchmark,
				    .subject = subject,
				    .point = &run->point,
				    .params = params,
				    .unit = run->unit,
				    .per = run->per,
				    .cut = cut};
	return row;
}

static int add_run(struct summary *summary, const struct stream_run *run, const struct store_boot *boot,
		   struct error *error)
{
	struct summary_row *row = row_of(summary, run, boot->subject, boot->status == STORE_CUT);

	if (strcmp(row->unit, run->unit) != 0 || row->per != run->per) {
		return error_set(error, STATUS_USAGE,
				 "%s/%s: %s has unit=%s per=%u, in an earlier boot unit=%s per=%u: the runs are of "
				 "different programs, measure again",
				 summary->store->path, boot->log, run->point.benchmark, run->unit, run->per, row->unit,
				 row->per);
	}
	row->runs = memory_grow(row->runs, row->run_count, sizeof(*row->runs));
	row->runs[row->run_count++] = (struct summary_run){.round = boot->round,
							   .samples = run->samples,
							   .n = run->n,
							   .warmup = run->warmup,
							   .warmup_count = run->warmup_count,
							   .irqs = run->irqs,
							   .smis = run->smis};
	row->overflow += run->overflow;
	return 0;
}

/* To the run of the same point and boot, if that was selected. */
static void add_repeat(struct summary *summary, const struct stream_run *repeat, const struct store_boot *boot)
{
	char *params = stream_point_params(&repeat->point);
	const struct summary_row *row =
	    summary_find_cut(summary, repeat->point.benchmark, boot->subject, params, boot->status == STORE_CUT);

	for (size_t i = 0; row != NULL && i < row->run_count; i++) {
		if (row->runs[i].round == boot->round)
			row->runs[i].repeat = repeat;
	}
	free(params);
}

static int make_rows(struct summary *summary, const struct summary_select *select, struct error *error)
{
	for (size_t i = 0; i < summary->stream_count; i++) {
		const struct stream *stream = &summary->streams[i];

		for (size_t j = 0; j < stream->run_count; j++) {
			const struct stream_point *point = &stream->runs[j].point;
			int status = 0;

			if (selected(select, point) || strcmp(point->benchmark, summary_clock_control) == 0)
				status = add_run(summary, &stream->runs[j], summary->boots[i], error);
			if (status != 0)
				return status;
		}
		for (size_t j = 0; j < stream->repeat_count; j++)
			add_repeat(summary, &stream->repeats[j], summary->boots[i]);
	}
	return 0;
}

/* --- Numbers ------------------------------------------------------------------------------------------------------ */

static void sum_up_run(struct summary_run *run, double scale)
{
	uint32_t *sorted = memory_new(run->n, sizeof(*sorted));

	memcpy(sorted, run->samples, run->n * sizeof(*sorted));
	stats_sort_u32(sorted, run->n);
	run->p10 = stats_quantile_u32(sorted, run->n, 0.1) * scale;
	run->p50 = stats_quantile_u32(sorted, run->n, 0.5) * scale;
	run->p90 = stats_tail_u32(sorted, run->n, 0.9) * scale;
	run->p99 = stats_tail_u32(sorted, run->n, 0.99) * scale;
	run->iqr = (stats_quantile_u32(sorted, run->n, 0.75) - stats_quantile_u32(sorted, run->n, 0.25)) * scale;
	run->mean = stats_moments_u32(sorted, run->n).mean * scale;
	run->cold = run->warmup_count > 0 ? run->warmup[0] * scale : NAN;
	free(sorted);
}

static bool runs_are_equal(const struct summary_row *row)
{
	const struct summary_run *first = row->runs;

	for (size_t i = 1; i < row->run_count; i++) {
		if (row->runs[i].n != first->n ||
		    memcmp(row->runs[i].samples, first->samples, first->n * sizeof(*first->samples)) != 0)
			return false;
	}
	return true;
}

/* Equal runs are one run seen several times: pooling them would claim samples that nobody took. */
static void pool(struct summary_row *row)
{
	size_t runs = row->exact ? 1 : row->run_count;

	for (size_t i = 0; i < runs; i++)
		row->n += row->runs[i].n;
	row->sorted = memory_new(row->n, sizeof(*row->sorted));
	for (size_t i = 0, at = 0; i < runs; at += row->runs[i++].n)
		memcpy(row->sorted + at, row->runs[i].samples, row->runs[i].n * sizeof(*row->sorted));
	stats_sort_u32(row->sorted, row->n);
}

static void sum_up(struct summary_row *row)
{
	const uint32_t *sorted;
	struct stats_moments moments;
	size_t n;

	row->exact = strcmp(row->unit, "instructions") == 0 && runs_are_equal(row);
	pool(row);
	sorted = row->sorted;
	n = row->n;
	moments = stats_moments_u32(sorted, n);
	row->min = sorted[0] * row->scale;
	row->max = sorted[n - 1] * row->scale;
	row->p50 = stats_quantile_u32(sorted, n, 0.5) * row->scale;
	row->p90 = stats_tail_u32(sorted, n, 0.9) * row->scale;
	row->p99 = stats_tail_u32(sorted, n, 0.99) * row->scale;
	row->p999 = stats_tail_u32(sorted, n, 0.999) * row->scale;
	row->iqr = (stats_quantile_u32(sorted, n, 0.75) - stats_quantile_u32(sorted, n, 0.25)) * row->scale;
	row->mean = moments.mean * row->scale;
	row->stddev = moments.sd * row->scale;
	for (size_t i = 0; i < row->run_count; i++)
		sum_up_run(&row->runs[i], row->scale);
}

/* Nanoseconds per tick of the row's subject, or NaN. */
static double tick_ns(const struct summary *summary, const char *subject)
{
	const char *hz = summary_env(summary, subject, "clock_hz");
	double number = hz != NULL ? strtod(hz, NULL) : 0;

	return number > 0 ? 1e9 / number : NAN;
}

static int scale_row(const struct summary *summary, struct summary_row *row, bool ns, struct error *error)
{
	row->scale = 1.0 / row->per;
	if (!ns || strcmp(row->unit, "ticks") != 0)
		return 0;
	row->scale *= tick_ns(summary, row->subject);
	row->unit = "ns";
	if (isnan(row->scale)) {
		return error_set(error, STATUS_USAGE, "%s: no clock_hz in its environment: leave --ns out",
				 row->subject);
	}
	return 0;
}

size_t summary_planned(const struct store *store, const char *subject)
{
	const json_t *campaign = json_object_get(store->run, "campaign");
	const json_t *subjects = json_object_get(campaign, "subjects");
	/* After the first look the rest is made only if it is needed. */
	json_int_t look = json_integer_value(json_array_get(json_object_get(campaign, "looks"), 0));

	for (size_t i = 0; i < json_array_size(subjects); i++) {
		const json_t *entry = json_array_get(subjects, i);
		const char *name = json_string_value(json_object_get(entry, "subject"));
		json_int_t boots = json_integer_value(json_object_get(entry, "boots"));

		if (name != NULL && strcmp(name, subject) == 0 && boots > 0)
			return (size_t)(look > 0 && look < boots ? look : boots);
	}
	return store->plan.runs;
}

/* --- Order and selection ------------------------------------------------------------------------------------------ */

static size_t subject_place(const struct store *store, const char *subject)
{
	size_t place = 0;

	while (place < store->plan.subject_count && strcmp(store->plan.subjects[place], subject) != 0)
		place++;
	return place;
}

/* By benchmark, then parameters with their numbers as numbers, then subject. */
static int order_rows(const void *left, const void *right, void *context)
{
	const struct summary_row *a = left, *b = right;
	const struct store *store = context;
	int order = strcmp(a->benchmark, b->benchmark);

	if (order == 0)
		order = strverscmp(a->params, b->params);
	if (order != 0)
		return order;
	return (int)subject_place(store, a->subject) - (int)subject_place(store, b->subject);
}

static void row_free(struct summary_row *row)
{
	free(row->params);
	free(row->sorted);
	free(row->runs);
}

/* The control was read for the others' sake: it goes if nobody asked for it. Notes of other benchmarks go too. */
static void drop_unselected(struct summary *summary, const struct summary_select *select)
{
	size_t kept = 0;

	for (size_t i = 0; i < summary->row_count; i++) {
		if (selected(select, summary->rows[i].point))
			summary->rows[kept++] = summary->rows[i];
		else
			row_free(&summary->rows[i]);
	}
	summary->row_count = kept;
	kept = 0;
	for (size_t i = 0; i < summary->note_count; i++) {
		if (summary->notes[i].point == NULL || selected(select, summary->notes[i].point))
			summary->notes[kept++] = summary->notes[i];
		else
			free(summary->notes[i].params);
	}
	summary->note_count = kept;
}

static bool selection_known(const struct summary *summary, const char *selection)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		if (means(selection, summary->rows[i].point))
			return true;
	}
	for (size_t i = 0; i < summary->note_count; i++) {
		if (summary->notes[i].point != NULL && means(selection, summary->notes[i].point))
			return true;
	}
	return false;
}

/* The benchmark's name in this run that is nearest, for the message. */
static const char *nearest_benchmark(const struct summary *summary, const char *name)
{
	const char **names = memory_new(summary->stream_count * 512 + 1, sizeof(*names));
	const char *nearest = NULL;
	size_t count = 0;

	for (size_t i = 0; i < summary->stream_count; i++) {
		for (size_t j = 0; j < summary->streams[i].run_count && j < 512; j++)
			names[count++] = summary->streams[i].runs[j].point.benchmark;
	}
	if (count > 0)
		nearest = subject_nearest(name, names, count);
	free(names);
	return nearest;
}

static int check_selection(const struct summary *summary, const struct summary_select *select, struct error *error)
{
	for (size_t i = 0; i < select->subject_count; i++) {
		const struct store_plan *plan = &summary->store->plan;

		if (subject_place(summary->store, select->subjects[i]) == plan->subject_count) {
			return error_set(error, STATUS_USAGE, "run %s has no subject '%s'; the nearest is '%s'",
					 summary->store->id, select->subjects[i],
					 subject_nearest(select->subjects[i], (const char *const *)plan->subjects,
							 plan->subject_count));
		}
	}
	for (size_t i = 0; i < select->benchmark_count; i++) {
		const char *name = select->benchmarks[i], *nearest;

		if (selection_known(summary, name))
			continue;
		nearest = nearest_benchmark(summary, name);
		return error_set(error, STATUS_USAGE, "run %s has no point '%s'%s%s%s", summary->store->id, name,
				 nearest != NULL ? "; the nearest benchmark is '" : "", nearest != NULL ? nearest : "",
				 nearest != NULL ? "'" : "");
	}
	return 0;
}

/* --- The whole ---------------------------------------------------------------------------------------------------- */

static int summary_build(struct summary *summary, const struct summary_select *select, struct error *error)
{
	int status = read_boots(summary, select, error);

	summary_fitness_apply(summary);
	if (status == 0)
		status = make_rows(summary, select, error);
	if (status == 0)
		status = check_selection(summary, select, error);
	for (size_t i = 0; i < summary->row_count && status == 0; i++) {
		struct summary_row *row = &summary->rows[i];

		/* Nobody planned a boot that is cut. */
		row->planned = row->cut ? row->run_count : summary_planned(summary->store, row->subject);
		status = scale_row(summary, &summary->rows[i], select->ns, error);
		if (status == 0)
			sum_up(&summary->rows[i]);
	}
	if (status != 0)
		return status;
	for (size_t i = 0; i < summary->row_count; i++)
		summary_clock_apply(summary, &summary->rows[i], select->raw);
	drop_unselected(summary, select);
	if (summary->row_count > 1)
		qsort_r(summary->rows, summary->row_count, sizeof(*summary->rows), order_rows, summary->store);
	return 0;
}

int summary_load(struct summary *summary, struct store *store, const struct summary_select *select, struct error *error)
{
	static const struct summary_select everything = {0};
	int status;

	*summary = (struct summary){.store = store};
	status = summary_build(summary, select != NULL ? select : &everything, error);
	if (status != 0)
		summary_free(summary);
	return status;
}

void summary_free(struct summary *summary)
{
	for (size_t i = 0; i < summary->row_count; i++)
		row_free(&summary->rows[i]);
	free(summary->rows);
	for (size_t i = 0; i < summary->note_count; i++)
		free(summary->notes[i].params);
	free(summary->notes);
	for (size_t i = 0; i < summary->stream_count; i++)
		stream_free(&summary->streams[i]);
	free(summary->streams);
	free(summary->boots);
	*summary = (struct summary){0};
}

double summary_value(const struct summary_row *row, double raw)
{
	return raw * row->scale - row->subtracted;
}

const struct summary_row *summary_find_cut(const struct summary *summary, const char *benchmark, const char *subject,
					   const char *params, bool cut)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (row->cut == cut && strcmp(row->benchmark, benchmark) == 0 && strcmp(row->subject, subject) == 0 &&
		    strcmp(row->params, params) == 0)
			return row;
	}
	return NULL;
}

const struct summary_row *summary_find(const struct summary *summary, const char *benchmark, const char *subject,
				       const char *params)
{
	return summary_find_cut(summary, benchmark, subject, params, false);
}

bool summary_more_is_better(const struct summary_row *row)
{
	return strcmp(row->unit, "permille") == 0;
}

const struct summary_row *summary_first(const struct summary *summary, const char *subject)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		if (strcmp(summary->rows[i].subject, subject) == 0)
			return &summary->rows[i];
	}
	return NULL;
}

const struct summary_run *summary_run_of(const struct summary_row *row, size_t round)
{
	for (size_t i = 0; i < row->run_count; i++) {
		if (row->runs[i].round == round)
			return &row->runs[i];
	}
	return NULL;
}

const char *summary_env(const struct summary *summary, const char *subject, const char *key)
{
	for (size_t i = 0; i < summary->stream_count; i++) {
		const char *value = stream_env(&summary->streams[i], key);

		if (strcmp(summary->boots[i]->subject, subject) == 0 && value != NULL)
			return value;
	}
	return NULL;
}

const struct stream_bench *summary_bench(const struct summary *summary, const char *subject, const char *benchmark)
{
	for (size_t i = 0; i < summary->stream_count; i++) {
		const struct stream *stream = &summary->streams[i];

		if (strcmp(summary->boots[i]->subject, subject) != 0)
			continue;
		for (size_t j = 0; j < stream->bench_count; j++) {
			if (strcmp(stream->benches[j].point.benchmark, benchmark) == 0)
				return &stream->benches[j];
		}
	}
	return NULL;
}
