/* SPDX-License-Identifier: MIT */
/*
 * A session on bare metal: both systems measured on one machine, which only one of them can have at a time. It is a stored
 * run (store.h) whose plan has Linux and the Aerokernel interleaved; its run.json has a member "session" that says how the
 * Aerokernel is reached, how Linux is to be booted and how it was when the session was begun. What is done is the run's
 * journal and nothing else. Beside it there is at most one small file, session.json: which boot the machine was left to,
 * and under which boot of Linux. So power may fail at any moment, and no boot is made twice or counted without its numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "plan.h"
#include "store.h"

enum session_way {
	SESSION_KEXEC,  /* `aerobench kexec` leaves Linux; it comes back with the results in memory */
	SESSION_STICK,  /* a person boots an image and brings a file */
	SESSION_SERIAL, /* a person boots an image; another computer listens to its serial line and gives a file */
	SESSION_WAYS
};

/* The subjects of every session, in the order of tables. */
extern const char *const session_subjects[];
enum { SESSION_SUBJECTS = 3, SESSION_UNATTENDED_TRIES = 3 };
/* What the Aerokernel is told besides a boot's own words when kexec leaves for it: as an image tells it. */
#define SESSION_KEXEC_WORDS "progress=yes doctor=yes"

struct session {
	struct store store;
	struct plan plan;
	enum session_way way;
	const char *profile; /* profile.h; NULL: as Linux was when the session was begun; borrowed, as facts */
	const json_t *facts; /* of Linux then (boot_facts.h) */
	/* Further ones of every boot of either system: events=…; NULL: none; borrowed, as all below. */
	const char *words;
	const char *kernel, *initrd, *place; /* what kexec.h's options are told; NULL: its defaults */
};

/* "kexec", "stick", "serial". */
const char *session_way_name(enum session_way way);
/* False: there is no such way. */
bool session_way_find(const char *name, enum session_way *way);
/* The member "session" of run.json: a new reference. Takes facts; profile may be NULL. */
json_t *session_json(enum session_way way, const char *profile, json_t *facts);
/* Whether a run is a session. */
bool session_is(const json_t *run);

/*
 * Opens the session `name` (as store_open()), or NULL: the latest of results, which need not be the latest run. append: for
 * going on; STATUS_FAILED if another process does so. STATUS_USAGE: there is none, it is no session, or it is broken.
 */
int session_open(struct session *session, const char *results, const char *name, bool append, struct error *error);
void session_close(struct session *session);

/*
 * The boot that is next: the first of the plan that has no numbers. tries > 0: a boot that failed so often is passed
 * over; 0: none is. NULL: there is nothing left to do.
 */
const struct plan_boot *session_next(const struct session *session, unsigned tries);
/* The subject of a boot. */
const struct subject *session_subject(const struct session *session, const struct plan_boot *boot);
/* Boots of the plan with numbers. */
size_t session_done(const struct session *session);
/* What the runner is told in this boot (bench/runner.h): allocated. */
char *session_words(const struct session *session, const struct plan_boot *boot);

/*
 * Whether Linux, by its facts, may be measured in this session: it is the same computer, booted and set as it was at the
 * beginning, when it was as the profile wants it. 0, or STATUS_FAILED with the error set, which names what differs.
 */
int session_check_linux(const struct session *session, const json_t *facts, struct error *error);
/*
 * Whether every planned boot has numbers, all were made on one computer and Linux was the same each time: 0, or
 * STATUS_FAILED with what is missing. *computer, allocated if 0: by what it was one computer, or that it was not shown.
 */
int session_finish(const struct session *session, char **computer, struct error *error);
