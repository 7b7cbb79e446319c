/* SPDX-License-Identifier: MIT */
/* What a figure would show but the run has no numbers of, with the reason: what was skipped, and who could not run. */
#pragma once

#include <stddef.h>

#include "figure_spec.h"
#include "summary.h"

/*
 * One line for each reason: "linux@sim, linux@sim:tuned: skipped: fewer CPUs than threads: barrier_block parties=4, …",
 * of the subjects on these machines; subjects that lack the same for the same reason share a line. Points are
 * sorted. Allocated lines in an allocated array.
 */
char **figure_absent(const struct figure *figure, const struct summary *summary, const char *const *machines,
		     size_t machine_count, size_t *count);
