/* SPDX-License-Identifier: MIT */
/*
 * Imports on disk: RESULTS/imports/NAME.json, schema "aerobench.import/1", carries its own check. It holds the imported
 * file's text verbatim; its numbers are derived from that every time, as those of runs are from their logs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "import.h"

/* Which of our points a row of theirs stands beside. */
struct import_map {
	char *row;   /* their name */
	char *point; /* NAME[:PARAM=VALUE…] */
};

struct import_file {
	char *name;     /* what the user called it */
	char *source;   /* the file's name without its directories */
	char *imported; /* date */
	struct import_map *maps;
	size_t map_count;
	struct import import;
};

/* What the user says about a file. */
struct import_request {
	const char *path, *name;
	const char *format; /* NULL: recognised */
	unsigned unit_ns;   /* see import_parse() */
	struct import_map *maps;
	size_t map_count;
};

/*
 * Reads a user's file, checks it and keeps it in results. Returns 0; STATUS_USAGE: the file, the name or a map is
 * wrong, or the name is taken; STATUS_FAILED: it cannot be written.
 */
int import_file_add(const char *results, const struct import_request *request, struct error *error);
/* Whether there is an import of that name. */
bool import_file_exists(const char *results, const char *name);
/* 0, or STATUS_USAGE with the error set. import_file_free() in both cases. */
int import_file_open(struct import_file *file, const char *results, const char *name, struct error *error);
/* The same from the text of NAME.json; for import_file_open() and tests. */
int import_file_read(struct import_file *file, const char *text, size_t len_bytes, struct error *error);
void import_file_free(struct import_file *file);
/* The names of all imports in results, sorted; allocated array of allocated strings. */
int import_file_list(const char *results, char ***names, size_t *count, struct error *error);
int import_file_remove(const char *results, const char *name, struct error *error);
/* Which point a row stands beside: its map, else its own name up to the first '/'. */
const char *import_file_point(const struct import_file *file, const struct import_row *row);
