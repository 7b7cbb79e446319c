/* SPDX-License-Identifier: MIT */
/*
 * How far the clocks of a subject's CPUs may be apart, for people: what a latency is good to that begins on one CPU and ends on
 * another. From what the doctors found: the Aerokernel's in each boot's environment, Linux's in the run.
 */
#pragma once

#include <stdio.h>

#include "summary.h"

/*
 * "aerokernel@metal: the clocks of its CPUs differ by at most 131 ticks (44 ns): a latency from one CPU to another is good to
 * that" of the worst boot that was read, allocated. NULL: nothing is known, or its clock counts instructions.
 */
char *clock_text(const struct summary *summary, const char *subject);
/* A line of this for each subject, with an empty line before the first. */
void clock_print(FILE *file, const struct summary *summary);
