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

/* What boots say of the lines of one machine, in their order. */
struct report_boots;

/* Once in a page, before the first picture: what all pictures share. */
void report_boots_shared(FILE *file);
/* What the columns and the picture mean, once in a page. */
void report_boots_legend(FILE *file);
/* Reads every sample of the lines, all of one machine and unit; they must outlive it. Never NULL. */
struct report_boots *report_boots_make(const struct plot_line *lines, size_t count);
void report_boots_free(struct report_boots *boots);
void report_boots_table(FILE *file, const struct report_boots *boots, const char *machine);
/* The autocorrelation at lags 1 … STATS_RUN_LAGS, the median over boots. label: for those who cannot see it. */
void report_boots_correlogram(FILE *file, const struct report_boots *boots, const char *label);
