/* SPDX-License-Identifier: MIT */
/* The history's files: see history.h. */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "jsonl.h"
#include "memory.h"

/* A line takes about 20 kB with the whole suite: some ten thousand runs. */
enum { HISTORY_BYTES_MAX = 1 << 28 };

static const char history_schema[] = "aerobench.history/1";

/* --- Reading ------------------------------------------------------------------------------------------------------ */

static bool point_is_whole(const json_t *point)
{
	const json_t *p50 = json_object_get(point, "p50");

	return json_is_string(json_object_get(point, "benchmark")) &&
	       json_is_string(json_object_get(point, "params")) && json_is_string(json_object_get(point, "unit")) &&
	       json_is_number(p50) && json_number_value(p50) >= 0;
}

/* Takes the reference. Returns NULL, or why the line is no entry. */
static const char *entry_add(void *context, json_t *json)
{
	struct history *history = context;
	struct history_entry entry = {.json = json, .points = json_object_get(json, "points")};
	const char *schema = json_string_value(json_object_get(json, "schema")), *reason = NULL;
	struct {
		const char *key, **text;
	} texts[] = {{"run", &entry.run},       {"created", &entry.created}, {"subject", &entry.subject},
		     {"commit", &entry.commit}, {"machine", &entry.machine}, {"fitness", &entry.fitness}};

	if (schema == NULL || strcmp(schema, history_schema) != 0)
		reason = "is not of schema aerobench.history/1: read it with the program that wrote it";
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && reason == NULL; i++) {
		*texts[i].text = json_string_value(json_object_get(json, texts[i].key));
		reason = *texts[i].text == NULL ? "lacks a member" : NULL;
	}
	if (reason == NULL && !json_is_array(entry.points))
		reason = "has no points";
	for (size_t i = 0; reason == NULL && i < json_array_size(entry.points); i++)
		reason = point_is_whole(json_array_get(entry.points, i)) ? NULL : "has a point without its numbers";
	if (reason != NULL) {
		json_decref(json);
		return reason;
	}
	history->entries = memory_grow(history->entries, history->count, sizeof(*history->entries));
	history->entries[history->count++] = entry;
	return NULL;
}

static struct jsonl_reader reader_into(struct history *history)
{
	return (struct jsonl_reader){.line = entry_add, .context = history, .bytes_max = HISTORY_BYTES_MAX};
}

int history_read(struct history *history, const char *path, struct error *error)
{
	struct jsonl_reader reader = reader_into(history);

	return jsonl_read(path, &reader, error);
}

static int order_entries(const void *left, const void *right)
{
	const struct history_entry *const *a = left, *const *b = right;
	int order = strcmp((*a)->created, (*b)->created);

	/* Where they stand says which was read first. */
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

void history_sort(struct history *history)
{
	const struct history_entry **places = memory_new(history->count, sizeof(*places));
	struct history_entry *sorted = memory_new(history->count, sizeof(*sorted));

	for (size_t i = 0; i < history->count; i++)
		places[i] = &history->entries[i];
	qsort(places, history->count, sizeof(*places), order_entries);
	for (size_t i = 0; i < history->count; i++)
		sorted[i] = *places[i];
	if (history->count > 0)
		memcpy(history->entries, sorted, history->count * sizeof(*sorted));
	free(sorted);
	free(places);
}

void history_free(struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		json_decref(history->entries[i].json);
	free(history->entries);
	*history = (struct history){0};
}

/* --- Appending ---------------------------------------------------------------------------------------------------- */

static bool is_there(const struct history *history, const json_t *line)
{
	const char *run = json_string_value(json_object_get(line, "run"));
	const char *subject = json_string_value(json_object_get(line, "subject"));

	for (size_t i = 0; i < history->count; i++) {
		if (strcmp(history->entries[i].run, run) == 0 && strcmp(history->entries[i].subject, subject) == 0)
			return true;
	}
	return false;
}

int history_append(const char *path, json_t *const *lines, size_t count, size_t *appended, struct error *error)
{
	struct history history = {0};
	struct jsonl_reader reader = reader_into(&history);
	json_t **fresh = memory_new(count, sizeof(json_t *));
	size_t fresh_count = 0;
	struct jsonl file;
	int status = jsonl_open(&file, path, &reader, error);

	if (status == 0) {
		for (size_t i = 0; i < count; i++) {
			if (!is_there(&history, lines[i]))
				fresh[fresh_count++] = lines[i];
		}
		status = jsonl_append(&file, fresh, fresh_count, error);
		jsonl_close(&file);
	}
	*appended = status == 0 ? fresh_count : 0;
	free(fresh);
	history_free(&history);
	return status;
}
