/* SPDX-License-Identifier: MIT */
/* Makes the run of an A/A self-check by `aerobench run`, whose progress and errors the user sees. For cmd_aa.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"

struct aa_measure {
	size_t pairs;    /* of boots, in all */
	char *builds[2]; /* NAME=DIR: none, that of the other side, or those of both */
	size_t build_count;
	char **passed; /* further words; aa_measure_pass() */
	size_t passed_count;
	bool dry_run;  /* print the plan */
	json_t *plans; /* with dry_run: an array that takes the plan of each subject instead; NULL: print */
};

/* Hands "--option=value" on. */
void aa_measure_pass(struct aa_measure *measure, const char *option, const char *value);
void aa_measure_free(struct aa_measure *measure);
/*
 * Measures one subject, so that the boots of a pair follow each other. *run: the id of the run, "" if there is none;
 * allocated. Returns 0, or the status of `aerobench run`, which has said what went wrong, with the error set.
 */
int aa_measure(const struct aa_measure *measure, const char *subject, char **run, struct error *error);
