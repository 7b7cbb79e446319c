/* SPDX-License-Identifier: MIT */
/* Bounds on the offset between CPUs' clocks: see clock_text.h. */
#include "clock_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"

enum { NUMBER_BYTES = 32 };

/* A number of a stream's environment; NaN: absent, or none. */
static double env_number(const struct stream *stream, const char *key)
{
	const char *text = stream_env(stream, key);
	char *end;
	double number = text != NULL ? strtod(text, &end) : NAN;

	return text != NULL && end != text && *end == '\0' && number >= 0 ? number : NAN;
}

/* Of the computer that the harness ran on, which is a Linux subject's only on @host. */
static double host_bound(const struct summary *summary, const char *subject)
{
	const json_t *doctor = json_object_get(summary->store->run, "doctor");
	const json_t *bound = json_object_get(json_object_get(doctor, "clock_offset"), "bound_ticks");

	return strcmp(subject, "linux@host") == 0 && json_is_number(bound) ? json_number_value(bound) : NAN;
}

/* Whether the subject's rows are times. */
static bool is_timed(const struct summary *summary, const char *subject)
{
	const struct summary_row *row = summary_first(summary, subject);

	return row != NULL && strcmp(row->unit, "instructions") != 0;
}

char *clock_text(const struct summary *summary, const char *subject)
{
	double bound = host_bound(summary, subject), hz = NAN, failed = 0;
	char ticks[NUMBER_BYTES], ns[NUMBER_BYTES];

	for (size_t i = 0; i < summary->stream_count; i++) {
		if (strcmp(summary->boots[i]->subject, subject) != 0)
			continue;
		bound = fmax(bound, env_number(&summary->streams[i], "tsc_offset_bound_ticks"));
		failed = fmax(failed, env_number(&summary->streams[i], "tsc_offset_failed"));
		hz = fmin(hz, env_number(&summary->streams[i], "clock_hz"));
	}
	if (!is_timed(summary, subject))
		return NULL;
	if (failed > 0)
		return memory_format("%s: how far the clocks of some of its CPUs are apart is not known: nor is what a "
				     "latency from one CPU to another is good to",
				     subject);
	if (isnan(bound) || !(hz > 0))
		return NULL;
	output_number(ticks, sizeof(ticks), bound);
	output_number(ns, sizeof(ns), bound / hz * 1e9);
	return memory_format("%s: the clocks of its CPUs differ by at most %s ticks (%s ns): a latency from one CPU to "
			     "another is good to that",
			     subject, ticks, ns);
}

void clock_print(FILE *file, const struct summary *summary)
{
	bool some = false;

	for (size_t i = 0; i < summary->store->plan.subject_count; i++) {
		char *text = clock_text(summary, summary->store->plan.subjects[i]);

		if (text != NULL)
			fprintf(file, "%s%s.\n", some ? "" : "\n", text);
		some |= text != NULL;
		free(text);
	}
}
