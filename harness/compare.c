/* SPDX-License-Identifier: MIT */
/* Two subjects compared, row by row: see compare.h. */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_pair.h"

/* measuring.md §5: intervals of 95 %, equivalence by the 90 % interval; §6, tier 1: what counts as a change of a count. */
#define COMPARE_ALPHA 0.05
#define COMPARE_ALPHA_EQUIVALENT 0.10
#define COMPARE_EXACT_FRACTION 0.005
#define COMPARE_EXACT_COUNT 2.0

/* --- One statistic ------------------------------------------------------------------------------------------------ */

static double pooled(const struct summary_row *row, enum compare_statistic statistic)
{
	switch (statistic) {
	case COMPARE_LOCATION:
		return row->p50;
	case COMPARE_SPREAD:
		return row->iqr;
	default:
		return row->p99 - row->p50;
	}
}

static double of_run(const struct summary_run *run, enum compare_statistic statistic)
{
	switch (statistic) {
	case COMPARE_LOCATION:
		return run->p50;
	case COMPARE_SPREAD:
		return run->iqr;
	default:
		return run->p99 - run->p50;
	}
}

/* The coarser of both clocks; one unit of a clock whose grain is unknown. */
static double floor_of(const struct summary_row *a, const struct summary_row *b)
{
	double grain_a = isnan(a->grain) ? a->scale : a->grain;
	double grain_b = isnan(b->grain) ? b->scale : b->grain;

	return fmax(grain_a, grain_b);
}

/* log of the statistic of each run, floored; the runs that do not support it are left out. Returns their number. */
static size_t logs(const struct summary_row *row, enum compare_statistic statistic, double floor, double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < row->run_count; i++) {
		double value = of_run(&row->runs[i], statistic);

		if (!isnan(value))
			values[count++] = log(fmax(floor, value));
	}
	return count;
}

/* The log-ratios of the rounds that both rows have. */
static size_t differences(const struct compare_row *row, enum compare_statistic statistic, double floor, double *d)
{
	size_t count = 0;

	for (size_t i = 0; i < row->a->run_count; i++) {
		for (size_t j = 0; j < row->b->run_count && count < STATS_PAIRS_MAX; j++) {
			double a = of_run(&row->a->runs[i], statistic), b = of_run(&row->b->runs[j], statistic);

			if (row->a->runs[i].round == row->b->runs[j].round && !isnan(a) && !isnan(b))
				d[count++] = log(fmax(floor, b)) - log(fmax(floor, a));
		}
	}
	return count;
}

static void set_interval(struct compare_estimate *estimate, struct stats_interval interval)
{
	/* Too few runs for an interval: the ratio of what all samples of each side say is plainer. */
	if (isnan(interval.low))
		return;
	estimate->ratio = exp(interval.estimate);
	estimate->low = exp(interval.low);
	estimate->high = exp(interval.high);
}

static void estimate_pairs(struct compare_row *row, enum compare_statistic statistic, double floor, uint64_t seed)
{
	struct compare_estimate *estimate = &row->estimates[statistic];
	double d[STATS_PAIRS_MAX];
	size_t pairs = differences(row, statistic, floor, d);

	if (statistic == COMPARE_LOCATION) {
		row->pairs = pairs;
		if (pairs >= STATS_PAIRS_MIN)
			row->smallest_effect = stats_smallest_effect(stats_moments(d, pairs).sd, pairs);
	}
	set_interval(estimate, stats_hodges_lehmann(d, pairs, COMPARE_ALPHA));
	if (pairs >= STATS_PAIRS_MIN)
		estimate->p = stats_sign_flip_p(d, pairs, seed);
}

static void estimate_sides(struct compare_row *row, enum compare_statistic statistic, double floor)
{
	double *a = memory_new(row->a->run_count, sizeof(*a));
	double *b = memory_new(row->b->run_count, sizeof(*b));
	size_t runs_a = logs(row->a, statistic, floor, a);
	size_t runs_b = logs(row->b, statistic, floor, b);

	set_interval(&row->estimates[statistic], stats_shift(a, runs_a, b, runs_b, COMPARE_ALPHA));
	free(a);
	free(b);
}

static void estimate(struct compare_row *row, enum compare_statistic statistic, bool paired, uint64_t seed)
{
	struct compare_estimate *estimate = &row->estimates[statistic];
	double floor = floor_of(row->a, row->b);

	*estimate = (struct compare_estimate){.a = pooled(row->a, statistic),
					      .b = pooled(row->b, statistic),
					      .floor = floor,
					      .low = NAN,
					      .high = NAN,
					      .p = NAN,
					      .p_holm = NAN};
	estimate->ratio = fmax(floor, estimate->b) / fmax(floor, estimate->a);
	if (isnan(estimate->a) || isnan(estimate->b))
		estimate->ratio = NAN;
	estimate->floored = estimate->a <= floor && estimate->b <= floor;
	if (row->exact)
		return;
	if (paired)
		estimate_pairs(row, statistic, floor, seed);
	else
		estimate_sides(row, statistic, floor);
}

/* --- Verdicts ----------------------------------------------------------------------------------------------------- */

const char *compare_verdict_name(enum compare_verdict verdict)
{
	static const char *const names[] = {[COMPARE_NONE] = "",
					    [COMPARE_PASS] = "pass",
					    [COMPARE_IMPROVED] = "improved",
					    [COMPARE_REGRESSED] = "regressed",
					    [COMPARE_INCONCLUSIVE] = "inconclusive"};

	return names[verdict];
}

/* Counts: a change of more than 0.5 % of the median, and more than 2, either way. */
static enum compare_verdict judge_exact(const struct compare_row *row, const struct compare_estimate *estimate)
{
	double limit = fmax(COMPARE_EXACT_COUNT, COMPARE_EXACT_FRACTION * row->a->p50);
	double change = estimate->b - estimate->a;

	if (isnan(change))
		return COMPARE_NONE;
	if (fabs(change) <= limit)
		return COMPARE_PASS;
	return change > 0 ? COMPARE_REGRESSED : COMPARE_IMPROVED;
}

static bool equivalent(const struct compare_row *row, enum compare_statistic statistic, double margin)
{
	double d[STATS_PAIRS_MAX];
	size_t pairs = differences(row, statistic, floor_of(row->a, row->b), d);
	struct stats_interval interval = stats_hodges_lehmann(d, pairs, COMPARE_ALPHA_EQUIVALENT);

	return interval.low >= -log1p(margin) && interval.high <= log1p(margin);
}

static enum compare_verdict judge(const struct compare_row *row, enum compare_statistic statistic, double margin)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];

	if (row->exact)
		return judge_exact(row, estimate);
	if (isnan(estimate->p))
		return COMPARE_NONE;
	if (estimate->p_holm <= COMPARE_ALPHA && estimate->ratio >= 1 + margin)
		return COMPARE_REGRESSED;
	if (estimate->p_holm <= COMPARE_ALPHA && estimate->ratio <= 1 / (1 + margin))
		return COMPARE_IMPROVED;
	return equivalent(row, statistic, margin) ? COMPARE_PASS : COMPARE_INCONCLUSIVE;
}

static enum compare_verdict judge_row(const struct compare_row *row)
{
	/* What one statistic says outweighs the others in this order. */
	static const enum compare_verdict order[] = {COMPARE_REGRESSED, COMPARE_IMPROVED, COMPARE_INCONCLUSIVE,
						     COMPARE_PASS};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (int statistic = 0; statistic < COMPARE_STATISTICS; statistic++) {
			if (row->estimates[statistic].verdict == order[i])
				return order[i];
		}
	}
	return COMPARE_NONE;
}

/* One family of tests: every statistic of every row (measuring.md §5, "Several tests"). */
static void judge_all(struct compare *compare)
{
	size_t count = 0;
	double *p = memory_new(compare->row_count * COMPARE_STATISTICS, sizeof(*p));
	struct compare_estimate **tests = memory_new(compare->row_count * COMPARE_STATISTICS, sizeof(*tests));

	for (size_t i = 0; i < compare->row_count; i++) {
		for (int statistic = 0; statistic < COMPARE_STATISTICS; statistic++) {
			struct compare_estimate *estimate = &compare->rows[i].estimates[statistic];

			if (isnan(estimate->p))
				continue;
			p[count] = estimate->p;
			tests[count++] = estimate;
		}
	}
	stats_holm(p, p, count);
	for (size_t i = 0; i < count; i++)
		tests[i]->p_holm = p[i];
	for (size_t i = 0; i < compare->row_count; i++) {
		struct compare_row *row = &compare->rows[i];

		for (int statistic = 0; statistic < COMPARE_STATISTICS; statistic++)
			row->estimates[statistic].verdict =
			    judge(row, (enum compare_statistic)statistic, compare->margin);
		row->verdict = judge_row(row);
	}
	free(tests);
	free(p);
}

/* --- Rows --------------------------------------------------------------------------------------------------------- */

static const char *missing_reason(const struct summary *summary, const char *subject, const struct summary_row *row)
{
	const char *reason = "that system has no such benchmark";

	for (size_t i = 0; i < summary->note_count; i++) {
		const struct summary_note *note = &summary->notes[i];

		if (strcmp(note->subject, subject) != 0)
			continue;
		if (note->benchmark == NULL)
			reason = note->reason;
		/* A skipped point has no series yet: its parameters are the beginning of the row's. */
		else if (strcmp(note->benchmark, row->benchmark) == 0 &&
			 strncmp(note->params, row->params, strlen(note->params)) == 0)
			return note->reason;
	}
	return reason;
}

static void add_missing(struct compare *compare, const struct summary_row *row, bool in_a, const char *reason)
{
	compare->missing = memory_grow(compare->missing, compare->missing_count, sizeof(*compare->missing));
	compare->missing[compare->missing_count++] =
	    (struct compare_missing){.row = row, .in_a = in_a, .reason = reason};
}

static int add_row(struct compare *compare, const struct summary_row *a, const struct summary_row *b, uint64_t seed,
		   struct error *error)
{
	struct compare_row *row;

	if (strcmp(a->unit, b->unit) != 0) {
		return error_set(error, STATUS_USAGE,
				 "%s measures %s in %s and %s in %s: choose two subjects with one unit", a->subject,
				 a->benchmark, a->unit, b->subject, b->unit);
	}
	compare->rows = memory_grow(compare->rows, compare->row_count, sizeof(*compare->rows));
	row = &compare->rows[compare->row_count++];
	*row = (struct compare_row){.a = a, .b = b, .exact = a->exact && b->exact, .smallest_effect = NAN};
	for (int statistic = 0; statistic < COMPARE_STATISTICS; statistic++)
		estimate(row, (enum compare_statistic)statistic, compare->paired, seed);
	if (compare->unit == NULL)
		compare->unit = a->unit;
	return 0;
}

int compare_make(struct compare *compare, struct compare_side a, struct compare_side b, double margin,
		 struct error *error)
{
	int status = 0;

	*compare = (struct compare){.subject_a = a.subject,
				    .subject_b = b.subject,
				    .margin = margin,
				    .paired = strcmp(a.summary->store->id, b.summary->store->id) == 0};
	for (size_t i = 0; i < a.summary->row_count && status == 0; i++) {
		const struct summary_row *row = &a.summary->rows[i], *other;

		if (strcmp(row->subject, a.subject) != 0)
			continue;
		other = summary_find(b.summary, row->benchmark, b.subject, row->params);
		if (other != NULL)
			status = add_row(compare, row, other, a.summary->store->plan.seed, error);
		else
			add_missing(compare, row, true, missing_reason(b.summary, b.subject, row));
	}
	for (size_t i = 0; i < b.summary->row_count && status == 0; i++) {
		const struct summary_row *row = &b.summary->rows[i];

		if (strcmp(row->subject, b.subject) == 0 &&
		    summary_find(a.summary, row->benchmark, a.subject, row->params) == NULL)
			add_missing(compare, row, false, missing_reason(a.summary, a.subject, row));
	}
	if (status == 0 && compare->row_count == 0) {
		status = error_set(error, STATUS_USAGE,
				   "%s and %s have no measured point in common: `aerobench show` says what each has",
				   a.subject, b.subject);
	}
	if (status == 0)
		judge_all(compare);
	else
		compare_free(compare);
	return status;
}

void compare_free(struct compare *compare)
{
	free(compare->rows);
	free(compare->missing);
	*compare = (struct compare){0};
}
