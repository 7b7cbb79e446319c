/* SPDX-License-Identifier: MIT */
/*
 * Events that processors count, by name. Names become codes here, on the host, by libpfm4, and only the codes are passed to
 * the systems under test (bench/counting.h), so that both count the same. A handful of names is the same for all processors:
 * counter_names() lists them; any other is one of libpfm4's for this processor, or a software event of Linux.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"

struct counter_event {
	char *name; /* as the user wrote it */
	char kind;  /* 'r': what the event select register takes; 's': software event of Linux; 0: see problem */
	uint64_t code;
	char *encoded; /* libpfm4's full name of what the code stands for; NULL with a problem */
	char *problem; /* why it has no code on this processor, or NULL */
};

struct counter_list {
	struct counter_event *events;
	size_t count;
};

/*
 * Encodes a list of names separated by commas for a processor that libpfm4 calls pmu; NULL: this one. Returns 0, also if
 * there are events with a problem, or STATUS_USAGE with the error set: a name that does not exist, twice, or too many.
 * Free by counter_list_free() in every case.
 */
int counter_encode(struct counter_list *list, const char *names, const char *pmu, struct error *error);
void counter_list_free(struct counter_list *list);
/* "events=r5300c0/instructions,…" for the runner; allocated; NULL: none of them has a code. */
char *counter_word(const struct counter_list *list);
/*
 * The word of names for a system that is booted elsewhere, on a processor that libpfm4 calls pmu (NULL: this one); NULL: no
 * event has a code there. What has none is told on stderr. Allocated. Returns 0, or STATUS_USAGE with the error set.
 */
int counter_word_make(const char *names, const char *pmu, char **word, struct error *error);
/* [{"name", "code", "encoded"} or {"name", "problem"}]: a new reference. */
json_t *counter_json(const struct counter_list *list);
/* What libpfm4 calls this processor's cores, NULL: it does not know them. */
const char *counter_pmu(void);
/*
 * All names, schema "aerobench.events/1": "generic" [{"name", "encoded" or "problem"}] mean the same on all processors,
 * "software" [{"name", "about"}] are Linux's, "processor" [{"name", "about"}] those of "pmu", null: not known here. A new
 * reference; NULL with the error set: libpfm4 does not start.
 */
json_t *counter_catalog(struct error *error);
/* The same on stdout, one a line with what it is. Returns 0 or a status with the error set. */
int counter_print(struct error *error);
/* The names that mean the same on all processors, separated by ", ". */
const char *counter_names(void);
