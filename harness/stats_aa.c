/* SPDX-License-Identifier: MIT */
/* The A/A self-check: see stats_aa.h. */
#include "stats_aa.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "stats_judge.h"
#include "stats_pair.h"
#include "stats_plan.h"

/* Two-sided; the lower end is then the one-sided 95 % bound by which a gate disarms (measuring.md §6). */
#define RATE_ALPHA 0.10

/* Trials and alarms of each set: what stats_rate_clustered() takes. */
struct counts {
	size_t *trials, *alarms;
};

/* What every set is judged by. */
struct rule {
	size_t tests, pairs;
	double alpha;
};

static struct stats_evidence evidence_of(const double *d, size_t pairs, uint64_t seed)
{
	double *known = memory_new(pairs, sizeof(*known));
	struct stats_evidence evidence;
	size_t count = 0;

	for (size_t i = 0; i < pairs; i++) {
		if (!isnan(d[i]))
			known[count++] = d[i];
	}
	evidence = stats_evidence_make(known, count, seed);
	free(known);
	return evidence;
}

/* All tests of one set. */
static void count_set(struct stats_aa *aa, const struct stats_evidence *evidence, const struct rule *rule,
		      struct counts *counts, size_t set)
{
	bool suite_alarm = false, can_alarm;

	for (size_t i = 0; i < rule->tests; i++) {
		bool trial = !isnan(evidence[i].p);

		aa->estimates[i * aa->sets + set] = trial ? log(evidence[i].ratio) : NAN;
		counts->trials[set] += trial;
		counts->alarms[set] += trial && evidence[i].p <= rule->alpha;
		suite_alarm = suite_alarm || evidence[i].p_adjusted <= rule->alpha;
	}
	can_alarm = counts->trials[set] > 0 && rule->pairs >= stats_plan_family(counts->trials[set], rule->alpha);
	aa->trials += counts->trials[set];
	aa->alarms += counts->alarms[set];
	aa->members = counts->trials[set] > aa->members ? counts->trials[set] : aa->members;
	aa->suites += can_alarm;
	aa->suites_alarmed += can_alarm && suite_alarm;
}

void stats_aa_make(struct stats_aa *aa, const struct stats_aa_series *series, size_t pairs, double alpha, uint64_t seed)
{
	const struct rule rule = {series->tests, pairs, alpha};
	struct counts counts = {NULL, NULL};
	struct stats_evidence *evidence = memory_new(series->tests, sizeof(*evidence));

	*aa = (struct stats_aa){.sets = pairs >= STATS_PAIRS_MIN ? series->length / pairs : 0};
	aa->estimates = memory_new(series->tests * aa->sets, sizeof(*aa->estimates));
	counts.trials = memory_new(aa->sets, sizeof(*counts.trials));
	counts.alarms = memory_new(aa->sets, sizeof(*counts.alarms));
	for (size_t set = 0; set < aa->sets; set++) {
		for (size_t i = 0; i < series->tests; i++)
			evidence[i] = evidence_of(series->d + i * series->length + set * pairs, pairs, seed);
		stats_family_adjust(evidence, series->tests, STATS_FAMILY_GATE);
		count_set(aa, evidence, &rule, &counts, set);
	}
	aa->rate = stats_rate_clustered(counts.alarms, counts.trials, aa->sets, RATE_ALPHA);
	aa->suite_rate = stats_rate_exact(aa->suites_alarmed, aa->suites, RATE_ALPHA);
	aa->armed = aa->suites > 0 && aa->rate.low <= alpha && aa->suite_rate.low <= alpha;
	free(counts.trials);
	free(counts.alarms);
	free(evidence);
}

void stats_aa_free(struct stats_aa *aa)
{
	free(aa->estimates);
	*aa = (struct stats_aa){0};
}
