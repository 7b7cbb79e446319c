/* SPDX-License-Identifier: MIT */
/* The beginning of a session: from what was asked for to a run on disk. Private to the command. */
#pragma once

#include "run_options.h"
#include "session.h"

struct session_start {
	struct run_options run; /* runs, samples, warmup, seed, cpus, benchmarks, events; the rest is filled in */
	enum session_way way;
	const char *profile;                 /* NULL: none */
	const char *kernel, *initrd, *place; /* by kexec: kexec.h; NULL: its defaults */
	const char *results;                 /* NULL: the default */
	const char *root;                    /* of /proc and /sys: "", or a directory that a test made */
	int argc;                            /* the command, for the record */
	char **argv;
};

/* One more benchmark; borrowed. */
void session_start_select(struct session_start *start, char *selection);
void session_start_free(struct session_start *start);
/*
 * Makes the plan and the run; the session is open for appending. Returns 0, or a status with the error set and nothing
 * made: Linux is not as the profile wants it (STATUS_FAILED), Linux cannot be measured here (STATUS_UNSUPPORTED), a name or
 * a file is wrong (STATUS_USAGE). That kexec cannot leave this Linux as it is now is told on stderr, and can be mended later.
 */
int session_start(struct session *session, const struct session_start *start, struct error *error);
