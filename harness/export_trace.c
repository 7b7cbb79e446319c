/* SPDX-License-Identifier: MIT */
/*
 * Chrome's trace event format (as Perfetto and chrome://tracing read it): a process for each subject, on its first line
 * the boots one after the other with their wall time; below, for each boot, the rows it measured and their detours, the
 * samples above twice the row's median. A stream does not say when a sample was taken: inside a row samples are laid end
 * to end, which the trace says.
 */
#include "export_row.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "reading.h"

/* Of one row of one boot; the rest is told by number. */
enum { TRACE_DETOURS_MAX = 1000 };

struct trace {
	const struct summary *summary;
	json_t *events;
};

static void append(struct trace *trace, json_t *name, const char *phase, size_t process, size_t thread, json_t *more)
{
	json_t *event = json_pack("{s:o, s:s, s:I, s:I}", "name", name, "ph", phase, "pid", (json_int_t)process, "tid",
				  (json_int_t)thread);

	json_object_update(event, more);
	json_decref(more);
	json_array_append_new(trace->events, event);
}

/* What Perfetto shows instead of a number. */
static void append_title(struct trace *trace, const char *what, size_t process, size_t thread, const char *text)
{
	append(trace, json_string(what), "M", process, thread,
	       json_pack("{s:{s:o}}", "args", "name", output_text_json(text)));
}

/* Times are in microseconds, as the format has them. */
static json_t *span(const char *category, double start_us, double len_us, json_t *args)
{
	return json_pack("{s:s, s:f, s:f, s:o}", "cat", category, "ts", start_us, "dur", len_us, "args", args);
}

/* One row of one boot at start_us; returns where it ends. */
static double append_row(struct trace *trace, size_t process, size_t thread, const struct summary_row *row,
			 const struct summary_run *run, double start_us)
{
	char *name = reading_row_name(row);
	double at = start_us, total = 0;
	size_t detours = 0;

	for (size_t i = 0; i < run->n; i++)
		total += run->samples[i] * row->scale * row->per / 1000;
	for (size_t i = 0; i < run->n; i++) {
		double len = run->samples[i] * row->scale * row->per / 1000;

		double operation = run->samples[i] * row->scale - run->subtracted;

		if (operation > 2 * run->p50 && detours++ < TRACE_DETOURS_MAX)
			append(trace, json_string("detour"), "X", process, thread,
			       span("detour", at, len,
				    json_pack("{s:I, s:I, s:f}", "sample", (json_int_t)i, "raw",
					      (json_int_t)run->samples[i], "times_median",
					      run->p50 > 0 ? operation / run->p50 : 0)));
		at += len;
	}
	append(trace, output_text_json(name), "X", process, thread,
	       span("row", start_us, total,
		    json_pack("{s:I, s:o, s:s, s:I}", "samples", (json_int_t)run->n, "p50_ns", export_number(run->p50),
			      "unit", export_row_unit(row), "detours", (json_int_t)detours)));
	free(name);
	return at;
}

/* thread 0 of a process are its boots, thread N + 1 is the boot with index N. */
static double append_boot(struct trace *trace, size_t process, const struct store_boot *boot, double start_us)
{
	static const char *const words[] = {
	    [STORE_OK] = "ok", [STORE_FAILED] = "failed", [STORE_UNSUPPORTED] = "unsupported", [STORE_CUT] = "cut"};
	char *name = memory_format("boot %u, round %u", boot->index, boot->round);
	double at = start_us;

	append(trace, output_text_json(name), "X", process, 0,
	       span("boot", start_us, boot->seconds * 1e6,
		    json_pack("{s:s, s:o}", "status", words[boot->status], "reason",
			      boot->reason != NULL ? output_text_json(boot->reason) : json_null())));
	if (boot->status == STORE_OK)
		append_title(trace, "thread_name", process, boot->index + 1, name);
	free(name);
	for (size_t i = 0; i < trace->summary->row_count && boot->status == STORE_OK; i++) {
		const struct summary_row *row = &trace->summary->rows[i];
		const struct summary_run *run = summary_run_of(row, boot->round);

		if (strcmp(row->subject, boot->subject) == 0 && export_row_is_time(row) && run != NULL)
			at = append_row(trace, process, boot->index + 1, row, run, at);
	}
	return start_us + boot->seconds * 1e6;
}

int export_trace(FILE *file, const struct summary *summary, struct error *error)
{
	const struct store *store = summary->store;
	struct trace trace = {summary, json_array()};
	double at = 0;

	if (summary->row_count == 0) {
		json_decref(trace.events);
		return export_nothing("a trace", error);
	}
	export_warn_left_out(summary, "the trace");
	for (size_t i = 0; i < store->plan.subject_count; i++) {
		append_title(&trace, "process_name", i + 1, 0, store->plan.subjects[i]);
		append_title(&trace, "thread_name", i + 1, 0, "boots, in wall time");
	}
	for (size_t i = 0; i < store->boot_count; i++) {
		size_t process = 0;

		while (strcmp(store->plan.subjects[process], store->boots[i].subject) != 0)
			process++;
		at = append_boot(&trace, process + 1, &store->boots[i], at);
	}
	return export_json(
	    file, json_pack("{s:s, s:{s:s, s:o, s:s}, s:o}", "displayTimeUnit", "ns", "otherData", "aerobench_run",
			    store->id, "created", output_text_json(export_fact(summary, "created")), "positions",
			    "boots follow each other without the pauses between them; inside a boot, rows "
			    "and samples are laid end to end: a stream does not say when they were taken",
			    "traceEvents", trace.events));
}
