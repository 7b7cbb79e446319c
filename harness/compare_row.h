/* SPDX-License-Identifier: MIT */
/* The numbers of one row of a comparison. For compare.c and aa_check.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare.h"
#include "stats_judge.h"
#include "stats_run.h"

/*
 * How two rows are compared. Below the clock's grain the location is what n and 2n operations say, if both sides have
 * it. Spreads, tails and deviations come from single operations in every row, raised to the coarser grain: so the ratio
 * to a row whose spread the clock cannot see is a bound, and of two such rows nothing is said.
 */
struct compare_rule {
	bool differenced;
	double floor; /* compare_floor() */
};
struct compare_rule compare_rule_of(const struct summary_row *a, const struct summary_row *b);
/* To which both sides of a statistic are raised. */
double compare_rule_floor(const struct compare_rule *rule, enum stats_statistic statistic);
/* What one boot says, in the row's unit per operation, less its control. */
struct stats_run compare_run(const struct compare_rule *rule, const struct summary_row *row, size_t run);
/* The coarser of both clocks, in the rows' unit; one unit of a clock whose grain is unknown. */
double compare_floor(const struct summary_row *a, const struct summary_row *b);

/*
 * Fills in everything of row but verdicts and adjusted p: row->a, row->b and row->exact are set. evidence: what the pairs
 * say, without pairs as it is for no pairs. seed: for the sign flips of more than 16 pairs.
 */
void compare_row_estimate(struct compare_row *row, bool paired, uint64_t seed,
			  struct stats_evidence evidence[STATS_STATISTICS]);
/* The judgements of all statistics, from evidence whose p is adjusted over `family` tests, and the row's verdict. */
void compare_row_judge(struct compare_row *row, const struct stats_evidence evidence[STATS_STATISTICS], double margin,
		       size_t family, bool paired);
