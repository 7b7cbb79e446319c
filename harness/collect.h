/* SPDX-License-Identifier: MIT */
/*
 * Takes what a booted image said into a stored run: new, or as further boots of a run that plans its subject. The log of
 * each boot is its cleaned stream, and the capture it came from is kept beside it, verbatim, as its console. Environment
 * and fitness are those that the machine tells of itself (summary_fitness.h), never those of the computer that collects.
 */
#pragma once

#include <stddef.h>

#include <jansson.h>

#include "collect_boots.h"
#include "error.h"

/* What is stored, and where; all borrowed. */
struct collect_target {
	const char *results; /* the directory of runs, paths_results() */
	const char *run;     /* an id, its beginning, a directory, or "latest"; NULL: a new run */
	const char *subject; /* "aerokernel@metal" */
	/*
	 * Of the first boot, from 0; the others follow. -1: that of a smaller part of the same boot, else the first round
	 * without a whole boot of the subject; for one that is not whole, without a part of another either.
	 */
	long round;
	json_t *command;   /* array of words: how the boots came */
	json_t *collector; /* object: who took them in, from what */
};

struct collect_outcome {
	char *id, *path;        /* of the run; NULL if none was opened, or a new one got no boot */
	size_t ok, cut, failed; /* stored */
	size_t there;           /* not stored, because the run has them already */
	unsigned there_round;   /* the last of those, from 0 */
};

/*
 * Whether the run is there, has a place for the subject, and can be written: before somebody listens to a machine for
 * minutes. Returns 0, or as collect_store() will.
 */
int collect_check(const struct collect_target *target, struct error *error);
/*
 * Stores all boots, which are of one kind (collect_kind.h); capture is what they came in. Returns 0 if they are stored,
 * whatever their status; STATUS_USAGE: no such run, or it has no place for the subject, or measured something else;
 * STATUS_FAILED: the round has a whole boot already, the run has all these boots, or the store cannot be written. What is stored stays;
 * a new run into which nothing could be stored does not.
 * collect_outcome_free() in every case.
 */
int collect_store(const struct collect_target *target, const struct collect_boots *boots, const char *capture,
		  struct collect_outcome *outcome, struct error *error);
void collect_outcome_free(struct collect_outcome *outcome);
