/* SPDX-License-Identifier: MIT */
/*
 * One step of a session: the next boot of its plan, or as much of it as can be done now. What a step does to the machine is
 * in a table of functions, so that every order of events and every interruption can be tried without one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "session.h"

/* What the Aerokernel has left; bytes NULL: nothing. */
struct session_find {
	char *bytes; /* a stream and the console around it; allocated */
	size_t len_bytes;
	char *whence; /* where it was found, or why nothing was: allocated or NULL */
	bool brought; /* by a person: if it is of no use, that is an error, and nothing else is done */
};

struct session_hands {
	void *context;
	/* A file that a person brought, "-": stdin; NULL: none. It is for a boot of the Aerokernel only. */
	const char *from;
	/* Of the running Linux (boot_facts.h): a new reference. */
	json_t *(*facts)(void *context);
	/* Makes a boot of Linux and stores it, good or failed. */
	int (*boot_linux)(void *context, struct session *session, const struct plan_boot *boot, struct error *error);
	/* Looks for what the Aerokernel has left. Nothing found is no error. */
	int (*fetch)(void *context, struct session *session, struct session_find *find, struct error *error);
	/* Leaves Linux for the Aerokernel: returns only if that failed, or (0) if the machine is about to go. */
	int (*leave)(void *context, struct session *session, const struct plan_boot *boot, struct error *error);
};

enum session_outcome {
	SESSION_COMPLETE, /* there was nothing left to do */
	SESSION_STORED,   /* one boot was stored, good or failed */
	SESSION_WAITS,    /* a person has to boot the Aerokernel, or to bring its results */
	SESSION_LEFT      /* the machine is about to leave this Linux */
};

/*
 * Does the next step; tries as in session_next(). Returns 0 with *outcome; or a status with the error set, and then no
 * boot was stored: Linux is not as the session wants it (STATUS_FAILED), or what was brought is of no boot of this session
 * (STATUS_USAGE), or a boot of Linux is next and something was brought (STATUS_USAGE). *note, allocated or NULL: what else a person should know, one line.
 */
int session_step(struct session *session, const struct session_hands *hands, unsigned tries,
		 enum session_outcome *outcome, char **note, struct error *error);
