/* SPDX-License-Identifier: MIT */
/* From the runs of two builds to evidence: see gate_timed_pairs.h. */
#include "gate_timed_pairs.h"

#include <math.h>
#include <stdlib.h>

#include "compare_row.h"
#include "memory.h"
#include "stats.h"
#include "stats_run.h"

/* The runs of the first `rounds` rounds that both rows have, as pairs; arrays of `rounds`. Returns how many. */
static size_t take_pairs(const struct summary_row *base, const struct summary_row *head, size_t rounds,
			 struct stats_run *a, struct stats_run *b)
{
	bool differenced = compare_rule_of(base, head).differenced;
	size_t pairs = 0;

	for (size_t round = 0; round < rounds && pairs < STATS_PAIRS_MAX; round++) {
		const struct summary_run *one = summary_run_of(base, round), *other = summary_run_of(head, round);

		if (one == NULL || other == NULL)
			continue;
		stats_run_make(&a[pairs], one->samples, one->n);
		stats_run_make(&b[pairs], other->samples, other->n);
		stats_run_subtract(&a[pairs], one->subtracted / base->scale);
		stats_run_subtract(&b[pairs], other->subtracted / head->scale);
		if (differenced) {
			a[pairs].p50 = one->differenced / base->scale;
			b[pairs].p50 = other->differenced / head->scale;
		}
		pairs++;
	}
	return pairs;
}

/* In raw ticks: the coarser of both clocks, one tick where it is unknown. */
static double floor_of(const struct summary_row *base, const struct summary_row *head)
{
	double a = isnan(base->grain) ? 1 : base->grain / base->scale;
	double b = isnan(head->grain) ? 1 : head->grain / head->scale;

	return fmax(1, fmax(a, b));
}

/* The statistic's median over the runs, in the row's unit: for people. */
static double level_of(const struct stats_run *runs, size_t count, enum stats_statistic statistic, double scale)
{
	double *values = memory_new(count, sizeof(*values)), level = NAN;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		double value = statistic == STATS_LOCATION ? runs[i].p50
			       : statistic == STATS_SPREAD ? runs[i].iqr
							   : runs[i].tail;

		if (!isnan(value))
			values[known++] = value;
	}
	stats_sort(values, known);
	if (known > 0)
		level = (values[(known - 1) / 2] + values[known / 2]) / 2 * scale;
	free(values);
	return level;
}

void gate_timed_gather(const struct summary_row *base, const struct summary_row *head, size_t rounds, uint64_t seed,
		       struct stats_evidence *evidence, struct gate_timed_row *row)
{
	struct stats_run *a = memory_new(rounds, sizeof(*a)), *b = memory_new(rounds, sizeof(*b));
	struct compare_rule rule = compare_rule_of(base, head);
	struct stats_runs runs = {.a = a, .b = b, .more_is_better = summary_more_is_better(base)};

	rule.floor = floor_of(base, head);
	runs.pairs = take_pairs(base, head, rounds, a, b);
	for (int i = 0; i < GATE_TIMED_STATISTICS; i++) {
		enum stats_statistic statistic = gate_timed_statistics[i];

		runs.floor = compare_rule_floor(&rule, statistic);
		evidence[i] = stats_evidence_of(&runs, statistic, seed);
		row->tests[i].base = level_of(a, runs.pairs, statistic, base->scale);
		row->tests[i].head = level_of(b, runs.pairs, statistic, head->scale);
	}
	free(a);
	free(b);
}
