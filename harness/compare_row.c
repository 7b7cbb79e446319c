/* SPDX-License-Identifier: MIT */
/* One row of a comparison: see compare_row.h. */
#include "compare_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_rank.h"
#include "stats_sides.h"

/* measuring.md §5: intervals of 95 %; §6, tier 1: what counts as a change of a count. */
#define ROW_ALPHA 0.05
#define ROW_EXACT_FRACTION 0.005
#define ROW_EXACT_COUNT 2.0
/* measuring.md §5, "Dependence inside a run". */
#define ROW_DEPENDENT 0.5
/* Copies that a repeated operation has at least, bench.h's BENCH_COPIES_STEP. */
#define ROW_COPIES 16

/* --- Runs --------------------------------------------------------------------------------------------------------- */

struct compare_rule compare_rule_of(const struct summary_row *a, const struct summary_row *b)
{
	bool differenced = (a->coarse || b->coarse) && !isnan(a->differenced) && !isnan(b->differenced);

	return (struct compare_rule){.differenced = differenced, .floor = compare_floor(a, b)};
}

double compare_rule_floor(const struct compare_rule *rule, enum stats_statistic statistic)
{
	/* n operations last so long that the grain is a small part of one: ROW_COPIES of them at least. */
	return rule->differenced && statistic == STATS_LOCATION ? rule->floor / ROW_COPIES : rule->floor;
}

struct stats_run compare_run(const struct compare_rule *rule, const struct summary_row *row, size_t run)
{
	struct stats_run numbers;

	stats_run_make(&numbers, row->runs[run].samples, row->runs[run].n);
	stats_run_scale(&numbers, row->scale);
	stats_run_subtract(&numbers, row->runs[run].subtracted);
	if (rule->differenced || row->by_difference)
		numbers.p50 = row->runs[run].differenced;
	return numbers;
}

double compare_floor(const struct summary_row *a, const struct summary_row *b)
{
	double grain_a = isnan(a->grain) ? a->scale : a->grain;
	double grain_b = isnan(b->grain) ? b->scale : b->grain;

	return fmax(grain_a, grain_b);
}

static struct stats_run *runs_of(const struct compare_rule *rule, const struct summary_row *row)
{
	struct stats_run *runs = memory_new(row->run_count, sizeof(*runs));

	for (size_t i = 0; i < row->run_count; i++)
		runs[i] = compare_run(rule, row, i);
	return runs;
}

static double median(double *values, size_t count)
{
	stats_sort(values, count);
	return stats_quantile(values, count, 0.5);
}

static struct compare_dependence dependence_of(const struct stats_run *runs, size_t count)
{
	struct compare_dependence dependence;
	double *values = memory_new(count, sizeof(*values));

	for (size_t lag = 0; lag < STATS_RUN_LAGS; lag++) {
		size_t known = 0;

		for (size_t i = 0; i < count; i++) {
			if (!isnan(runs[i].rho[lag]))
				values[known++] = runs[i].rho[lag];
		}
		dependence.rho[lag] = median(values, known);
	}
	for (size_t i = 0; i < count; i++)
		values[i] = runs[i].effective_n / (double)runs[i].n;
	dependence.effective = median(values, count);
	dependence.flagged = dependence.effective < ROW_DEPENDENT;
	free(values);
	return dependence;
}

static struct compare_dependence no_dependence(void)
{
	struct compare_dependence none = {.effective = NAN};

	for (size_t lag = 0; lag < STATS_RUN_LAGS; lag++)
		none.rho[lag] = NAN;
	return none;
}

/* --- Estimates ---------------------------------------------------------------------------------------------------- */

/* From single operations, also where the summary has no percentiles: steps of the clock are good for a bound. */
static double distance(const struct summary_row *row, double low, double high)
{
	return (stats_quantile_u32(row->sorted, row->n, high) - stats_quantile_u32(row->sorted, row->n, low)) *
	       row->scale;
}

/* Over all samples of a side. */
static double pooled(const struct compare_rule *rule, const struct summary_row *row, enum stats_statistic statistic)
{
	switch (statistic) {
	case STATS_LOCATION:
		return rule->differenced ? row->differenced : row->p50;
	case STATS_UNDISTURBED:
		return summary_value(row, stats_quantile_u32(row->sorted, row->n, 0.1));
	case STATS_SPREAD:
		return distance(row, 0.25, 0.75);
	case STATS_TAIL:
		return distance(row, 0.5, 0.99);
	default:
		return stats_mean_deviation_u32(row->sorted, row->n) * row->scale;
	}
}

static struct compare_estimate pooled_estimate(const struct compare_row *row, enum stats_statistic statistic)
{
	struct compare_rule rule = compare_rule_of(row->a, row->b);
	double floor = compare_rule_floor(&rule, statistic);
	struct compare_estimate estimate = {.a = pooled(&rule, row->a, statistic),
					    .b = pooled(&rule, row->b, statistic),
					    .floor = floor,
					    .low = NAN,
					    .high = NAN,
					    .p = NAN,
					    .p_adjusted = NAN,
					    .p_ranks = NAN,
					    .smallest_effect = NAN};

	estimate.ratio = fmax(floor, estimate.b) / fmax(floor, estimate.a);
	if (isnan(estimate.a) || isnan(estimate.b))
		estimate.ratio = NAN;
	estimate.floored = estimate.a <= floor && estimate.b <= floor;
	return estimate;
}

/* Too few pairs for an interval: the ratio of what all samples of each side say is plainer, and stays. */
static void take_pairs(struct compare_estimate *estimate, const struct stats_evidence *evidence)
{
	if (isnan(evidence->low))
		return;
	estimate->ratio = evidence->ratio;
	estimate->low = evidence->low;
	estimate->high = evidence->high;
	estimate->p = evidence->p;
	estimate->smallest_effect = evidence->smallest_effect;
}

/* log of the statistic of each run; those that do not support it are left out. Returns their number. */
static size_t logs(const struct stats_run *runs, size_t count, enum stats_statistic statistic, double floor,
		   double *values)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		double value = stats_run_log(&runs[i], statistic, floor);

		if (!isnan(value))
			values[known++] = value;
	}
	return known;
}

static void take_sides(const struct compare_row *row, const struct stats_run *a, const struct stats_run *b,
		       enum stats_statistic statistic, struct compare_estimate *estimate)
{
	double *logs_a = memory_new(row->a->run_count, sizeof(*logs_a));
	double *logs_b = memory_new(row->b->run_count, sizeof(*logs_b));
	size_t runs_a = logs(a, row->a->run_count, statistic, estimate->floor, logs_a);
	size_t runs_b = logs(b, row->b->run_count, statistic, estimate->floor, logs_b);
	struct stats_welch welch = stats_welch(logs_a, runs_a, logs_b, runs_b, ROW_ALPHA);

	if (!isnan(welch.low)) {
		estimate->ratio = exp(welch.difference);
		estimate->low = exp(welch.low);
		estimate->high = exp(welch.high);
		estimate->p = welch.p;
		estimate->p_ranks = stats_mann_whitney_p(logs_a, runs_a, logs_b, runs_b);
	}
	free(logs_a);
	free(logs_b);
}

/* The runs of rounds that both rows have, side by side. Returns their number. */
static size_t align(const struct compare_row *row, struct stats_run *a, struct stats_run *b)
{
	struct stats_run *found = memory_new(row->a->run_count, 2 * sizeof(*found));
	struct stats_run *found_b = found + row->a->run_count;
	size_t pairs = 0;

	for (size_t i = 0; i < row->a->run_count; i++) {
		for (size_t j = 0; j < row->b->run_count; j++) {
			if (row->a->runs[i].round != row->b->runs[j].round)
				continue;
			found[pairs] = a[i];
			found_b[pairs++] = b[j];
			break;
		}
	}
	memcpy(a, found, pairs * sizeof(*found));
	/* A side may have fewer runs than the other, never fewer than the pairs. */
	memcpy(b, found_b, pairs * sizeof(*found));
	free(found);
	return pairs;
}

static void estimate_all(struct compare_row *row, bool paired, uint64_t seed, struct stats_evidence *evidence)
{
	struct compare_rule rule = compare_rule_of(row->a, row->b);
	struct stats_run *a = runs_of(&rule, row->a), *b = runs_of(&rule, row->b);
	struct stats_runs runs = {.a = a, .b = b, .more_is_better = summary_more_is_better(row->a)};

	row->dependence[0] = dependence_of(a, row->a->run_count);
	row->dependence[1] = dependence_of(b, row->b->run_count);
	if (paired)
		runs.pairs = row->pairs = align(row, a, b);
	for (int i = 0; i < STATS_STATISTICS; i++) {
		enum stats_statistic statistic = (enum stats_statistic)i;

		runs.floor = compare_rule_floor(&rule, statistic);
		if (paired) {
			evidence[i] = stats_evidence_of(&runs, statistic, seed);
			take_pairs(&row->estimates[i], &evidence[i]);
		} else {
			take_sides(row, a, b, statistic, &row->estimates[i]);
		}
	}
	free(a);
	free(b);
}

void compare_row_estimate(struct compare_row *row, bool paired, uint64_t seed,
			  struct stats_evidence evidence[STATS_STATISTICS])
{
	for (int i = 0; i < STATS_STATISTICS; i++) {
		row->estimates[i] = pooled_estimate(row, (enum stats_statistic)i);
		evidence[i] = stats_evidence_make(NULL, 0, seed);
	}
	row->dependence[0] = row->dependence[1] = no_dependence();
	row->cliff = row->ks = NAN;
	if (row->a->scale == row->b->scale) {
		row->cliff = stats_cliff_delta_u32(row->a->sorted, row->a->n, row->b->sorted, row->b->n);
		row->ks = stats_ks_distance_u32(row->a->sorted, row->a->n, row->b->sorted, row->b->n);
	}
	if (!row->exact)
		estimate_all(row, paired, seed, evidence);
}

/* --- Verdicts-------------------------------------------------------------------------------------------------- */

static const struct stats_judgement too_few_samples = {STATS_SKIPPED, "too few samples in a run for this statistic", 0};
static const struct stats_judgement beside = {STATS_SKIPPED, "stands beside the tests, with its own interval", 0};
static const struct stats_judgement no_pairs = {STATS_SKIPPED, "runs taken at different times cannot be paired", 0};

/* Counts: a change of more than 0.5 % of the median, and more than 2, either way. */
static struct stats_judgement judge_exact(const struct compare_row *row, const struct compare_estimate *estimate)
{
	double limit = fmax(ROW_EXACT_COUNT, ROW_EXACT_FRACTION * row->a->p50);
	double change = estimate->b - estimate->a;

	if (isnan(change))
		return too_few_samples;
	if (fabs(change) <= limit)
		return (struct stats_judgement){STATS_PASS, "", 0};
	return (struct stats_judgement){change > 0 ? STATS_REGRESSED : STATS_IMPROVED, "", 0};
}

static bool is_test(enum stats_statistic statistic)
{
	bool found = false;

	for (size_t i = 0; i < COMPARE_TESTS; i++)
		found |= compare_tests[i] == statistic;
	return found;
}

static enum stats_verdict verdict_of(const struct compare_row *row)
{
	/* What one statistic says outweighs the others in this order. */
	static const enum stats_verdict order[] = {STATS_REGRESSED, STATS_IMPROVED, STATS_INCONCLUSIVE, STATS_PASS};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (size_t j = 0; j < COMPARE_TESTS; j++) {
			if (row->estimates[compare_tests[j]].judgement.verdict == order[i])
				return order[i];
		}
	}
	return STATS_SKIPPED;
}

void compare_row_judge(struct compare_row *row, const struct stats_evidence evidence[STATS_STATISTICS], double margin,
		       size_t family, bool paired)
{
	for (int i = 0; i < STATS_STATISTICS; i++) {
		struct compare_estimate *estimate = &row->estimates[i];

		estimate->p_adjusted = evidence[i].p_adjusted;
		if (row->exact)
			estimate->judgement = judge_exact(row, estimate);
		else if (!paired)
			estimate->judgement = no_pairs;
		else if (!is_test((enum stats_statistic)i))
			estimate->judgement = beside;
		else if (row->pairs >= STATS_PAIRS_MIN && evidence[i].pairs < STATS_PAIRS_MIN)
			estimate->judgement = too_few_samples;
		else
			estimate->judgement = stats_judge(&evidence[i], margin, ROW_ALPHA, family);
	}
	row->verdict = verdict_of(row);
}
