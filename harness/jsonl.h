/* SPDX-License-Identifier: MIT */
/*
 * Append-only files of one JSON object a line, each with its own check (store_file.h): a writer that dies leaves at most
 * one torn line at the end, which readers leave out with a warning and the next writer cuts off. Damage anywhere else is
 * an error that names the line. One writer at a time, by flock().
 */
#pragma once

#include <stddef.h>

#include <jansson.h>

#include "error.h"

/* What a reader does with each line. */
struct jsonl_reader {
	/* Takes the reference. Returns NULL, or why the line is not what the file should hold: static text. */
	const char *(*line)(void *context, json_t *object);
	void *context;
	size_t bytes_max; /* a longer file is refused */
};

/* Reads every whole line. Returns 0, or STATUS_USAGE with the error set: missing, unreadable, damaged. */
int jsonl_read(const char *path, const struct jsonl_reader *reader, struct error *error);

/* A file that is open for appending. */
struct jsonl {
	char *path;
	int fd;
	size_t whole_bytes; /* up to the end of the last whole line */
};

/*
 * Opens for appending, making the file if it is missing, and reads what it holds. Returns 0; STATUS_FAILED if it cannot
 * be written or another process writes; STATUS_USAGE if it is damaged. Closed on an error.
 */
int jsonl_open(struct jsonl *file, const char *path, const struct jsonl_reader *reader, struct error *error);
/* Appends count lines in one write; all are on disk on return, or none. Takes no references. 0 or STATUS_FAILED. */
int jsonl_append(struct jsonl *file, json_t *const *lines, size_t count, struct error *error);
void jsonl_close(struct jsonl *file);
