/* SPDX-License-Identifier: MIT */
/* The history's files: see history.h. */
#include "history.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "memory.h"
#include "store_file.h"

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
static const char *entry_add(struct history *history, json_t *json)
{
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

/* Reads whole lines; *whole_bytes: where they end, before a torn one. */
static int read_lines(struct history *history, const char *path, size_t *whole_bytes, struct error *error)
{
	char *bytes;
	size_t len = 0, at = 0;
	int status = store_file_read(path, HISTORY_BYTES_MAX, &bytes, &len, error);

	for (unsigned number = 1; status == 0 && at < len; number++) {
		const char *newline = memchr(bytes + at, '\n', len - at), *reason;
		json_t *json;

		if (newline == NULL) {
			error_warn("%s: line %u is cut, as after a crash: left out; add its run again", path, number);
			break;
		}
		json = store_json_open(bytes + at, (size_t)(newline - bytes) - at, &reason);
		if (json != NULL)
			reason = entry_add(history, json);
		if (reason != NULL)
			status = error_set(error, STATUS_USAGE,
					   "%s: line %u %s: restore the file from a copy, or remove the line", path,
					   number, reason);
		at = (size_t)(newline - bytes) + 1;
	}
	*whole_bytes = at;
	free(bytes);
	return status;
}

int history_read(struct history *history, const char *path, struct error *error)
{
	size_t whole_bytes;

	return read_lines(history, path, &whole_bytes, error);
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

/* Everything in one write, so that at most the last line is torn. */
static int write_text(int fd, const char *path, size_t whole_bytes, const char *text, struct error *error)
{
	size_t len = strlen(text);
	ssize_t put;
	int status = 0;

	/* The torn line was told when it was read; behind it a new line would be damaged too. */
	if (ftruncate(fd, (off_t)whole_bytes) != 0)
		return error_set_errno(error, STATUS_FAILED, "cannot write", path);
	put = write(fd, text, len);
	if (put < 0 || (size_t)put < len || fsync(fd) != 0) {
		if (put >= 0 && (size_t)put < len)
			errno = ENOSPC;
		status = error_set_errno(error, STATUS_FAILED, "cannot append to", path);
		if (ftruncate(fd, (off_t)whole_bytes) != 0)
			error_warn("%s now ends in a cut line, which readers leave out", path);
	}
	return status;
}

static int append_locked(int fd, const char *path, json_t *const *lines, size_t count, size_t *appended,
			 struct error *error)
{
	struct history history = {0};
	size_t whole_bytes, size;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);
	int status = read_lines(&history, path, &whole_bytes, error);

	for (size_t i = 0; i < count && status == 0; i++) {
		char *line;

		if (is_there(&history, lines[i]))
			continue;
		line = store_json_seal(lines[i], JSON_COMPACT);
		fprintf(file, "%s\n", line);
		free(line);
		(*appended)++;
	}
	fclose(file);
	if (status == 0 && *appended > 0)
		status = write_text(fd, path, whole_bytes, text, error);
	if (status != 0)
		*appended = 0;
	free(text);
	history_free(&history);
	return status;
}

int history_append(const char *path, json_t *const *lines, size_t count, size_t *appended, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666), status;
	char *copy;

	*appended = 0;
	if (fd < 0)
		return error_set_errno(error, STATUS_FAILED, "cannot open", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		status = error_set(error, STATUS_FAILED, "%s is being written by another aerobench: try again", path);
	else
		status = append_locked(fd, path, lines, count, appended, error);
	close(fd);
	copy = memory_text(path);
	if (status == 0)
		status = store_directory_sync(dirname(copy), error);
	free(copy);
	return status;
}
