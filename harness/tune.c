/* SPDX-License-Identifier: MIT */
/*
 * Sets and brings back: see tune.h. The journal is JSON lines: a head with the boot's id, then one line before each change.
 * A line that is cut was being written when the program died: its change was not begun.
 */
#include "tune.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

static const char schema[] = "aerobench.tune/1";

/* --- The journal ------------------------------------------------------------------------------------------------------------------ */

static char *state_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (access("/run", W_OK) == 0)
		return memory_text("/run/aerobench/tune.journal");
	if (state != NULL && state[0] == '/')
		return memory_format("%s/aerobench/tune.journal", state);
	return memory_format("%s/.local/state/aerobench/tune.journal", home != NULL ? home : "/tmp");
}

void tune_init(struct tune *tune, const char *root, const char *journal)
{
	*tune = (struct tune){.root = root != NULL ? root : ""};
	if (journal != NULL)
		tune->journal = memory_text(journal);
	else
		tune->journal = root != NULL ? memory_format("%s/run/aerobench/tune.journal", root) : state_path();
}

void tune_free(struct tune *tune)
{
	free(tune->journal);
}

static void step(struct tune *tune)
{
	if (tune->die_at > 0 && --tune->die_at == 0)
		raise(SIGKILL);
}

/* The directories above a file. What cannot be made is found out by whoever opens the file. */
static void make_parents(const char *path)
{
	char *copy = memory_text(path), *parent = dirname(copy);

	if (strcmp(parent, "/") != 0 && strcmp(parent, ".") != 0 && access(parent, F_OK) != 0) {
		make_parents(parent);
		mkdir(parent, 0755);
	}
	free(copy);
}

/* Opens the journal and locks it against a second program. -1 with the error set. */
static int journal_open(const struct tune *tune, int flags, struct error *error)
{
	int fd = open(tune->journal, flags | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0) {
		error_set_errno(error, STATUS_FAILED, "cannot keep a journal", tune->journal);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	error_set(error, STATUS_USAGE, "another aerobench tune is using %s; wait for its end", tune->journal);
	return -1;
}

/* One line, on the disk when this returns. Returns 0 or -1. */
static int journal_add(int fd, json_t *entry)
{
	char *text = json_dumps(entry, JSON_COMPACT), *line = memory_format("%s\n", text);
	size_t len = strlen(line);
	int failed = write(fd, line, len) == (ssize_t)len && fdatasync(fd) == 0 ? 0 : -1;

	json_decref(entry);
	free(text);
	free(line);
	return failed;
}

/* All whole lines behind the head; NULL: no journal, or one of another boot, whose settings are gone. */
static json_t *journal_read(const struct tune *tune)
{
	FILE *file = fopen(tune->journal, "re");
	char *boot = tune_read(tune->root, "/proc/sys/kernel/random/boot_id"), *line = NULL;
	json_t *entries = json_array(), *head = NULL;
	size_t room = 0;
	ssize_t got;
	bool good;

	while (file != NULL && (got = getline(&line, &room, file)) > 0 && line[got - 1] == '\n') {
		json_t *entry = json_loadb(line, (size_t)got, 0, NULL);

		if (head == NULL)
			head = entry;
		else if (entry != NULL)
			json_array_append_new(entries, entry);
	}
	good = head != NULL && boot != NULL && json_string_value(json_object_get(head, "boot_id")) != NULL &&
	       strcmp(json_string_value(json_object_get(head, "boot_id")), boot) == 0;
	if (file != NULL)
		fclose(file);
	free(line);
	free(boot);
	json_decref(head);
	if (!good) {
		json_decref(entries);
		return NULL;
	}
	return entries;
}

/* --- Changing --------------------------------------------------------------------------------------------------------------------- */

static const char *why_not(int error)
{
	switch (-error) {
	case EACCES:
	case EPERM:
		return geteuid() == 0 ? "the kernel does not allow it here" : "not allowed: run it as root";
	case EROFS:
		return "read-only here, as in a container";
	default:
		return strerror(-error);
	}
}

static bool change(struct tune *tune, int fd, const struct tune_item *item, struct error *error)
{
	struct tune_change told = {.path = item->path, .old = item->now, .wanted = item->wanted, .minor = item->minor};
	int failed;

	if (journal_add(fd, json_pack("{s:s, s:s, s:s}", "path", item->path, "old", item->now, "new", item->wanted)) !=
	    0) {
		error_set_errno(error, STATUS_FAILED, "cannot keep a journal", tune->journal);
		return false;
	}
	step(tune);
	failed = tune_write(tune->root, item->path, item->wanted);
	step(tune);
	told.problem = failed != 0 ? why_not(failed) : NULL;
	if (tune->tell != NULL)
		tune->tell(&told);
	return failed == 0;
}

static int journal_begin(const struct tune *tune, int fd, struct error *error)
{
	char *boot = tune_read(tune->root, "/proc/sys/kernel/random/boot_id");
	json_t *head = json_pack("{s:s, s:s}", "schema", schema, "boot_id", boot != NULL ? boot : "");

	free(boot);
	if (ftruncate(fd, 0) == 0 && journal_add(fd, head) == 0)
		return 0;
	return error_set_errno(error, STATUS_FAILED, "cannot keep a journal", tune->journal);
}

int tune_apply(struct tune *tune, const struct tune_items *items, unsigned *refused, struct error *error)
{
	json_t *before;
	int fd;

	*refused = 0;
	make_parents(tune->journal);
	fd = journal_open(tune, O_RDWR | O_CREAT | O_APPEND, error);
	if (fd < 0)
		return (int)error->status;
	before = journal_read(tune);
	if (before != NULL && json_array_size(before) > 0)
		error_set(error, STATUS_USAGE,
			  "the last changes are still in force; bring them back by 'aerobench tune --restore'");
	else
		journal_begin(tune, fd, error);
	json_decref(before);
	step(tune);
	for (size_t i = 0; i < items->count && error->status == STATUS_OK; i++) {
		const struct tune_item *item = &items->items[i];

		if (!tune_item_done(item) && !change(tune, fd, item, error) && !item->minor)
			++*refused;
	}
	close(fd);
	return (int)error->status;
}

/* --- Bringing back ---------------------------------------------------------------------------------------------------------------- */

/* Whether it is as it was. What is gone (a CPU, an interrupt) has nothing to bring back. */
static bool bring_back(struct tune *tune, const json_t *entry, unsigned *restored)
{
	const char *path = json_string_value(json_object_get(entry, "path"));
	const char *old = json_string_value(json_object_get(entry, "old"));
	char *now = path != NULL && old != NULL ? tune_read(tune->root, path) : NULL;
	struct tune_change told = {.path = path, .old = now, .wanted = old};
	int failed = 0;

	if (now != NULL && strcmp(now, old) != 0) {
		failed = tune_write(tune->root, path, old);
		step(tune);
		told.problem = failed != 0 ? why_not(failed) : NULL;
		*restored += failed == 0;
		if (tune->tell != NULL)
			tune->tell(&told);
	}
	free(now);
	return failed == 0;
}

int tune_restore(struct tune *tune, unsigned *restored, struct error *error)
{
	json_t *entries;
	unsigned left = 0;
	int fd;

	*restored = 0;
	if (access(tune->journal, F_OK) != 0)
		return 0;
	fd = journal_open(tune, O_RDWR, error);
	if (fd < 0)
		return (int)error->status;
	entries = journal_read(tune);
	for (size_t i = json_array_size(entries); i-- > 0;)
		left += !bring_back(tune, json_array_get(entries, i), restored);
	json_decref(entries);
	if (left > 0)
		error_set(error, STATUS_FAILED, "%u settings could not be brought back; they stay in %s", left,
			  tune->journal);
	else if (unlink(tune->journal) != 0)
		error_set_errno(error, STATUS_FAILED, "cannot remove the journal", tune->journal);
	close(fd);
	return (int)error->status;
}

json_t *tune_in_force(const struct tune *tune)
{
	json_t *entries = journal_read(tune);

	return entries != NULL ? entries : json_array();
}
