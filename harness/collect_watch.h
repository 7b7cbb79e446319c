/* SPDX-License-Identifier: MIT */
/*
 * Follows a stream while it comes: how far it is, for people; where a boot begins and ends, for whoever waits for it. What
 * it reads is not checked yet: nothing of it is stored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLLECT_LINE_MAX = 2048 };

struct collect_watch {
	char line[COLLECT_LINE_MAX]; /* that has not ended; what is longer is cut here */
	size_t line_bytes;
	unsigned begun, done;                           /* @aero and @done records */
	unsigned points;                                /* of this boot, as its environment says; 0: unknown */
	unsigned ended;                                 /* of them: measured, skipped or failed */
	char now[160];                                  /* what runs: the point that ended last */
	void (*noise)(void *context, const char *line); /* gets each line that is no record, printable; NULL: nobody */
	void *context;
};

void collect_watch_feed(struct collect_watch *watch, const char *bytes, size_t len_bytes);
