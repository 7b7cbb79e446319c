/* SPDX-License-Identifier: MIT */
/*
 * Experiments whose truth is known (measuring.md §5, "Testing the statistics code"): simulated machines, sample by sample,
 * through the same path as measured runs. Without a difference alarms stay at their level on every kind of machine; a
 * planned effect is found as often as planned, in the statistic that changed and in no other; and the methods that are
 * known to fail do fail here, which proves that the simulated machines are hard enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "memory.h"
#include "sample_noise.h"
#include "stats.h"
#include "stats_judge.h"
#include "stats_plan.h"
#include "stats_radix.h"
#include "stats_run.h"
#include "stats_sides.h"
#include "stats_special.h"

enum { SAMPLES = 1000, PAIRS_MOST = 16, ALARM_PAIRS = 10, ALARM_EXPERIMENTS = 400, POWER_EXPERIMENTS = 200 };

/* Ticks of a clock's grain: the floor of every logarithm. */
#define GRAIN 1.0
#define ALPHA 0.05

/* Pairs of runs of A and of B, back to back, their order by a fair coin. */
static void measure(struct noise *a, struct noise *b, size_t pairs, struct stats_run *runs_a, struct stats_run *runs_b)
{
	uint32_t samples[SAMPLES];

	for (size_t i = 0; i < pairs; i++) {
		bool a_first = stats_random_next(&a->random) & 1;
		double position = 2 * (double)i;

		noise_fill(a, position + !a_first, samples, SAMPLES);
		stats_run_make(&runs_a[i], samples, SAMPLES);
		noise_fill(b, position + a_first, samples, SAMPLES);
		stats_run_make(&runs_b[i], samples, SAMPLES);
	}
}

static void compare(struct noise *a, struct noise *b, size_t pairs, uint64_t seed, struct stats_evidence *evidence)
{
	struct stats_run runs_a[PAIRS_MOST], runs_b[PAIRS_MOST];
	struct stats_runs runs = {.a = runs_a, .b = runs_b, .pairs = pairs, .floor = GRAIN};

	measure(a, b, pairs, runs_a, runs_b);
	for (int s = 0; s < STATS_STATISTICS; s++)
		evidence[s] = stats_evidence_of(&runs, (enum stats_statistic)s, seed);
}

/* Like noise_plain(), with what every machine has: runs that differ in location, spread and tail. */
static struct noise machine(uint64_t seed)
{
	struct noise noise = noise_plain(seed);

	noise.run_sd = 0.05;
	noise.run_spread = 0.1;
	noise.outliers = 0.002;
	noise.run_tail = 0.3;
	return noise;
}

/* Upper 99.9 % binomial bound of alarms at level alpha, by the normal approximation. */
static double alarm_bound(double alpha, double experiments)
{
	return alpha + stats_normal_critical(0.002) * sqrt(alpha * (1 - alpha) / experiments);
}

/* --- No difference -------------------------------------------------------------------------------------------------- */

enum { MACHINES = 5 };

static struct noise machine_of_kind(int kind, uint64_t seed)
{
	struct noise noise = machine(seed);

	noise.drift = kind == 1 ? 0.02 : 0; /* 2 % slower with every run */
	noise.ar = kind == 2 ? 0.9 : 0;
	noise.outliers = kind == 3 ? 0.03 : noise.outliers;
	noise.run_tail = kind == 3 ? 1.0 : noise.run_tail;
	noise.second = kind == 4 ? 0.4 : 0; /* 20 to 60 % of a run in the slower mode */
	return noise;
}

struct alarms {
	unsigned tests[STATS_STATISTICS], intervals[STATS_STATISTICS]; /* p <= .05; the 95 % interval misses 1 */
};

static void count_alarms(struct noise *a, struct noise *b, struct alarms *alarms)
{
	for (int i = 0; i < ALARM_EXPERIMENTS; i++) {
		struct stats_evidence evidence[STATS_STATISTICS];

		compare(a, b, ALARM_PAIRS, 1, evidence);
		for (int s = 0; s < STATS_STATISTICS; s++) {
			alarms->tests[s] += evidence[s].p <= ALPHA;
			alarms->intervals[s] += evidence[s].low > 1 || evidence[s].high < 1;
		}
	}
}

static void without_a_difference_no_machine_raises_more_alarms_than_it_may(void **state)
{
	static const char *const names[MACHINES] = {"log-normal", "drift", "autocorrelated", "outliers", "bimodal"};
	struct alarms all = {{0}, {0}};
	double experiments = MACHINES * ALARM_EXPERIMENTS;

	(void)state;
	for (int kind = 0; kind < MACHINES; kind++) {
		struct noise a = machine_of_kind(kind, 100 + (uint64_t)kind);
		struct noise b = machine_of_kind(kind, 200 + (uint64_t)kind);
		struct alarms alarms = {{0}, {0}};

		count_alarms(&a, &b, &alarms);
		for (int s = 0; s < STATS_STATISTICS; s++) {
			print_message("%s, %s: %u of %d\n", names[kind], stats_statistic_name((enum stats_statistic)s),
				      alarms.tests[s], ALARM_EXPERIMENTS);
			assert_true(alarms.tests[s] <= alarm_bound(ALPHA, ALARM_EXPERIMENTS) * ALARM_EXPERIMENTS);
			all.tests[s] += alarms.tests[s];
			all.intervals[s] += alarms.intervals[s];
		}
	}
	for (int s = 0; s < STATS_STATISTICS; s++) {
		print_message("%s: alarms %.2f %%, missed by intervals %.2f %%\n",
			      stats_statistic_name((enum stats_statistic)s), 100 * all.tests[s] / experiments,
			      100 * all.intervals[s] / experiments);
		assert_true(all.tests[s] <= 0.06 * experiments && all.intervals[s] <= 0.06 * experiments);
		assert_true(all.tests[s] > 0.03 * experiments); /* a test that never alarms is none */
	}
}

/* Families are simulated one number a run: what makes that number is above. */
static void a_gate_of_forty_tests_raises_few_alarms_and_confirms_fewer(void **state)
{
	enum { EXPERIMENTS = 600, TESTS = 40, PAIRS = 12 };
	struct stats_random random = {40};
	unsigned alarms = 0, confirmed = 0;

	(void)state;
	for (int i = 0; i < EXPERIMENTS; i++) {
		struct stats_evidence first[TESTS], second;
		bool alarm = false, stands = false;

		for (int j = 0; j < TESTS; j++) {
			double d[PAIRS];

			for (int k = 0; k < PAIRS; k++)
				d[k] = 0.1 * noise_normal(&random);
			first[j] = stats_evidence_make(d, PAIRS, 1);
		}
		stats_family_adjust(first, TESTS, STATS_FAMILY_GATE);
		for (int j = 0; j < TESTS; j++) {
			struct stats_judgement found;
			double d[PAIRS];

			if (!(first[j].p_adjusted <= ALPHA))
				continue;
			found = stats_judge(&first[j], 0.03, ALPHA, TESTS);
			if (found.verdict != STATS_REGRESSED && found.verdict != STATS_IMPROVED)
				continue;
			alarm = true;
			for (int k = 0; k < PAIRS; k++)
				d[k] = 0.1 * noise_normal(&random);
			second = stats_evidence_make(d, PAIRS, 1);
			stats_family_adjust(&second, 1, STATS_FAMILY_GATE);
			stands =
			    stands || stats_judge_confirmed(found, &second, 0.03, ALPHA).verdict != STATS_INCONCLUSIVE;
		}
		alarms += alarm;
		confirmed += stands;
	}
	print_message("suites with an alarm: %u of %d, confirmed: %u\n", alarms, EXPERIMENTS, confirmed);
	assert_true(alarms > 0 && alarms <= 0.06 * EXPERIMENTS);
	assert_true(confirmed <= 0.01 * EXPERIMENTS);
}

/* "Pass" is a claim too: at a change as large as the margin it is false, and may be said in 5 % of the cases. */
static void a_change_as_large_as_the_margin_seldom_passes(void **state)
{
	enum { EXPERIMENTS = 2000, PAIRS = 16 };
	struct stats_random random = {16};
	unsigned at_margin = 0, equal = 0;

	(void)state;
	for (int i = 0; i < EXPERIMENTS; i++) {
		double d[PAIRS];
		struct stats_evidence evidence;

		for (int j = 0; j < PAIRS; j++)
			d[j] = 0.03 * noise_normal(&random);
		evidence = stats_evidence_make(d, PAIRS, 1);
		stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
		equal += stats_judge(&evidence, 0.03, ALPHA, 1).verdict == STATS_PASS;
		for (int j = 0; j < PAIRS; j++)
			d[j] += log(1.03);
		evidence = stats_evidence_make(d, PAIRS, 1);
		stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
		at_margin += stats_judge(&evidence, 0.03, ALPHA, 1).verdict == STATS_PASS;
	}
	print_message("passes without a change: %.1f %%, at the margin: %.1f %%\n", 100.0 * equal / EXPERIMENTS,
		      100.0 * at_margin / EXPERIMENTS);
	assert_true(at_margin <= 0.06 * EXPERIMENTS);
	assert_true(equal >= 0.9 * EXPERIMENTS);
}

/* --- A difference ---------------------------------------------------------------------------------------------------- */

/* Standard deviation of d of each statistic between machines that do not differ. */
static void aa_deviations(double *sd)
{
	enum { SERIES = 20 };
	struct noise a = machine(301), b = machine(302);
	double squares[STATS_STATISTICS] = {0};

	for (int i = 0; i < SERIES; i++) {
		struct stats_evidence evidence[STATS_STATISTICS];

		compare(&a, &b, PAIRS_MOST, 1, evidence);
		for (int s = 0; s < STATS_STATISTICS; s++)
			squares[s] += evidence[s].sd * evidence[s].sd / SERIES;
	}
	for (int s = 0; s < STATS_STATISTICS; s++)
		sd[s] = sqrt(squares[s]);
}

/* How often each statistic finds a difference, and the ratio that it finds on average. */
struct found {
	unsigned times[STATS_STATISTICS];
	double ratio[STATS_STATISTICS];
};

static struct found search(struct noise a, struct noise b)
{
	struct found found = {{0}, {0}};

	for (int i = 0; i < POWER_EXPERIMENTS; i++) {
		struct stats_evidence evidence[STATS_STATISTICS];

		compare(&a, &b, PAIRS_MOST, 1, evidence);
		for (int s = 0; s < STATS_STATISTICS; s++) {
			found.times[s] += evidence[s].p <= ALPHA;
			found.ratio[s] += evidence[s].ratio / POWER_EXPERIMENTS;
		}
	}
	for (int s = 0; s < STATS_STATISTICS; s++)
		print_message("%s: found in %.0f %%, ratio %.3f\n", stats_statistic_name((enum stats_statistic)s),
			      100.0 * found.times[s] / POWER_EXPERIMENTS, found.ratio[s]);
	return found;
}

static double share(const struct found *found, enum stats_statistic statistic)
{
	return (double)found->times[statistic] / POWER_EXPERIMENTS;
}

/* The effect that stats_plan_power() plans PAIRS_MOST pairs for. */
static double planned_effect(double sd)
{
	double effect = expm1(sd * sqrt(7.85 / (PAIRS_MOST - 3)));

	assert_int_equal(stats_plan_power(sd, effect * 1.0001), PAIRS_MOST);
	return effect;
}

static void a_planned_slowdown_is_found_as_often_as_planned(void **state)
{
	struct noise a = machine(401), b = machine(402);
	double sd[STATS_STATISTICS];
	struct found found;

	(void)state;
	aa_deviations(sd);
	b.median *= 1 + planned_effect(sd[STATS_LOCATION]);
	print_message("slower by %.1f %%\n", 100 * (b.median / a.median - 1));
	found = search(a, b);
	assert_true(share(&found, STATS_LOCATION) >= 0.70 && share(&found, STATS_LOCATION) <= 0.90);
	assert_within(found.ratio[STATS_LOCATION], b.median / a.median, 0.01);
}

static void a_planned_spread_is_found_as_spread_and_not_as_slowdown(void **state)
{
	struct noise a = machine(501), b = machine(502);
	double sd[STATS_STATISTICS];
	struct found found;

	(void)state;
	aa_deviations(sd);
	b.sigma *= 1 + planned_effect(sd[STATS_SPREAD]);
	print_message("wider by %.1f %%\n", 100 * (b.sigma / a.sigma - 1));
	found = search(a, b);
	assert_true(share(&found, STATS_SPREAD) >= 0.70 && share(&found, STATS_SPREAD) <= 0.90);
	assert_true(share(&found, STATS_DEVIATION) > 0.3);
	assert_true(share(&found, STATS_LOCATION) <= alarm_bound(ALPHA, POWER_EXPERIMENTS));
	assert_within(found.ratio[STATS_SPREAD], b.sigma / a.sigma, 0.02);
}

static void a_heavier_tail_is_found_as_tail_and_not_as_slowdown(void **state)
{
	struct noise a = machine(601), b = machine(602);
	struct found found;

	(void)state;
	b.outliers = 0.02;
	found = search(a, b);
	assert_true(share(&found, STATS_TAIL) > 0.95);
	assert_true(share(&found, STATS_LOCATION) <= alarm_bound(ALPHA, POWER_EXPERIMENTS));
	assert_true(share(&found, STATS_UNDISTURBED) <= alarm_bound(ALPHA, POWER_EXPERIMENTS));
	assert_true(share(&found, STATS_SPREAD) < 0.3); /* 2 % of the samples hardly move the quartiles */
	assert_true(found.ratio[STATS_TAIL] > 3);
}

/* As a gate says it: same median, twice the spread. */
static void a_wider_spread_alone_is_a_regression_of_spread_alone(void **state)
{
	struct noise a = machine(701), b = machine(702);
	struct stats_evidence evidence[STATS_STATISTICS];
	struct stats_judgement spread, location;

	(void)state;
	b.sigma *= 2;
	compare(&a, &b, PAIRS_MOST, 1, evidence);
	stats_family_adjust(evidence, STATS_STATISTICS, STATS_FAMILY_GATE);
	spread = stats_judge(&evidence[STATS_SPREAD], 0.25, ALPHA, STATS_STATISTICS);
	location = stats_judge(&evidence[STATS_LOCATION], 0.25, ALPHA, STATS_STATISTICS);
	assert_int_equal(spread.verdict, STATS_REGRESSED);
	assert_int_equal(location.verdict, STATS_PASS);
}

static void the_pairs_that_an_open_question_asks_for_decide_it(void **state)
{
	enum { EXPERIMENTS = 120, FIRST = 10, MOST = 400 };
	struct stats_random random = {55};
	unsigned open = 0, narrow = 0, decided = 0;

	(void)state;
	for (int i = 0; i < EXPERIMENTS; i++) {
		double d[MOST];
		struct stats_evidence evidence;
		struct stats_judgement judgement;

		for (int j = 0; j < MOST; j++)
			d[j] = 0.06 * noise_normal(&random);
		evidence = stats_evidence_make(d, FIRST, 1);
		stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
		judgement = stats_judge(&evidence, 0.05, ALPHA, 1);
		if (judgement.verdict != STATS_INCONCLUSIVE || FIRST + judgement.more_pairs > MOST)
			continue;
		open++;
		evidence = stats_evidence_make(d, FIRST + judgement.more_pairs, 1);
		stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
		narrow += log(evidence.high / evidence.low) / 2 <= 1.25 * log1p(0.05) / 2;
		decided += stats_judge(&evidence, 0.05, ALPHA, 1).verdict == STATS_PASS;
	}
	print_message("open %u, then narrow %u, decided %u\n", open, narrow, decided);
	assert_true(open > EXPERIMENTS / 2);
	assert_true(narrow > 0.7 * open && decided > 0.9 * open);
}

/* --- What must fail -------------------------------------------------------------------------------------------------- */

static double pooled_mann_whitney_p(struct noise *a, struct noise *b, size_t runs)
{
	size_t n = runs * SAMPLES;
	uint32_t *of_a = memory_new(n, sizeof(*of_a)), *of_b = memory_new(n, sizeof(*of_b));
	uint32_t *scratch = memory_new(n, sizeof(*scratch));
	double delta;

	for (size_t i = 0; i < runs; i++) {
		noise_fill(a, 0, of_a + i * SAMPLES, SAMPLES);
		noise_fill(b, 0, of_b + i * SAMPLES, SAMPLES);
	}
	stats_radix_sort_u32(of_a, scratch, n);
	stats_radix_sort_u32(of_b, scratch, n);
	delta = stats_cliff_delta_u32(of_a, n, of_b, n);
	free(of_a);
	free(of_b);
	free(scratch);
	/* U is delta in other units: its variance is n² (2n + 1) / 12. */
	return stats_normal_p(delta / sqrt((2 * (double)n + 1) / (3 * (double)n * (double)n)));
}

static void pooled_samples_raise_alarms_in_most_experiments(void **state)
{
	enum { EXPERIMENTS = 60 };
	struct noise a = machine(801), b = machine(802);
	unsigned alarms = 0;

	(void)state;
	for (int i = 0; i < EXPERIMENTS; i++)
		alarms += pooled_mann_whitney_p(&a, &b, 10) <= ALPHA;
	print_message("pooled samples: %u alarms of %d\n", alarms, EXPERIMENTS);
	assert_true(alarms > 0.5 * EXPERIMENTS);
}

/* First all of A, then all of B, on the machine that drifts: what pairs of runs see as nothing. */
static void blocks_of_runs_take_a_drift_for_a_difference(void **state)
{
	enum { EXPERIMENTS = 60 };
	struct noise noise = machine_of_kind(1, 901);
	unsigned alarms = 0;

	(void)state;
	for (int i = 0; i < EXPERIMENTS; i++) {
		double logs[2 * ALARM_PAIRS];

		for (size_t j = 0; j < 2 * ALARM_PAIRS; j++) {
			uint32_t samples[SAMPLES];
			struct stats_run run;

			noise_fill(&noise, (double)j, samples, SAMPLES);
			stats_run_make(&run, samples, SAMPLES);
			logs[j] = stats_run_log(&run, STATS_LOCATION, GRAIN);
		}
		alarms += stats_welch(logs, ALARM_PAIRS, logs + ALARM_PAIRS, ALARM_PAIRS, ALPHA).p <= ALPHA;
	}
	print_message("blocks: %u alarms of %d\n", alarms, EXPERIMENTS);
	assert_true(alarms > 0.5 * EXPERIMENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_difference_no_machine_raises_more_alarms_than_it_may),
	    cmocka_unit_test(a_gate_of_forty_tests_raises_few_alarms_and_confirms_fewer),
	    cmocka_unit_test(a_change_as_large_as_the_margin_seldom_passes),
	    cmocka_unit_test(a_planned_slowdown_is_found_as_often_as_planned),
	    cmocka_unit_test(a_planned_spread_is_found_as_spread_and_not_as_slowdown),
	    cmocka_unit_test(a_heavier_tail_is_found_as_tail_and_not_as_slowdown),
	    cmocka_unit_test(a_wider_spread_alone_is_a_regression_of_spread_alone),
	    cmocka_unit_test(the_pairs_that_an_open_question_asks_for_decide_it),
	    cmocka_unit_test(pooled_samples_raise_alarms_in_most_experiments),
	    cmocka_unit_test(blocks_of_runs_take_a_drift_for_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
