/* SPDX-License-Identifier: MIT */
/* The sections of the report that are tables and lists; each writes one <section>. For report.c only. */
#pragma once

#include <stdio.h>

#include "budget.h"
#include "error.h"
#include "figure_reference.h"
#include "summary.h"

/*
 * The first screen: for each pair of subjects on one machine how much more Linux costs and how sure that is, and the main
 * primitives. Returns 0, or an enum status with the error set: the run's subjects cannot be compared.
 */
int report_overview(FILE *file, const struct summary *summary, struct error *error);
/* Doctor's verdict for each machine of the run, with the reasons. */
void report_verdict(FILE *file, const struct summary *summary);
/* Each row of an Aerokernel beside every Linux of its machine, with the outcome in words. Returns as report_comparison(). */
int report_systems(FILE *file, const struct summary *summary, struct error *error);
/* Linux against the Aerokernel, a table for each pair of subjects on one machine. */
int report_comparison(FILE *file, const struct summary *summary, struct error *error);
/* Two builds of one system, where the run has them: each row with its verdict. Returns as report_comparison(). */
int report_builds(FILE *file, const struct summary *summary, struct error *error);
/* What each primitive may cost, and whether it does. STATUS_USAGE if the file of budgets does not fit the run. */
int report_budgets(FILE *file, const struct summary *summary, const struct budgets *budgets, struct error *error);
/*
 * Every point of every benchmark: distribution and time order of its samples, a picture for each machine, and the median
 * of each boot. Other sections lead there by html_row_name().
 */
void report_benchmarks(FILE *file, const struct summary *summary);
/* What the first operation of a boot cost, beside the warm median. */
void report_cold(FILE *file, const struct summary *summary);
/* Events that operations counted, and those that could not be counted, with the reasons. */
void report_counters(FILE *file, const struct summary *summary);
/* Every row of every subject. */
void report_distributions(FILE *file, const struct summary *summary);
/* Numbers from elsewhere with their grade, beside this run's where they are of the same machine and unit. */
void report_elsewhere(FILE *file, const struct summary *summary, const struct reference *reference);
/* What was skipped, unsupported or failed, with the reasons. */
void report_absent(FILE *file, const struct summary *summary);
/* The computer, the programs, each subject's own words about its environment. */
void report_environment(FILE *file, const struct summary *summary);
/* The raw logs, and the commands that make everything again. */
void report_sources(FILE *file, const struct summary *summary);
