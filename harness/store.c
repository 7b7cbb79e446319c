/* SPDX-License-Identifier: MIT */
/* Runs on disk: see store.h. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "store_file.h"
#include "store_journal.h"

#define STORE_SCHEMA "aerobench.run/1"

enum { STORE_RUN_BYTES_MAX = 1 << 24 };

/* --- Finding ------------------------------------------------------------------------------------------------------ */

static bool is_run(const char *path)
{
	char *file = memory_format("%s/run.json", path);
	bool found = access(file, F_OK) == 0;

	free(file);
	return found;
}

static int text_order(const void *left, const void *right)
{
	char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

int store_list(const char *results, char ***ids, size_t *count, struct error *error)
{
	DIR *directory = opendir(results);
	struct dirent *entry;

	*ids = NULL;
	*count = 0;
	if (directory == NULL)
		return errno == ENOENT ? 0 : error_set_errno(error, STATUS_USAGE, "cannot read", results);
	while ((entry = readdir(directory)) != NULL) {
		char *path = memory_format("%s/%s", results, entry->d_name);

		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "latest") != 0 && is_run(path))
			memory_texts_add(ids, count, entry->d_name);
		free(path);
	}
	closedir(directory);
	if (*count > 0)
		qsort(*ids, *count, sizeof(**ids), text_order);
	return 0;
}

/* The only id that begins with name; "latest" without its link is the last one. */
static int find_id(const char *results, const char *name, char **path, struct error *error)
{
	char **ids;
	size_t count, hits = 0, hit = 0;
	int status = store_list(results, &ids, &count, error);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, "latest") == 0 || strcmp(ids[i], name) == 0) {
			hits = 1;
			hit = i;
			if (strcmp(ids[i], name) == 0)
				break;
		} else if (strncmp(ids[i], name, strlen(name)) == 0) {
			hits++;
			hit = i;
		}
	}
	if (status == 0 && hits == 1)
		*path = memory_format("%s/%s", results, ids[hit]);
	else if (status == 0 && hits > 1)
		status = error_set(error, STATUS_USAGE,
				   "run '%s' is ambiguous: %zu runs in %s begin so; give more of the id", name, hits,
				   results);
	else if (status == 0 && count == 0)
		status = error_set(error, STATUS_USAGE, "no runs in %s: `aerobench run` makes one", results);
	else if (status == 0)
		status = error_set(error, STATUS_USAGE, "no run '%s' in %s: the latest is %s", name, results,
				   ids[count - 1]);
	memory_texts_free(ids, count);
	return status;
}

static int find_run(const char *results, const char *name, char **path, struct error *error)
{
	struct stat facts;

	*path = NULL;
	if (strcmp(name, "latest") == 0) {
		*path = memory_format("%s/latest", results);
		if (is_run(*path))
			return 0;
		free(*path);
		*path = NULL;
	} else if (strchr(name, '/') != NULL || (stat(name, &facts) == 0 && S_ISDIR(facts.st_mode) && is_run(name))) {
		if (stat(name, &facts) != 0)
			return error_set_errno(error, STATUS_USAGE, "cannot open the run", name);
		*path = memory_text(name);
		return 0;
	}
	return find_id(results, name, path, error);
}

/* --- Opening ------------------------------------------------------------------------------------------------------ */

static int read_run(struct store *store, struct error *error)
{
	char *path = memory_format("%s/run.json", store->path);
	const char *reason = NULL, *schema;
	char *text = NULL;
	size_t len;
	int status = store_file_read(path, STORE_RUN_BYTES_MAX, &text, &len, error);

	if (status == 0) {
		store->run = store_json_open(text, len, &reason);
		schema = json_string_value(json_object_get(store->run, "schema"));
		if (store->run != NULL && (schema == NULL || strcmp(schema, STORE_SCHEMA) != 0))
			reason = "is of another schema than " STORE_SCHEMA;
		else if (store->run != NULL && (json_string_value(json_object_get(store->run, "id")) == NULL ||
						!store_plan_read(&store->plan, json_object_get(store->run, "plan"))))
			reason = "has no id or no usable plan";
		else if (store->run != NULL)
			reason = NULL;
		if (reason != NULL)
			status = error_set(error, STATUS_USAGE, "%s %s: restore it from a copy, or measure again", path,
					   reason);
		else
			store->id = memory_text(json_string_value(json_object_get(store->run, "id")));
	}
	free(text);
	free(path);
	return status;
}

static int open_run(struct store *store, char *path, size_t *journal_bytes, struct error *error)
{
	int status;

	*store = (struct store){.path = path, .journal_fd = -1};
	status = read_run(store, error);
	if (status == 0)
		status = store_journal_read(store, journal_bytes, error);
	return status;
}

int store_open(struct store *store, const char *results, const char *name, struct error *error)
{
	char *path;
	size_t journal_bytes;
	int status;

	*store = (struct store){.journal_fd = -1};
	status = find_run(results, name, &path, error);
	if (status == 0)
		status = open_run(store, path, &journal_bytes, error);
	if (status != 0)
		store_close(store);
	return status;
}

/* Takes the journal for this process alone. Before it is read: what is read is then what is appended to. */
static int lock_journal(const char *path, int *fd, struct error *error)
{
	char *file = memory_format("%s/journal.jsonl", path);
	int status = 0;

	*fd = open(file, O_RDWR | O_APPEND | O_CLOEXEC);
	if (*fd < 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot append to", file);
	else if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
		status = error_set(error, STATUS_FAILED,
				   "%s is being written by another process: wait for it, or end it", path);
	free(file);
	return status;
}

int store_resume(struct store *store, const char *results, const char *name, struct error *error)
{
	char *path;
	size_t journal_bytes;
	int fd = -1;
	int status;

	*store = (struct store){.journal_fd = -1};
	status = find_run(results, name, &path, error);
	if (status != 0)
		return status;
	status = lock_journal(path, &fd, error);
	if (status == 0)
		status = open_run(store, path, &journal_bytes, error);
	else
		free(path);
	store->journal_fd = fd;
	if (status == 0 && ftruncate(fd, (off_t)journal_bytes) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot write the journal of", store->path);
	if (status != 0)
		store_close(store);
	return status;
}

void store_close(struct store *store)
{
	if (store->journal_fd >= 0)
		close(store->journal_fd);
	for (size_t i = 0; i < store->boot_count; i++)
		store_boot_free(&store->boots[i]);
	free(store->boots);
	store_plan_free(&store->plan);
	json_decref(store->run);
	free(store->id);
	free(store->path);
	*store = (struct store){.journal_fd = -1};
}

/* --- Creating ----------------------------------------------------------------------------------------------------- */

int store_directories_make(const char *path, struct error *error)
{
	char *copy = memory_text(path);
	int status = 0;

	for (char *slash = copy + 1;; slash++) {
		char byte = *slash;

		if (byte != '/' && byte != '\0')
			continue;
		*slash = '\0';
		if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
			status = error_set_errno(error, STATUS_FAILED, "cannot create the directory", path);
			break;
		}
		*slash = byte;
		if (byte == '\0')
			break;
	}
	free(copy);
	return status;
}

/* 20261121-034500-1f3c: UTC, and 16 random bits for two in one second. */
static char *make_id(void)
{
	time_t now = time(NULL);
	struct tm utc;
	char date[32];
	uint16_t random = 0;

	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%Y%m%d-%H%M%S", &utc);
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (uint16_t)getpid();
	return memory_format("%s-%04x", date, random);
}

static void describe(json_t *run, const char *id, const struct store_plan *plan)
{
	time_t now = time(NULL);
	struct tm utc;
	char date[32];

	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_object_set_new(run, "schema", json_string(STORE_SCHEMA));
	json_object_set_new(run, "id", json_string(id));
	json_object_set_new(run, "created", json_string(date));
	json_object_set_new(run, "plan", store_plan_json(plan));
}

static int write_run(const char *path, json_t *run, struct error *error)
{
	char *run_file = memory_format("%s/run.json", path);
	char *journal_file = memory_format("%s/journal.jsonl", path);
	char *text = store_json_seal(run, JSON_INDENT(1));
	int status = store_file_write(run_file, text, strlen(text), error);

	if (status == 0)
		status = store_file_write(journal_file, "", 0, error);
	if (status == 0)
		status = store_directory_sync(path, error);
	free(text);
	free(journal_file);
	free(run_file);
	return status;
}

/* Of a run without boots: what write_run() wrote. */
static void remove_run(const char *path)
{
	char *run_file = memory_format("%s/run.json", path);
	char *journal_file = memory_format("%s/journal.jsonl", path);

	unlink(run_file);
	unlink(journal_file);
	rmdir(path);
	free(journal_file);
	free(run_file);
}

/* A convenience: a run without it is as good. */
static void point_latest(const char *results, const char *id)
{
	char *temporary = memory_format("%s/.latest-%s", results, id);
	char *latest = memory_format("%s/latest", results);

	if (symlink(id, temporary) != 0 || rename(temporary, latest) != 0) {
		error_warn("cannot point %s at the new run: %s", latest, strerror(errno));
		unlink(temporary);
	}
	free(latest);
	free(temporary);
}

int store_create(struct store *store, const char *results, const struct store_plan *plan, json_t *run,
		 struct error *error)
{
	char *id = make_id();
	char *temporary = memory_format("%s/.%s.tmp", results, id);
	char *path = memory_format("%s/%s", results, id);
	bool named = false;
	int status = store_directories_make(results, error);

	*store = (struct store){.journal_fd = -1};
	if (status == 0 && run == NULL)
		status =
		    error_set(error, STATUS_FAILED, "cannot describe a run in %s: a text of it is no UTF-8", results);
	describe(run, id, plan);
	if (status == 0 && mkdir(temporary, 0777) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot create", path);
	if (status == 0)
		status = write_run(temporary, run, error);
	if (status == 0 && !(named = rename(temporary, path) == 0))
		status = error_set_errno(error, STATUS_FAILED, "cannot create", path);
	if (status == 0)
		status = store_directory_sync(results, error);
	if (status == 0)
		status = store_resume(store, results, path, error);
	if (status == 0)
		point_latest(results, id);
	else
		remove_run(named ? path : temporary);
	json_decref(run);
	free(path);
	free(temporary);
	free(id);
	return status;
}

/* "latest", where it names a run that is gone. */
static void repair_latest(const char *results, const char *gone)
{
	char *latest = memory_format("%s/latest", results), target[PATH_MAX] = "", **ids;
	size_t count;

	if (readlink(latest, target, sizeof(target) - 1) > 0 && strcmp(target, gone) == 0) {
		unlink(latest);
		store_list(results, &ids, &count, NULL);
		if (count > 0)
			point_latest(results, ids[count - 1]);
		memory_texts_free(ids, count);
	}
	free(latest);
}

void store_discard(struct store *store, const char *results)
{
	if (store->boot_count == 0) {
		remove_run(store->path);
		repair_latest(results, store->id);
	}
	store_close(store);
}

/* --- Boots -------------------------------------------------------------------------------------------------------- */

const struct store_boot *store_find(const struct store *store, unsigned index)
{
	for (size_t i = 0; i < store->boot_count; i++) {
		if (store->boots[i].index == index)
			return &store->boots[i];
	}
	return NULL;
}

/* "007-aerokernel@sim", for a second attempt "007-aerokernel@sim.2"; bytes that a file name should not have become '_'. */
static char *log_stem(unsigned index, const char *subject, unsigned attempt)
{
	char *stem = attempt <= 1 ? memory_format("%03u-%s", index, subject)
				  : memory_format("%03u-%s.%u", index, subject, attempt);

	for (char *at = stem; *at != '\0'; at++) {
		if (strchr("/\\:*?\"<>| ,", *at) != NULL || *at < 0x21 || *at > 0x7e)
			*at = '_';
	}
	return stem;
}

/* Behind the log, which the room is for: a boot without its console is as good. */
static void archive_console(const struct store *store, const char *stem, const struct store_output *output)
{
	char *path = memory_format("%s/%s.console.zst", store->path, stem);
	struct store_archive archive = {0};
	struct error error = {0};

	if (store_archive_write(path, output->console, output->console_bytes, &archive, &error) != 0 ||
	    store_directory_sync(store->path, &error) != 0)
		error_warn("%s; the boot is stored without its console", error.text);
	free(path);
}

static int archive_stream(const struct store *store, struct store_boot *boot, const struct store_output *output,
			  struct error *error)
{
	char *path = memory_format("%s/%s", store->path, boot->log);
	struct store_archive archive = {0};
	int status = store_archive_write(path, output->stream, output->stream_bytes, &archive, error);

	boot->len_bytes = archive.len_bytes;
	boot->crc = archive.crc;
	boot->archive_len_bytes = archive.archive_len_bytes;
	boot->archive_crc = archive.archive_crc;
	if (status == 0)
		status = store_directory_sync(store->path, error);
	free(path);
	return status;
}

int store_append(struct store *store, const struct store_boot *boot, const struct store_output *output,
		 struct error *error)
{
	const struct store_boot *old = store_find(store, boot->index);
	struct store_boot copy = *boot;
	char *stem, *partial, *log;
	int status = 0;

	if (old != NULL && old->status == STORE_OK)
		return error_set(error, STATUS_FAILED, "boot %u of %s has succeeded before", boot->index, store->id);
	copy.attempts = old != NULL ? old->attempts + 1 : 1;
	stem = log_stem(boot->index, boot->subject, copy.attempts);
	partial = memory_format("%s/%s.partial", store->path, stem);
	log = memory_format("%s/%s.log.zst", store->path, stem);
	copy.log = NULL;
	copy.len_bytes = copy.archive_len_bytes = 0;
	copy.crc = copy.archive_crc = 0;
	if (boot->status != STORE_UNSUPPORTED && output != NULL) {
		copy.log = memory_format("%s.log.zst", stem);
		status = archive_stream(store, &copy, output, error);
	}
	if (status == 0)
		status = store_journal_append(store, &copy, error);
	if (status == 0) {
		if (copy.log != NULL && output->console_bytes > 0)
			archive_console(store, stem, output);
		store_boots_add(store, &copy);
		unlink(partial);
	} else {
		unlink(log);
	}
	free(log);
	free(copy.log);
	free(partial);
	free(stem);
	return status;
}

int store_retract(struct store *store, unsigned index, const char *reason, struct error *error)
{
	const struct store_boot *old = store_find(store, index);
	struct store_boot copy;
	char *text;
	int status;

	if (old == NULL || old->status != STORE_OK)
		return error_set(error, STATUS_FAILED, "boot %u of %s has no numbers to retract", index, store->id);
	copy = *old;
	copy.status = STORE_FAILED;
	copy.reason = text = memory_text(reason);
	copy.attempts++;
	status = store_journal_append(store, &copy, error);
	if (status == 0)
		store_boots_add(store, &copy);
	free(text);
	return status;
}

void store_keep_partial(const struct store *store, unsigned index, const char *subject,
			const struct store_output *output)
{
	const struct store_boot *old = store_find(store, index);
	char *stem = log_stem(index, subject, old != NULL ? old->attempts + 1 : 1);
	char *path = memory_format("%s/%s.partial", store->path, stem);
	char *text = memory_new(output->stream_bytes + output->console_bytes + 1, 1);
	struct error ignored = {0};

	if (output->stream_bytes > 0)
		memcpy(text, output->stream, output->stream_bytes);
	if (output->console_bytes > 0)
		memcpy(text + output->stream_bytes, output->console, output->console_bytes);
	store_file_write(path, text, output->stream_bytes + output->console_bytes, &ignored);
	free(text);
	free(path);
	free(stem);
}

int store_read_log(const struct store *store, const struct store_boot *boot, char **bytes, size_t *len_bytes,
		   struct error *error)
{
	struct store_archive archive = {.len_bytes = boot->len_bytes,
					.crc = boot->crc,
					.archive_len_bytes = boot->archive_len_bytes,
					.archive_crc = boot->archive_crc};
	char *path;
	int status;

	*bytes = NULL;
	*len_bytes = 0;
	if (boot->log == NULL)
		return error_set(error, STATUS_USAGE, "boot %u of %s has no log: %s", boot->index, store->id,
				 boot->reason != NULL ? boot->reason : "nothing ran");
	path = memory_format("%s/%s", store->path, boot->log);
	status = store_archive_read(path, &archive, bytes, error);
	if (status == 0)
		*len_bytes = boot->len_bytes;
	free(path);
	return status;
}
