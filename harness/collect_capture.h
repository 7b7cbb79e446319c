/* SPDX-License-Identifier: MIT */
/*
 * Takes bytes in as they come, verbatim, until a number of boots has arrived whole, the sender has been silent for too
 * long or has ended, or a signal arrives. What has come is in a spool file at any moment, so that a collector that dies
 * loses nothing; where that file cannot be written (a full disk), what comes is kept in memory alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum capture_end {
	CAPTURE_WHOLE,       /* as many boots as were wanted */
	CAPTURE_DAMAGED,     /* the last @done came, but its stream is not whole, and nothing more came */
	CAPTURE_SILENT,      /* nothing for silence_s */
	CAPTURE_CLOSED,      /* end of file, or the line went away */
	CAPTURE_INTERRUPTED, /* SIGINT, SIGTERM or SIGHUP: stop_signal.h */
};

struct capture_request {
	int fd;
	unsigned boots;    /* whole streams to wait for; 0: up to the end of the file */
	double silence_s;  /* 0: none */
	double damaged_s;  /* how long to wait for a repetition after a @done whose stream is not whole */
	const char *spool; /* a file to write to as bytes come, or NULL */
	double remind_s;   /* after so long without a single byte the likely causes are told, once; 0: never */
	bool quiet;        /* no progress, no noise on stderr */
};

/* When a record that begins or ends a boot came. */
struct capture_mark {
	size_t at; /* bytes that had come */
	uint64_t ns;
	bool begin;
};

struct capture {
	char *bytes;
	size_t len_bytes;
	enum capture_end end;
	struct capture_mark *marks;
	size_t mark_count;
	bool spool_short; /* the spool could not be written, and lacks some of it */
};

/* Returns 0 whatever ended it; STATUS_FAILED: the spool cannot be created, or too much came. capture_free() always. */
int capture_run(struct capture *capture, const struct capture_request *request, struct error *error);
/* The seconds from the first beginning that came behind the byte from to the next end; 0: unknown. */
double capture_seconds(const struct capture *capture, size_t from);
void capture_free(struct capture *capture);
