/* SPDX-License-Identifier: MIT */
/*
 * A comparison as a table for people. Between two systems on one machine: what each primitive costs on both, how many
 * times more on B, and how the spreads and tails compare. Between two runs of one subject: what changed, and the verdict.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "compare.h"

/* bold: headings in bold (ANSI). */
void compare_print_systems(FILE *file, const struct compare *compare, bool bold);
void compare_print_versions(FILE *file, const struct compare *compare, bool bold);
/* Every statistic of every row, with its p values; what is shown and never tested; dependence inside runs. */
void compare_print_details(FILE *file, const struct compare *compare, bool bold);
/* What the signs in these tables mean; once, behind the last table. verdicts: the tables have them. */
void compare_print_legend(FILE *file, const struct compare *compares, size_t count, bool verdicts);
/* The table of two systems for a README: GitHub's Markdown. */
void compare_print_markdown(FILE *file, const struct compare *compare);
