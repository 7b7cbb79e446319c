/* SPDX-License-Identifier: MIT */
/*
 * What a run's record says besides its plan: the verdict of the probes, the environment, the versions of everything that
 * takes part, the command. So that numbers can be explained later, and so that a run is not continued with other programs
 * than it was begun with.
 */
#pragma once

#include <jansson.h>

#include "error.h"
#include "plan.h"

/* Members for store_create(): a new reference. words: the further words of each boot, or NULL. Probes the computer. */
json_t *record_make(const struct plan *plan, int argc, char *const *argv, const char *words);
/* Names the builds of a record (build.h), for a run that goes on; those named already stay. 0, or STATUS_USAGE. */
int record_take_builds(const json_t *run, struct error *error);
/* Whether the programs are those of the record run: 0, or STATUS_USAGE with the error set: which one differs. */
int record_same_programs(const json_t *run, struct error *error);
