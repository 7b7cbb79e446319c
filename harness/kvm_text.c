/* SPDX-License-Identifier: MIT */
/* Steal and exits of a subject's boots: see kvm_text.h. The records are those of kvm_stats.h and launch_kvm.h. */
#include "kvm_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"

enum { NUMBER_BYTES = 32, REASONS_MAX = 16 };
static const double MS_PER_S = 1000;

/* Of one number over boots. */
struct range {
	double least, most;
	bool known;
};

static void range_take(struct range *range, const json_t *number, double factor)
{
	double value = json_number_value(number) * factor;

	if (!json_is_number(number))
		return;
	range->least = !range->known || value < range->least ? value : range->least;
	range->most = !range->known || value > range->most ? value : range->most;
	range->known = true;
}

/* "35", "35 to 835" or "–"; allocated. */
static char *range_text(const struct range *range)
{
	char least[NUMBER_BYTES], most[NUMBER_BYTES];

	output_number(least, sizeof(least), range->known ? range->least : NAN);
	output_number(most, sizeof(most), range->known ? range->most : NAN);
	return strcmp(least, most) == 0 ? memory_text(least) : memory_format("%s to %s", least, most);
}

/* The record of the machine of a stream's boot, if that was on KVM; else NULL. */
static const json_t *machine_of(const struct summary *summary, size_t stream)
{
	const json_t *machine = summary->boots[stream]->machine;

	return json_object_get(machine, "kvm") != NULL ? machine : NULL;
}

char *kvm_text(const struct summary *summary, const char *subject)
{
	struct range steal_ms = {0}, exits = {0}, halts = {0}, io = {0};
	char *steal_text, *exits_text, *halts_text, *io_text, *text;
	size_t boots = 0;

	for (size_t i = 0; i < summary->stream_count; i++) {
		const json_t *machine = machine_of(summary, i), *counts = json_object_get(machine, "exits");

		if (machine == NULL || strcmp(summary->boots[i]->subject, subject) != 0)
			continue;
		boots++;
		range_take(&steal_ms, json_object_get(machine, "steal_s"), MS_PER_S);
		range_take(&exits, json_object_get(counts, "exits"), 1);
		range_take(&halts, json_object_get(counts, "halt_exits"), 1);
		range_take(&io, json_object_get(counts, "io_exits"), 1);
	}
	if (boots == 0)
		return NULL;
	steal_text = range_text(&steal_ms);
	exits_text = range_text(&exits);
	halts_text = range_text(&halts);
	io_text = range_text(&io);
	text = memory_format("%s, %zu boot%s: %s ms of steal, %s exits, of them %s for HLT and %s for I/O", subject,
			     boots, boots == 1 ? "" : "s", steal_text, exits_text, halts_text, io_text);
	free(io_text);
	free(halts_text);
	free(exits_text);
	free(steal_text);
	return text;
}

/* --- Reasons ------------------------------------------------------------------------------------------------------------- */

struct reasons {
	const char *what[REASONS_MAX], *why[REASONS_MAX];
	size_t count;
};

/* A line for each of them that was not told before. */
static void tell(FILE *file, const char *begin, const json_t *object, struct reasons *told)
{
	const char *what;
	json_t *text;

	json_object_foreach((json_t *)object, what, text)
	{
		const char *why = json_string_value(text);
		bool known = why == NULL || told->count == REASONS_MAX;

		for (size_t i = 0; i < told->count && !known; i++)
			known = strcmp(told->what[i], what) == 0 && strcmp(told->why[i], why) == 0;
		if (known)
			continue;
		told->what[told->count] = what;
		told->why[told->count++] = why;
		fprintf(file, "%s %s: %s.\n", begin, what, why);
	}
}

void kvm_print(FILE *file, const struct summary *summary)
{
	struct reasons told = {.count = 0};
	bool any = false;

	for (size_t i = 0; i < summary->store->plan.subject_count; i++) {
		char *text = kvm_text(summary, summary->store->plan.subjects[i]);

		if (text != NULL)
			fprintf(file, "%s%s.\n", any ? "" : "\n", text);
		any |= text != NULL;
		free(text);
	}
	for (size_t i = 0; i < summary->stream_count; i++) {
		const json_t *machine = machine_of(summary, i);

		if (machine == NULL)
			continue;
		tell(file, "Unknown on KVM:", json_object_get(machine, "missing"), &told);
		tell(file, "Not on this KVM:", json_object_get(json_object_get(machine, "kvm"), "left_out"), &told);
	}
}
