/* SPDX-License-Identifier: MIT */
/* Makes the runs that tier 2 of the gate judges: the first set of pairs, and the second. Private to gate_timed*.c. */
#pragma once

#include "gate_timed_run.h"

/* Measures both builds of every subject until the last look or a verdict; *run: the id, allocated. */
int gate_timed_measure_first(const struct gate_timed_command *command, char **run, struct error *error);
/*
 * The points that have to be confirmed, as the first set measured them (its record says how), as many pairs as the look
 * that found most; the run says which run it confirms. The programs are those of the first set, or the error is
 * STATUS_UNSUPPORTED and nothing was measured. *run: the id, allocated.
 */
int gate_timed_measure_second(const struct gate_timed_command *command, const struct gate_timed *timed, char **run,
			      struct error *error);
/* "aerobench gate --timed RUN" with what the command was told of judging, so that it means the same. Allocated. */
char *gate_timed_again(const struct gate_timed_command *command, const char *first, const char *second);
