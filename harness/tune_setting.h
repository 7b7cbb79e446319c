/* SPDX-License-Identifier: MIT */
/*
 * What of a running Linux can be set for measuring, and to what: a list of files below /proc and /sys with the value that
 * each has and the value that it should have. Reads only. Everything lies below a root, "" or a directory that a test made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct tune_item {
	const char *setting; /* "governor": one of tune_settings() */
	char *path;          /* "/sys/…", without the root */
	char *now;           /* as it is; of a file that shows all its values, the chosen one */
	char *wanted;
	bool minor; /* some files of the setting cannot be changed on any machine: no failure */
};

struct tune_items {
	struct tune_item *items; /* those that exist, in the order in which they are to be changed */
	size_t count;
	char **absent; /* "governor: not controllable here": settings without a file */
	size_t absent_count;
};

/*
 * cpus: a list of the CPUs that will be measured, as "2-3". also: further settings by name, separated by commas, or NULL.
 * Returns 0, or STATUS_USAGE with the error set: no such CPU, no such setting. Free by tune_items_free() in every case.
 */
int tune_items_find(struct tune_items *found, const char *root, const char *cpus, const char *also,
		    struct error *error);
void tune_items_free(struct tune_items *found);
/* Whether the file has its value already. */
bool tune_item_done(const struct tune_item *item);

/* The value of a file below root as items have it, allocated; NULL: unreadable, errno says why. */
char *tune_read(const char *root, const char *path);
/* Writes it. Returns 0 or -errno. */
int tune_write(const char *root, const char *path, const char *value);

/* Names, one line each on what it does, and whether it has to be named to be set; NULL behind the last. */
struct tune_setting {
	const char *name, *about;
	bool named_only;
	/* For one file: where, '#' stands for each measured CPU, '*' for each number that an entry ends with; and the value. */
	const char *path, *value;
	bool minor;
	const char *beside; /* only where the file of this name beside it has a number above limit; NULL: everywhere */
	unsigned limit;
};
extern const struct tune_setting tune_settings[];
