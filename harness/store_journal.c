/* SPDX-License-Identifier: MIT */
/* run.json and journal.jsonl to structs and back: see store_journal.h. */
#include "store_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "output.h"
#include "store_file.h"
#include "stream.h"

/* Bounds of what a plan can say; a journal has at most a line for each boot and its repetitions. */
enum { STORE_NAMES_MAX = 1024, STORE_RUNS_MAX = 100000, STORE_JOURNAL_BYTES_MAX = 1 << 28 };

static const char *const status_names[] = {
    [STORE_OK] = "ok", [STORE_FAILED] = "failed", [STORE_UNSUPPORTED] = "unsupported", [STORE_CUT] = "cut"};

/* --- The plan ----------------------------------------------------------------------------------------------------- */

static json_t *names_json(char *const *names, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(names[i]));
	return array;
}

static bool names_read(const json_t *array, char ***names, size_t *count)
{
	if (!json_is_array(array) || json_array_size(array) > STORE_NAMES_MAX)
		return false;
	*names = memory_new(json_array_size(array), sizeof(**names));
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *name = json_string_value(json_array_get(array, i));

		if (name == NULL || name[0] == '\0')
			return false;
		(*names)[(*count)++] = memory_text(name);
	}
	return true;
}

json_t *store_plan_json(const struct store_plan *plan)
{
	/* The seed is text, because JSON's integers are signed here. */
	char *seed = memory_format("%ju", (uintmax_t)plan->seed);
	json_t *json = json_pack(
	    "{s:o, s:o, s:I, s:I, s:I, s:s}", "subjects", names_json(plan->subjects, plan->subject_count), "benchmarks",
	    names_json(plan->benchmarks, plan->benchmark_count), "samples", (json_int_t)plan->samples, "warmup",
	    (json_int_t)plan->warmup, "runs", (json_int_t)plan->runs, "seed", seed);

	free(seed);
	return json;
}

bool store_plan_read(struct store_plan *plan, const json_t *json)
{
	const char *seed = json_string_value(json_object_get(json, "seed"));
	json_t *samples = json_object_get(json, "samples");
	json_t *warmup = json_object_get(json, "warmup");
	json_t *runs = json_object_get(json, "runs");
	char *end;

	*plan = (struct store_plan){0};
	if (!names_read(json_object_get(json, "subjects"), &plan->subjects, &plan->subject_count) ||
	    !names_read(json_object_get(json, "benchmarks"), &plan->benchmarks, &plan->benchmark_count))
		return false;
	if (!json_is_integer(samples) || !json_is_integer(warmup) || !json_is_integer(runs) || seed == NULL)
		return false;
	if (json_integer_value(samples) < 0 || json_integer_value(samples) > STREAM_SAMPLES_MAX ||
	    json_integer_value(warmup) < -1 || json_integer_value(warmup) > STREAM_SAMPLES_MAX ||
	    json_integer_value(runs) < 1 || json_integer_value(runs) > STORE_RUNS_MAX || plan->subject_count == 0)
		return false;
	plan->samples = (unsigned)json_integer_value(samples);
	plan->warmup = json_integer_value(warmup);
	plan->runs = (unsigned)json_integer_value(runs);
	errno = 0;
	plan->seed = strtoull(seed, &end, 10);
	return errno == 0 && end != seed && *end == '\0';
}

void store_plan_free(struct store_plan *plan)
{
	memory_texts_free(plan->subjects, plan->subject_count);
	memory_texts_free(plan->benchmarks, plan->benchmark_count);
	*plan = (struct store_plan){0};
}

/* --- Boots -------------------------------------------------------------------------------------------------------- */

void store_boot_free(struct store_boot *boot)
{
	free(boot->subject);
	free(boot->reason);
	free(boot->log);
	json_decref(boot->argv);
	json_decref(boot->environment);
	json_decref(boot->machine);
	*boot = (struct store_boot){0};
}

static struct store_boot *boots_find(struct store *store, unsigned index)
{
	for (size_t i = 0; i < store->boot_count; i++) {
		if (store->boots[i].index == index)
			return &store->boots[i];
	}
	return NULL;
}

void store_boots_add(struct store *store, const struct store_boot *boot)
{
	struct store_boot *old = boots_find(store, boot->index);
	struct store_boot copy = *boot;

	copy.subject = memory_text(boot->subject);
	copy.reason = boot->reason != NULL ? memory_text(boot->reason) : NULL;
	copy.log = boot->log != NULL ? memory_text(boot->log) : NULL;
	copy.argv = json_incref(boot->argv);
	copy.environment = json_incref(boot->environment);
	copy.machine = json_incref(boot->machine);
	if (old != NULL) {
		/* The order of the journal is kept: the new one is the last. */
		store_boot_free(old);
		memmove(old, old + 1, (size_t)(store->boots + store->boot_count - old - 1) * sizeof(*old));
		store->boot_count--;
	}
	store->boots = memory_resize(store->boots, store->boot_count + 1, sizeof(*store->boots));
	store->boots[store->boot_count++] = copy;
}

/* --- Lines -------------------------------------------------------------------------------------------------------- */

static json_t *text_or_null(const char *text)
{
	return text != NULL ? output_text_json(text) : json_null();
}

static json_t *boot_json(const struct store_boot *boot)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:f, s:O?, s:O*, s:O*}", "index",
			 (json_int_t)boot->index, "round", (json_int_t)boot->round, "subject", boot->subject, "status",
			 status_names[boot->status], "reason", text_or_null(boot->reason), "log",
			 text_or_null(boot->log), "bytes", (json_int_t)boot->len_bytes, "crc32", (json_int_t)boot->crc,
			 "archive_bytes", (json_int_t)boot->archive_len_bytes, "archive_crc32",
			 (json_int_t)boot->archive_crc, "seconds", isfinite(boot->seconds) ? boot->seconds : 0.0,
			 "argv", boot->argv, "environment", boot->environment, "machine", boot->machine);
}

static bool number_in(const json_t *json, const char *key, json_int_t max, uint64_t *number)
{
	const json_t *value = json_object_get(json, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > max)
		return false;
	*number = (uint64_t)json_integer_value(value);
	return true;
}

static bool status_read(const char *name, enum store_status *status)
{
	for (size_t i = 0; name != NULL && i < sizeof(status_names) / sizeof(status_names[0]); i++) {
		if (strcmp(name, status_names[i]) == 0) {
			*status = (enum store_status)i;
			return true;
		}
	}
	return false;
}

/* Points boot into json, which must live as long. False: not a boot. */
static bool boot_read(struct store_boot *boot, const json_t *json)
{
	uint64_t index, round, crc, archive_crc;

	*boot = (struct store_boot){0};
	boot->subject = (char *)json_string_value(json_object_get(json, "subject"));
	boot->reason = (char *)json_string_value(json_object_get(json, "reason"));
	boot->log = (char *)json_string_value(json_object_get(json, "log"));
	boot->seconds = json_number_value(json_object_get(json, "seconds"));
	boot->argv = json_object_get(json, "argv");
	if (json_is_null(boot->argv))
		boot->argv = NULL;
	boot->environment = json_object_get(json, "environment");
	boot->machine = json_object_get(json, "machine");
	if ((boot->environment != NULL && !json_is_object(boot->environment)) ||
	    (boot->machine != NULL && !json_is_object(boot->machine)))
		return false;
	if (!number_in(json, "index", UINT32_MAX, &index) || !number_in(json, "round", UINT32_MAX, &round) ||
	    !number_in(json, "crc32", UINT32_MAX, &crc) ||
	    !number_in(json, "archive_crc32", UINT32_MAX, &archive_crc) ||
	    !number_in(json, "bytes", STREAM_BYTES_MAX, &boot->len_bytes) ||
	    !number_in(json, "archive_bytes", STREAM_BYTES_MAX, &boot->archive_len_bytes) ||
	    !status_read(json_string_value(json_object_get(json, "status")), &boot->status) || boot->subject == NULL)
		return false;
	boot->index = (unsigned)index;
	boot->round = (unsigned)round;
	boot->crc = (uint32_t)crc;
	boot->archive_crc = (uint32_t)archive_crc;
	if (boot->log != NULL && (boot->log[0] == '.' || strchr(boot->log, '/') != NULL))
		return false;
	if ((boot->status == STORE_OK || boot->status == STORE_CUT) && boot->log == NULL)
		return false;
	return (boot->status == STORE_OK) == (boot->reason == NULL);
}

static bool subject_planned(const struct store_plan *plan, const char *subject)
{
	for (size_t i = 0; i < plan->subject_count; i++) {
		if (strcmp(plan->subjects[i], subject) == 0)
			return true;
	}
	return false;
}

/* A boot that counted does so no more: the same log, and a reason (store_retract()). */
static bool is_retracted(const struct store_boot *old, const struct store_boot *now)
{
	return now->status == STORE_FAILED && now->log != NULL && strcmp(now->log, old->log) == 0 &&
	       now->crc == old->crc && now->len_bytes == old->len_bytes;
}

/* Returns NULL, or why the line is no part of this run. */
static const char *line_read(struct store *store, const char *line, size_t len)
{
	const char *reason;
	json_t *json = store_json_open(line, len, &reason);
	const struct store_boot *old;
	struct store_boot boot;

	if (json == NULL)
		return reason;
	reason = NULL;
	if (!boot_read(&boot, json))
		reason = "is no record of a boot";
	else if (!subject_planned(&store->plan, boot.subject))
		reason = "is about a subject that is not in run.json";
	else if ((old = boots_find(store, boot.index)) != NULL && old->status == STORE_OK && !is_retracted(old, &boot))
		reason = "repeats a boot that had succeeded";
	if (reason == NULL) {
		old = boots_find(store, boot.index);
		boot.attempts = old != NULL ? old->attempts + 1 : 1;
		store_boots_add(store, &boot);
	}
	json_decref(json);
	return reason;
}

int store_journal_read(struct store *store, size_t *whole_bytes, struct error *error)
{
	char *path = memory_format("%s/journal.jsonl", store->path);
	char *bytes;
	size_t len, at = 0;
	unsigned number = 0;
	int status = store_file_read(path, STORE_JOURNAL_BYTES_MAX, &bytes, &len, error);

	while (status == 0 && at < len) {
		const char *newline = memchr(bytes + at, '\n', len - at);
		const char *reason;

		number++;
		if (newline == NULL) {
			error_warn("%s: line %u is cut, as after a crash: dropped, its boot counts as not run", path,
				   number);
			break;
		}
		reason = line_read(store, bytes + at, (size_t)(newline - bytes) - at);
		if (reason != NULL) {
			status =
			    error_set(error, STATUS_USAGE, "%s: line %u %s: restore it from a copy, or measure again",
				      path, number, reason);
		}
		at = (size_t)(newline - bytes) + 1;
	}
	*whole_bytes = at;
	free(bytes);
	free(path);
	return status;
}

int store_journal_append(struct store *store, const struct store_boot *boot, struct error *error)
{
	json_t *json = boot_json(boot);
	char *text, *line;
	off_t before;
	ssize_t put;
	size_t len;
	int status = 0;

	if (json == NULL)
		return error_set(error, STATUS_FAILED,
				 "cannot append to the journal of %s: a text of boot %u is no UTF-8", store->path,
				 boot->index);
	text = store_json_seal(json, JSON_COMPACT);
	line = memory_format("%s\n", text);
	len = strlen(line);
	before = lseek(store->journal_fd, 0, SEEK_END);
	put = write(store->journal_fd, line, len);
	if (put < 0 || (size_t)put < len || fsync(store->journal_fd) != 0) {
		if (put >= 0 && (size_t)put < len)
			errno = ENOSPC;
		status = error_set_errno(error, STATUS_FAILED, "cannot append to the journal of", store->path);
		if (ftruncate(store->journal_fd, before) != 0)
			error_warn("%s/journal.jsonl now ends in a cut line, which readers drop", store->path);
	}
	free(line);
	free(text);
	json_decref(json);
	return status;
}
