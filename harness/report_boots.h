/* SPDX-License-Identifier: MIT */
/*
 * A point's subjects on one machine, boot by boot: the median, how many samples were detours, how neighbouring samples
 * depend on each other and how many independent ones they are worth (measuring.md §5, "Per run" and "Dependence inside a
 * run"). For report_benchmarks.c.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "report_plot.h"

/* What the table's columns mean, once in a page. */
void report_boots_legend(FILE *file);
/* The table of these lines, all of one machine and unit. Reads every sample. */
void report_boots(FILE *file, const struct plot_line *lines, size_t count, const char *machine);
