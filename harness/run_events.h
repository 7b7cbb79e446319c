/* SPDX-License-Identifier: MIT */
/*
 * `aerobench run --events`: names to codes before the first boot, and afterwards what could not be counted where. Private
 * to the command.
 */
#pragma once

#include <jansson.h>

#include "error.h"
#include "run_options.h"
#include "store.h"

/* Whether all names are events: 0, or STATUS_USAGE with the error set. */
int run_events_check(const struct run_options *options, struct error *error);
/*
 * The further words of each boot: those of the options, and events= for those events that have a code; NULL: none.
 * Allocated. *events: what each name became, for the run's record; NULL: none were asked for; a new reference. Returns 0, or
 * STATUS_USAGE with the error set. What has no code on this processor is told on stderr.
 */
int run_events_words(const struct run_options *options, char **words, json_t **events, struct error *error);
/* Tells on stderr, once for each subject, which of the run's events its boots could not count, and why. */
void run_events_tell(struct store *store);
