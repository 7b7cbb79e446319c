/* SPDX-License-Identifier: MIT */
/* What the tables of a comparison say in one cell, the same on a terminal, in Markdown and in the report. All allocated. */
#pragma once

#include "compare.h"

/*
 * The row's name, with its unit where that is not the one that the table is headed with. Of a rate, in permille of what is
 * due, more is better, and it says so: there a ratio above 1 speaks for B.
 */
char *compare_row_text(const struct compare *compare, const struct compare_row *row);
/* Three significant digits, whole from 100 on, thousands by comma; "–" for what is unknown. */
char *compare_factor_text(double factor);
/*
 * "12.3×"; ">26.0×" when A was raised to the clock's grain, "<" when B was, "=" when both were; "(…)" when the interval
 * holds 1; "–" if unknown.
 */
char *compare_ratio_text(const struct compare_estimate *estimate);
/* "1.02–1.06", "exact", "–". */
char *compare_interval_text(const struct compare_row *row, enum stats_statistic statistic);
/*
 * "regressed"; "pass, sees 2.1 %": a change of that size would have been found with power .8; "inconclusive, +12 runs",
 * at most as many as a run can have;
 * "" where nothing is judged.
 */
char *compare_verdict_text(const struct compare_estimate *estimate);
/* Both sides' runs×n in the order of the table's columns, once if they are equal. */
char *compare_runs_text(const struct compare_row *row, bool a_first);
/* "Linux", "Aerokernel"; a subject of unknown form stands for itself. Not allocated. */
const char *compare_system_name(const char *subject);
