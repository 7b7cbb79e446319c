/* SPDX-License-Identifier: MIT */
/* What a run counted: see counter_table.h. */
#include "counter_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "stats.h"
#include "table.h"

static const char control_name[] = "clock_read";

/* --- From streams to rows ------------------------------------------------------------------------------------------------------ */

/* Whether the summary shows this point of the subject: a row has the same parameters, and perhaps a series besides. */
static bool selected(const struct summary *summary, const char *subject, const struct stream_point *point)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];
		bool same = strcmp(row->subject, subject) == 0 && strcmp(row->benchmark, point->benchmark) == 0;

		for (size_t j = 0; same && j < point->param_count; j++) {
			const char *value = stream_point_value(row->point, point->params[j].key);

			same = value != NULL && strcmp(value, point->params[j].value) == 0;
		}
		if (same)
			return true;
	}
	return false;
}

/* Per iteration of the control's loop in this stream; NaN: not counted there. */
static double control_of(const struct stream *stream, const char *event)
{
	for (size_t i = 0; i < stream->count_count; i++) {
		const struct stream_count *count = &stream->counts[i];

		if (strcmp(count->point.benchmark, control_name) == 0 && strcmp(count->event, event) == 0)
			return count->count < 0 ? NAN : (double)count->count / (double)count->iterations;
	}
	return NAN;
}

/* Per operation; NaN: not counted all the time, or without a control. */
static double value_of(const struct stream *stream, const struct stream_count *count)
{
	double each = (double)count->count / (double)count->iterations;

	if (count->count < 0)
		return NAN;
	if (strcmp(count->point.benchmark, control_name) == 0)
		return each;
	return (each - control_of(stream, count->event)) / (double)count->per;
}

static bool row_is(const struct counter_row *row, const char *subject, const struct stream_count *count,
		   const char *params)
{
	return strcmp(row->subject, subject) == 0 && strcmp(row->benchmark, count->point.benchmark) == 0 &&
	       strcmp(row->event, count->event) == 0 && strcmp(row->params, params) == 0;
}

/* Fills in the numbers of a row from all boots of its subject. */
static void row_fill(struct counter_row *row, const struct summary *summary)
{
	double *values = memory_new(summary->stream_count, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < summary->stream_count; i++) {
		const struct stream *stream = &summary->streams[i];

		for (size_t j = 0; strcmp(summary->boots[i]->subject, row->subject) == 0 && j < stream->count_count;
		     j++) {
			char *params = stream_point_params(&stream->counts[j].point);

			if (row_is(row, summary->boots[i]->subject, &stream->counts[j], params)) {
				values[n] = value_of(stream, &stream->counts[j]);
				row->unknown += isnan(values[n]);
				n += !isnan(values[n]);
			}
			free(params);
		}
	}
	stats_sort(values, n);
	row->boots = n;
	row->low = n > 0 ? values[0] : NAN;
	row->high = n > 0 ? values[n - 1] : NAN;
	row->median = n > 0 ? (values[(n - 1) / 2] + values[n / 2]) / 2 : NAN;
	free(values);
}

static bool known(const struct counter_rows *rows, const char *subject, const struct stream_count *count,
		  const char *params)
{
	for (size_t i = 0; i < rows->count; i++)
		if (row_is(&rows->rows[i], subject, count, params))
			return true;
	return false;
}

static void add_new(struct counter_rows *rows, const struct summary *summary, size_t boot)
{
	const struct stream *stream = &summary->streams[boot];
	const char *subject = summary->boots[boot]->subject;

	for (size_t i = 0; i < stream->count_count; i++) {
		const struct stream_count *count = &stream->counts[i];
		char *params = stream_point_params(&count->point);

		if (!selected(summary, subject, &count->point) || known(rows, subject, count, params)) {
			free(params);
			continue;
		}
		rows->rows = memory_grow(rows->rows, rows->count, sizeof(*rows->rows));
		rows->rows[rows->count] = (struct counter_row){
		    .subject = subject, .benchmark = count->point.benchmark, .event = count->event, .params = params};
		row_fill(&rows->rows[rows->count++], summary);
	}
}

/* --- What was not counted ---------------------------------------------------------------------------------------------------- */

static bool same_subject(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool lists(const char *events, const char *event)
{
	size_t len = strlen(event);

	for (const char *at = events; (at = strstr(at, event)) != NULL; at += len) {
		bool begins = at == events || at[-1] == ' ', ends = at[len] == ',' || at[len] == '\0';

		if (begins && ends)
			return true;
	}
	return false;
}

static void add_absence(struct counter_rows *rows, const char *subject, const char *event, const char *reason)
{
	for (size_t i = 0; i < rows->absence_count; i++) {
		struct counter_absence *absence = &rows->absences[i];
		char *longer;

		if (!same_subject(absence->subject, subject) || strcmp(absence->reason, reason) != 0)
			continue;
		if (lists(absence->events, event))
			return;
		longer = memory_format("%s, %s", absence->events, event);
		free(absence->events);
		absence->events = longer;
		return;
	}
	rows->absences = memory_grow(rows->absences, rows->absence_count, sizeof(*rows->absences));
	rows->absences[rows->absence_count++] =
	    (struct counter_absence){.subject = subject, .events = memory_text(event), .reason = reason};
}

/* Events that no subject was asked for, because they have no code on this processor. */
static void add_unencoded(struct counter_rows *rows, const json_t *events)
{
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		const char *name = json_string_value(json_object_get(event, "name"));
		const char *problem = json_string_value(json_object_get(event, "problem"));

		if (name != NULL && problem != NULL)
			add_absence(rows, NULL, name, problem);
	}
}

void counter_rows_make(struct counter_rows *rows, const struct summary *summary)
{
	const struct store *store = summary->store;
	const json_t *events = json_object_get(store->run, "events");

	*rows = (struct counter_rows){.asked = events != NULL};
	add_unencoded(rows, events);
	for (size_t i = 0; i < store->plan.subject_count; i++) {
		for (size_t j = 0; j < summary->stream_count; j++) {
			const struct stream *stream = &summary->streams[j];

			if (strcmp(summary->boots[j]->subject, store->plan.subjects[i]) != 0)
				continue;
			add_new(rows, summary, j);
			rows->asked |= stream->count_count + stream->nocount_count > 0; /* by who booted it */
			for (size_t k = 0; k < stream->nocount_count; k++)
				add_absence(rows, store->plan.subjects[i], stream->nocounts[k].point.benchmark,
					    stream->nocounts[k].reason);
		}
	}
}

const struct counter_row *counter_find(const struct counter_rows *rows, const struct counter_row *point,
				       const char *event)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct counter_row *row = &rows->rows[i];

		if (strcmp(row->subject, point->subject) == 0 && strcmp(row->benchmark, point->benchmark) == 0 &&
		    strcmp(row->params, point->params) == 0 && strcmp(row->event, event) == 0)
			return row;
	}
	return NULL;
}

void counter_rows_free(struct counter_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->rows[i].params);
	free(rows->rows);
	for (size_t i = 0; i < rows->absence_count; i++)
		free(rows->absences[i].events);
	free(rows->absences);
	*rows = (struct counter_rows){0};
}

/* --- Out -------------------------------------------------------------------------------------------------------------------------- */

static void print_subject(const struct counter_rows *rows, const char *subject, FILE *file, bool bold)
{
	static const char *const headings[] = {"", "event", "boots", "median", "min", "max"};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < rows->count; i++) {
		const struct counter_row *row = &rows->rows[i];

		if (strcmp(row->subject, subject) != 0)
			continue;
		table_format(&table, "%s%s%s", row->benchmark, row->params[0] != '\0' ? " " : "", row->params);
		table_cell(&table, row->event);
		table_format(&table, row->unknown > 0 ? "%zu of %zu" : "%zu", row->boots, row->boots + row->unknown);
		table_number(&table, row->median);
		table_number(&table, row->low);
		table_number(&table, row->high);
	}
	fprintf(file, "\n%s%s: events per operation, of the whole loop on all CPUs, less those of the control%s\n",
		bold ? "\033[1m" : "", subject, bold ? "\033[0m" : "");
	table_print(&table, file, bold);
	table_free(&table);
}

void counter_rows_print(const struct counter_rows *rows, FILE *file, bool bold)
{
	const char *last = "";

	for (size_t i = 0; i < rows->count; i++) {
		if (strcmp(rows->rows[i].subject, last) != 0)
			print_subject(rows, rows->rows[i].subject, file, bold);
		last = rows->rows[i].subject;
	}
	fputs(rows->absence_count > 0 ? "\n" : "", file);
	for (size_t i = 0; i < rows->absence_count; i++) {
		const struct counter_absence *absence = &rows->absences[i];

		fprintf(file, "%s: %s not available here: %s\n",
			absence->subject != NULL ? absence->subject : "every subject", absence->events,
			absence->reason);
	}
}

json_t *counter_rows_json(const struct counter_rows *rows)
{
	json_t *json = json_array();

	for (size_t i = 0; i < rows->count; i++) {
		const struct counter_row *row = &rows->rows[i];

		json_array_append_new(
		    json, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o}", "subject", row->subject,
				    "benchmark", row->benchmark, "params", row->params, "event", row->event, "boots",
				    (json_int_t)row->boots, "unknown_boots", (json_int_t)row->unknown, "median",
				    summary_number_json(row->median), "min", summary_number_json(row->low), "max",
				    summary_number_json(row->high)));
	}
	return json;
}

json_t *counter_absences_json(const struct counter_rows *rows)
{
	json_t *json = json_array();

	for (size_t i = 0; i < rows->absence_count; i++) {
		const struct counter_absence *absence = &rows->absences[i];

		json_array_append_new(json, json_pack("{s:s?, s:o, s:o}", "subject", absence->subject, "events",
						      output_text_json(absence->events), "reason",
						      output_text_json(absence->reason)));
	}
	return json;
}
