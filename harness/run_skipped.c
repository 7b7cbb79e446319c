/* SPDX-License-Identifier: MIT */
/* Named benchmarks without numbers: see run_skipped.h. */
#include "run_skipped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its benchmark has a number on its subject, in another point or in another boot. */
static bool has_number(const struct summary *summary, const struct summary_note *note)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (strcmp(row->subject, note->subject) == 0 && strcmp(row->benchmark, note->benchmark) == 0)
			return true;
	}
	return false;
}

/* A skipped point. Notes of other kinds are about boots, which the campaign tells. */
static bool is_skip(const struct summary_note *note)
{
	return note->benchmark != NULL && strcmp(note->kind, "skipped") == 0;
}

/* The first of its subject and benchmark: nearly always all points are skipped for one reason. */
static bool is_first(const struct summary *summary, size_t place)
{
	const struct summary_note *note = &summary->notes[place];

	for (size_t i = 0; i < place; i++) {
		const struct summary_note *before = &summary->notes[i];

		if (is_skip(before) && strcmp(before->subject, note->subject) == 0 &&
		    strcmp(before->benchmark, note->benchmark) == 0)
			return false;
	}
	return true;
}

char *run_skipped_text(const struct summary *summary)
{
	char *text = NULL;
	size_t len_bytes;
	FILE *file = open_memstream(&text, &len_bytes);

	for (size_t i = 0; i < summary->note_count; i++) {
		const struct summary_note *note = &summary->notes[i];

		if (is_skip(note) && is_first(summary, i) && !has_number(summary, note))
			fprintf(file, "%s: %s was skipped: %s\n", note->subject, note->benchmark, note->reason);
	}
	fclose(file);
	if (len_bytes > 0)
		return text;
	free(text);
	return NULL;
}

int run_skipped_tell(struct store *store, bool quiet, struct error *error)
{
	/* Not the control, which each boot measures unasked. */
	const struct summary_select named = {.benchmarks = store->plan.benchmarks,
					     .benchmark_count = store->plan.benchmark_count};
	struct error broken = {STATUS_OK, ""};
	struct summary summary;
	char *text;
	int status = 0;

	/* What cannot be read says so in every command that reads it. */
	if (store->plan.benchmark_count == 0 || summary_load(&summary, store, &named, &broken) != 0)
		return 0;
	text = run_skipped_text(&summary);
	for (char *line = text, *end; text != NULL && !quiet && *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		error_warn("%s", line);
	}
	if (text != NULL && summary.row_count == 0)
		status = error_set(error, STATUS_UNSUPPORTED, "run %s has no numbers: all that was named was skipped",
				   store->id);
	free(text);
	summary_free(&summary);
	return status;
}
