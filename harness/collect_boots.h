/* SPDX-License-Identifier: MIT */
/*
 * The boots that a capture holds. A capture is what came over a line, verbatim: noise, one or several streams, whole or
 * not, some of them sent again. A pure function of its bytes: a whole stream is a boot; what was sent again is none; a
 * stream that is not whole is a boot too if something of it can be proved (salvage.h) and nothing of it is part of another.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "store.h"

struct collect_boot {
	enum store_status status; /* STORE_OK, STORE_CUT, or STORE_FAILED: by its own word, or nothing is proved */
	char *log;                /* what is stored: the stream, cleaned (stream_clean.h) */
	size_t log_bytes;
	char *reason;    /* NULL if ok */
	size_t runs;     /* that are proved */
	size_t from, to; /* what of the capture is this boot's, verbatim: up to the next one's */
	size_t at;       /* its first record in the capture */
	bool whole;      /* a whole stream, although it may tell of failures */
	double seconds;  /* from its @aero to its end; 0: nobody saw it come */
};

struct collect_boots {
	struct collect_boot *boots; /* in the order in which they came */
	size_t count;
	size_t again;              /* streams, or parts of one, that were sent again and agree */
	bool begun;                /* @aero came */
	struct collect_boot *left; /* what collect_boots_choose() left out */
	size_t left_count;
	size_t records; /* lines of the capture that look like records, for messages */
};

void collect_boots_read(struct collect_boots *boots, const char *capture, size_t len_bytes);
void collect_boots_free(struct collect_boots *boots);

/*
 * Leaves what a user who waits for so many boots wants (0: all): the last whole ones; if they are fewer, those that were
 * cut and hold most; failed ones last. The order stays; the others are in left. Returns how many those are.
 */
size_t collect_boots_choose(struct collect_boots *boots, size_t wanted);

/* Why a capture without a single boot holds none: one line with the likely cause and the remedy. STATUS_FAILED or _USAGE. */
int collect_boots_none(const struct collect_boots *boots, const char *capture, size_t len_bytes, const char *source,
		       struct error *error);
/* The same of a capture that its user ended: that something was still to come is no fault. STATUS_INTERRUPTED. */
int collect_boots_interrupted(const struct collect_boots *boots, const char *capture, size_t len_bytes,
			      const char *source, struct error *error);
