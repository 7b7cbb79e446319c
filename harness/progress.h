/* SPDX-License-Identifier: MIT */
/*
 * How far a run is, on stderr: on a terminal one line that is redrawn, with the time left; elsewhere one line per boot,
 * so that a log stays readable. Silent with quiet. Nothing of it is a result.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool quiet;
	bool terminal;
	bool drawn;     /* a line without newline stands on the terminal */
	unsigned total; /* boots */
	unsigned ended; /* of them, failed ones too */
	unsigned failed;
	uint64_t begun_ns;
};

/* total: boots of the plan that can run; ended: those of them that an earlier session finished. */
void progress_begin(struct progress *progress, unsigned total, unsigned ended, bool quiet);
/* What runs now ("aerokernel@qemu 3/6") and the seconds that are left; redraws on a terminal only. */
void progress_update(struct progress *progress, const char *now, double seconds_left);
/* One boot has ended: what it was, how it went ("ok", or the reason), how long it took. */
void progress_ended(struct progress *progress, const char *what, bool good, const char *how, double seconds);
/* A line that belongs to the whole run. */
void progress_note(struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Removes the drawn line. */
void progress_end(struct progress *progress);

/* "4:05", "1:02:09": at least 8 bytes; returns text. */
const char *progress_time(char *text, size_t text_bytes, double seconds);
