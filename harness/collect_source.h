/* SPDX-License-Identifier: MIT */
/*
 * Where `aerobench collect` takes bytes from: a serial line, a region of memory, files. For cmd_collect.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect_capture.h"
#include "error.h"

struct collecting {
	const char *serial, *device, *into, *results, *file; /* file: the one that is being read */
	char **files;
	size_t file_count;
	size_t *file_ends; /* where each of several ends in the capture; NULL: one source */
	const char *place; /* of --memory; "": by the command line of Linux */
	const char *subject;
	int64_t round, boots; /* 0: not given */
	double timeout_s;     /* 0: not given */
	bool memory, json, quiet, help;
	char *spool; /* what came over a line, until it is stored; NULL: it came from a file */
	struct capture capture;
	int64_t line_errors; /* of the serial line; -1: unknown */
	char *source;        /* what it came from, for messages */
	char *remark;        /* what else is known of how it ended, or NULL */
};

/*
 * Takes in what serial, place or files say: into capture, with source and what else is known of it. Returns 0, or the status
 * of what it cannot be read from. What came over a line stays in spool until its caller removes it.
 */
int collect_source_take(struct collecting *collecting, struct error *error);
/*
 * Says where what came over a line is, as long as spool names it: nobody else has those bytes. Where the spool could not hold
 * all of them they are written anew, there or in $TMPDIR.
 */
void collect_source_keep(struct collecting *collecting);
/* What the byte of the capture at this place came from: a file, or the source. */
const char *collect_source_at(const struct collecting *collecting, size_t at);
