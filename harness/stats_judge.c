/* SPDX-License-Identifier: MIT */
/* From paired differences to a word: see stats_judge.h. */
#include "stats_judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_plan.h"
#include "stats_special.h"

/* measuring.md §5: intervals of 95 %, equivalence by the 90 % interval. */
#define INTERVAL_ALPHA 0.05
#define EQUIVALENCE_ALPHA 0.10

/* Whether at most half of the pairs have a value of their own, as where a clock has few steps. */
static bool is_tied(const double *d, size_t pairs)
{
	double *sorted = memory_new(pairs, sizeof(*sorted));
	size_t distinct = pairs > 0;

	if (pairs > 0)
		memcpy(sorted, d, pairs * sizeof(*sorted));
	stats_sort(sorted, pairs);
	for (size_t i = 1; i < pairs; i++)
		distinct += sorted[i] > sorted[i - 1];
	free(sorted);
	return 2 * distinct <= pairs;
}

struct stats_evidence stats_evidence_make(const double *d, size_t pairs, uint64_t seed)
{
	struct stats_interval interval = stats_hodges_lehmann(d, pairs, INTERVAL_ALPHA);
	struct stats_interval equivalence = stats_hodges_lehmann(d, pairs, EQUIVALENCE_ALPHA);
	double sd = stats_moments(d, pairs).sd;

	return (struct stats_evidence){.pairs = pairs,
				       .ratio = exp(interval.estimate),
				       .low = exp(interval.low),
				       .high = exp(interval.high),
				       .equivalent_low = exp(equivalence.low),
				       .equivalent_high = exp(equivalence.high),
				       .p = pairs >= STATS_PAIRS_MIN ? stats_sign_flip_p(d, pairs, seed) : NAN,
				       .p_adjusted = NAN,
				       .sd = sd,
				       .tied = is_tied(d, pairs),
				       .smallest_effect = stats_smallest_effect(sd, pairs)};
}

struct stats_evidence stats_evidence_of(const struct stats_runs *runs, enum stats_statistic statistic, uint64_t seed)
{
	double *d = memory_new(runs->pairs, sizeof(*d));
	size_t count = stats_run_differences(runs->a, runs->b, runs->pairs, statistic, runs->floor, d);
	struct stats_evidence evidence = stats_evidence_make(d, count, seed);

	evidence.more_is_better =
	    runs->more_is_better && (statistic == STATS_LOCATION || statistic == STATS_UNDISTURBED);
	evidence.hidden = stats_run_hidden(runs->a, runs->b, runs->pairs, statistic, runs->floor);
	free(d);
	return evidence;
}

/* A test that can say nothing costs the others nothing. */
static bool is_member(const struct stats_evidence *evidence)
{
	return !isnan(evidence->p) && !evidence->hidden;
}

size_t stats_family_adjust(struct stats_evidence *evidence, size_t m, enum stats_family family)
{
	double *p = memory_new(m, sizeof(*p));
	size_t members = 0;

	for (size_t i = 0; i < m; i++) {
		if (is_member(&evidence[i]))
			p[members++] = evidence[i].p;
	}
	if (family == STATS_FAMILY_GATE)
		stats_holm(p, p, members);
	else
		stats_benjamini_hochberg(p, p, members);
	for (size_t i = 0, at = 0; i < m; i++)
		evidence[i].p_adjusted = is_member(&evidence[i]) ? p[at++] : NAN;
	free(p);
	return members;
}

/* --- One verdict -------------------------------------------------------------------------------------------------- */

const char *stats_verdict_name(enum stats_verdict verdict)
{
	static const char *const names[] = {[STATS_PASS] = "pass",
					    [STATS_IMPROVED] = "improved",
					    [STATS_REGRESSED] = "regressed",
					    [STATS_INCONCLUSIVE] = "inconclusive",
					    [STATS_SKIPPED] = "skipped"};

	return verdict < STATS_VERDICTS ? names[verdict] : "";
}

/* A change that is significant and large, or STATS_INCONCLUSIVE. */
static enum stats_verdict finding(const struct stats_evidence *evidence, double margin, double alpha)
{
	if (!(evidence->p_adjusted <= alpha))
		return STATS_INCONCLUSIVE;
	if (evidence->ratio >= 1 + margin)
		return evidence->more_is_better ? STATS_IMPROVED : STATS_REGRESSED;
	if (evidence->ratio <= 1 / (1 + margin))
		return evidence->more_is_better ? STATS_REGRESSED : STATS_IMPROVED;
	return STATS_INCONCLUSIVE;
}

static struct stats_judgement skipped(const char *reason)
{
	return (struct stats_judgement){.verdict = STATS_SKIPPED, .reason = reason};
}

/*
 * Pairs to add. The plan is a 95 % interval of half the margin (measuring.md §5, "Looking twice"). Where that is reached
 * and nothing is decided, the change is about as large as the margin or significant but for the other tests: then until
 * the interval around the present estimate leaves the margin, or leaves no change, at this family's level.
 */
static size_t pairs_to_decide(const struct stats_evidence *evidence, double margin, double alpha, size_t members)
{
	struct stats_interval interval = {log(evidence->ratio), log(evidence->low), log(evidence->high)};
	double size = fabs(interval.estimate), edge = log1p(margin), target = edge / 2;
	size_t least = stats_plan_family(members, alpha), more;

	if ((interval.high - interval.low) / 2 <= target) {
		target = edge - size;
		if (size >= edge)
			target = size * stats_normal_critical(INTERVAL_ALPHA) /
				 stats_normal_critical(alpha / (double)members);
	}
	more = stats_plan_more(interval, evidence->pairs, target);
	if (evidence->pairs < least && more < least - evidence->pairs)
		more = least - evidence->pairs;
	return more > 0 ? more : 1;
}

static struct stats_judgement inconclusive(const struct stats_evidence *evidence, double margin, double alpha,
					   size_t members)
{
	struct stats_judgement judgement = {.verdict = STATS_INCONCLUSIVE};

	if (!evidence->tied)
		judgement.more_pairs = pairs_to_decide(evidence, margin, alpha, members);
	if (evidence->tied)
		judgement.reason = "the pairs differ by few steps of the clock: more of them may not tell";
	else if (evidence->pairs < stats_plan_family(members, alpha))
		judgement.reason = "too few pairs for the smallest p of so many tests";
	else if (evidence->p_adjusted <= alpha)
		judgement.reason = "a difference, but whether it reaches the margin is open";
	else
		judgement.reason = "neither a change nor its absence is shown: the interval is too wide";
	return judgement;
}

struct stats_judgement stats_judge(const struct stats_evidence *evidence, double margin, double alpha, size_t members)
{
	enum stats_verdict verdict;

	if (evidence->pairs < STATS_PAIRS_MIN)
		return skipped("fewer than 6 pairs");
	if (evidence->hidden)
		return skipped("both sides are at the grain of the clock");
	if (isnan(evidence->p_adjusted))
		return skipped("not a member of the family");
	if (!(margin > 0))
		return skipped("no margin learned yet: too few A/A comparisons");
	verdict = finding(evidence, margin, alpha);
	if (verdict == STATS_INCONCLUSIVE && evidence->equivalent_low >= 1 / (1 + margin) &&
	    evidence->equivalent_high <= 1 + margin)
		verdict = STATS_PASS;
	if (verdict == STATS_INCONCLUSIVE)
		return inconclusive(evidence, margin, alpha, members);
	return (struct stats_judgement){.verdict = verdict, .reason = ""};
}

struct stats_judgement stats_judge_confirmed(struct stats_judgement first, const struct stats_evidence *second,
					     double margin, double alpha)
{
	if (first.verdict != STATS_REGRESSED && first.verdict != STATS_IMPROVED)
		return first;
	if (finding(second, margin, alpha) == first.verdict)
		return first;
	return (struct stats_judgement){.verdict = STATS_INCONCLUSIVE,
					.reason = "an independent second set of pairs does not confirm the change"};
}

/* --- A suite ------------------------------------------------------------------------------------------------------ */

void stats_tally_add(struct stats_tally *tally, enum stats_verdict verdict)
{
	tally->count[verdict]++;
}

enum status stats_tally_status(const struct stats_tally *tally, bool strict)
{
	size_t judged = tally->count[STATS_PASS] + tally->count[STATS_IMPROVED] + tally->count[STATS_REGRESSED] +
			tally->count[STATS_INCONCLUSIVE];

	if (tally->count[STATS_REGRESSED] > 0)
		return STATUS_FAILED;
	if (judged == 0)
		return STATUS_UNSUPPORTED;
	return strict && tally->count[STATS_INCONCLUSIVE] > 0 ? STATUS_INCONCLUSIVE : STATUS_OK;
}
