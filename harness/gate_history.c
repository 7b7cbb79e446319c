/* SPDX-License-Identifier: MIT */
/* Where the history has changed its level: see gate_history.h. */
#include "gate_history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "output.h"
#include "paths.h"

static void add_change(struct gate_advice *advice, const struct history_series *series)
{
	const struct stats_change *change = &series->changes[series->change_count - 1];
	const struct history_entry *entry = series->values[change->at].entry;

	advice->lines = memory_grow(advice->lines, advice->count, sizeof(*advice->lines));
	advice->lines[advice->count++] = memory_format(
	    "%s %s%s%s: %+.3g %% since commit %s, run %s of %s (%zu entries, p = %.2g)", series->subject,
	    series->benchmark, series->params[0] != '\0' ? " " : "", series->params,
	    100 * expm1(change->shift.estimate), entry->commit, entry->run, entry->created, series->count, change->p);
}

/* The entries of one subject; those of others in its file go. */
static void keep_subject(struct history *history, const char *subject)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->count; i++) {
		if (strcmp(history->entries[i].subject, subject) == 0)
			history->entries[kept++] = history->entries[i];
		else
			json_decref(history->entries[i].json);
	}
	history->count = kept;
}

static void add_subject(struct gate_advice *advice, const char *subject)
{
	const char *machine = strchr(subject, '@');
	char *path =
	    memory_format("%s/results/history/%.*s.jsonl", paths_root(),
			  machine != NULL ? (int)strcspn(machine + 1, ":") : 0, machine != NULL ? machine + 1 : "");
	struct error error = {0};
	struct history history = {0};
	struct history_series *series = NULL;
	size_t count = 0;

	if (access(path, F_OK) == 0 && history_read(&history, path, &error) != 0) {
		error_warn("%s; the verdict does without its advice", error.text);
	} else {
		keep_subject(&history, subject);
		history_sort(&history);
		advice->entries += history.count;
		count = history_series_make(&history, NULL, 0, &series);
	}
	for (size_t i = 0; i < count; i++) {
		if (series[i].change_count > 0)
			add_change(advice, &series[i]);
	}
	history_series_free(series, count);
	history_free(&history);
	free(path);
}

void gate_advice_make(struct gate_advice *advice, char *const *subjects, size_t count)
{
	*advice = (struct gate_advice){0};
	for (size_t i = 0; i < count; i++)
		add_subject(advice, subjects[i]);
}

void gate_advice_free(struct gate_advice *advice)
{
	memory_texts_free(advice->lines, advice->count);
	*advice = (struct gate_advice){0};
}

void gate_advice_print(const struct gate_advice *advice, FILE *file, const char *bullet)
{
	if (advice->count == 0)
		return;
	fprintf(file, "\nThe history of these machines has changed its level. That is advice and gates nothing:\n%s",
		bullet[0] == '-' ? "\n" : "");
	for (size_t i = 0; i < advice->count; i++)
		fprintf(file, "%s%s\n", bullet, advice->lines[i]);
}

char *gate_advice_append(const struct gate_advice *advice, char *text)
{
	char *longer = NULL;
	size_t size;
	FILE *file = open_memstream(&longer, &size);

	fputs(text, file);
	gate_advice_print(advice, file, "- ");
	fclose(file);
	free(text);
	return longer;
}

json_t *gate_advice_json(const struct gate_advice *advice)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < advice->count; i++)
		json_array_append_new(lines, output_text_json(advice->lines[i]));
	return lines;
}
