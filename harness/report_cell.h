/* SPDX-License-Identifier: MIT */
/*
 * Cells of the report that say what came out of a comparison: a ratio with how sure it is below, and the outcome in a
 * word on its colour, so that no colour says anything alone.
 */
#pragma once

#include <stdio.h>

#include "compare.h"
#include "report_pairs.h"

/* The ratio Linux / Aerokernel above its interval, "exact" or "–". row NULL: "–". */
void report_ratio_cell(FILE *file, const struct compare_row *row, enum stats_statistic statistic);
/*
 * One word for each outcome of the location or the spread ("Aerokernel less", "Linux steadier", "equal", "undecided",
 * "no claim": no interval), with the pairs it holds on where they differ. rows: of each pair, NULL where it has none.
 */
void report_outcome_cell(FILE *file, const struct report_pairs *pairs, const struct compare_row *const *rows,
			 enum stats_statistic statistic);
/* The row of this benchmark and point in a comparison, or NULL. */
const struct compare_row *report_row_like(const struct compare *compare, const struct summary_row *row);
