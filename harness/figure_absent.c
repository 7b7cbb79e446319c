/* SPDX-License-Identifier: MIT */
/* Reasons for what is not in a figure: see figure_absent.h. */
#include "figure_absent.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "memory.h"
#include "subject.h"

/* What one subject, or several, lack for one reason. */
struct absence {
	const char *kind, *reason;
	char *subjects; /* separated by ", " */
	char *points;   /* the same; "" for a whole subject */
};

struct absences {
	struct absence *all;
	size_t count;
};

/* Adds words behind text and a comma. */
static void text_add(char **text, const char *words, const char *more)
{
	char *longer =
	    memory_format("%s%s%s%s%s", *text, (*text)[0] != '\0' ? ", " : "", words, more[0] != '\0' ? " " : "", more);

	free(*text);
	*text = longer;
}

static bool machines_have(const struct store_plan *plan, const char *const *machines, size_t count, const char *subject)
{
	for (size_t i = 0; i < count; i++) {
		if (figure_is_on(plan, subject, machines[i]))
			return true;
	}
	return false;
}

/* Whether the figure would show the point that the note is about; a whole subject it would. */
static bool figure_wants(const struct figure *figure, const struct summary *summary, const struct summary_note *note)
{
	const struct summary_row row = {
	    .benchmark = note->benchmark, .subject = note->subject, .point = note->point, .params = note->params};

	for (size_t d = 0; d < figure->data_count && note->benchmark != NULL; d++) {
		for (size_t i = 0; i < figure->data[d].item_count; i++) {
			if (figure_item_matches(&figure->data[d].items[i], &row, summary))
				return true;
		}
	}
	return note->benchmark == NULL;
}

static void absences_add(struct absences *absences, const struct summary_note *note)
{
	struct absence *absence = absences->all;

	while (absence < absences->all + absences->count &&
	       (strcmp(absence->subjects, note->subject) != 0 || strcmp(absence->kind, note->kind) != 0 ||
		strcmp(absence->reason, note->reason) != 0))
		absence++;
	if (absence == absences->all + absences->count) {
		absences->all = memory_grow(absences->all, absences->count, sizeof(*absence));
		absence = &absences->all[absences->count++];
		*absence = (struct absence){note->kind, note->reason, memory_text(note->subject), memory_text("")};
	}
	if (note->benchmark != NULL)
		text_add(&absence->points, note->benchmark, note->params);
}

/* If an absence before it says the same of other subjects, it is told there, and has none of its own. */
static void absence_join(struct absences *absences, size_t index)
{
	struct absence *own = &absences->all[index];

	for (size_t i = 0; i < index; i++) {
		struct absence *before = &absences->all[i];

		if (before->subjects[0] == '\0' || strcmp(before->kind, own->kind) != 0 ||
		    strcmp(before->reason, own->reason) != 0 || strcmp(before->points, own->points) != 0)
			continue;
		text_add(&before->subjects, own->subjects, "");
		own->subjects[0] = '\0';
		return;
	}
}

/* By benchmark and point, shorter numbers first: boots have them in different orders. */
static int note_order(const void *left, const void *right)
{
	const struct summary_note *a = *(const struct summary_note *const *)left,
				  *b = *(const struct summary_note *const *)right;
	const char *names[] = {a->benchmark != NULL ? a->benchmark : "", b->benchmark != NULL ? b->benchmark : ""};
	const char *params[] = {a->params != NULL ? a->params : "", b->params != NULL ? b->params : ""};
	size_t lens[] = {strlen(params[0]), strlen(params[1])};

	if (strcmp(names[0], names[1]) != 0)
		return strcmp(names[0], names[1]);
	if (lens[0] != lens[1])
		return lens[0] < lens[1] ? -1 : 1;
	if (strcmp(params[0], params[1]) != 0)
		return strcmp(params[0], params[1]);
	return (a > b) - (a < b); /* as in the summary */
}

static const struct summary_note **notes_sorted(const struct summary *summary)
{
	const struct summary_note **sorted = memory_new(summary->note_count + 1, sizeof(struct summary_note *));

	for (size_t i = 0; i < summary->note_count; i++)
		sorted[i] = &summary->notes[i];
	qsort(sorted, summary->note_count, sizeof(*sorted), note_order);
	return sorted;
}

char **figure_absent(const struct figure *figure, const struct summary *summary, const char *const *machines,
		     size_t machine_count, size_t *count)
{
	const struct summary_note **notes = notes_sorted(summary);
	struct absences absences = {NULL, 0};
	char **lines;

	for (size_t i = 0; i < summary->note_count; i++) {
		if (machines_have(&summary->store->plan, machines, machine_count, notes[i]->subject) &&
		    figure_wants(figure, summary, notes[i]))
			absences_add(&absences, notes[i]);
	}
	free(notes);
	lines = memory_new(absences.count + 1, sizeof(*lines));
	*count = 0;
	for (size_t i = 0; i < absences.count; i++)
		absence_join(&absences, i);
	for (size_t i = 0; i < absences.count; i++) {
		const struct absence *own = &absences.all[i];

		if (own->subjects[0] != '\0')
			lines[(*count)++] = memory_format("%s: %s: %s%s%s", own->subjects, own->kind, own->reason,
							  own->points[0] != '\0' ? ": " : "", own->points);
		free(own->subjects);
		free(own->points);
	}
	free(absences.all);
	return lines;
}
