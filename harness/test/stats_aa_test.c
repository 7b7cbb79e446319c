/* SPDX-License-Identifier: MIT */
/* The A/A self-check: a fair machine arms, one whose sides differ by themselves does not, and no data is no permission. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "sample_noise.h"
#include "stats_aa.h"
#include "stats_plan.h"

enum { TESTS = 30, SETS = 20, PAIRS = 12, LENGTH = SETS * PAIRS };

static double d[TESTS * LENGTH];
static const struct stats_aa_series series = {d, TESTS, LENGTH};

/* Pairs that differ by chance: of each test, and of all tests of a pair together. bias: what is no chance, of 1 in 10. */
static void fill(uint64_t seed, double bias)
{
	struct stats_random random = {seed};

	for (size_t pair = 0; pair < LENGTH; pair++) {
		double shared = 0.05 * noise_normal(&random);

		for (size_t test = 0; test < TESTS; test++)
			d[test * LENGTH + pair] = shared + 0.05 * noise_normal(&random) + (test % 10 == 0 ? bias : 0);
	}
}

static void a_fair_machine_arms_the_gate(void **state)
{
	struct stats_aa aa;

	(void)state;
	fill(1, 0);
	stats_aa_make(&aa, &series, PAIRS, 0.05, 1);
	print_message("alarms %zu of %zu: [%.3f, %.3f], suites %zu of %zu\n", aa.alarms, aa.trials, aa.rate.low,
		      aa.rate.high, aa.suites_alarmed, aa.sets);
	assert_int_equal(aa.sets, SETS);
	assert_int_equal(aa.trials, TESTS * SETS);
	assert_true(aa.armed);
	assert_true(aa.rate.low <= 0.05 && aa.rate.high >= 0.05);
	/* Tests that share their boots alarm together: the interval must not pretend that they are independent. */
	assert_true(aa.rate.high - aa.rate.low > 1.5 * (stats_rate_exact(aa.alarms, aa.trials, 0.10).high -
							stats_rate_exact(aa.alarms, aa.trials, 0.10).low));
	stats_aa_free(&aa);
}

static void sides_that_differ_by_themselves_disarm_it(void **state)
{
	struct stats_aa aa;

	(void)state;
	fill(2, 0.2); /* as another layout of the same code would */
	stats_aa_make(&aa, &series, PAIRS, 0.05, 1);
	assert_false(aa.armed);
	assert_true(aa.suites_alarmed > SETS / 2 && aa.suite_rate.low > 0.05);
	stats_aa_free(&aa);
}

static void estimates_are_what_margins_are_learned_from(void **state)
{
	struct stats_aa aa;
	double margin;

	(void)state;
	fill(3, 0.2);
	stats_aa_make(&aa, &series, PAIRS, 0.05, 1);
	margin = stats_plan_margin(aa.estimates + 1 * aa.sets, aa.sets);
	assert_true(margin > 0.03 && margin < 0.3);
	/* The bias is part of the floor: no difference below it can be told from the machine's own. */
	assert_true(stats_plan_margin(aa.estimates + 10 * aa.sets, aa.sets) > 0.2);
	stats_aa_free(&aa);
}

static void sets_too_small_to_alarm_after_holm_are_no_evidence(void **state)
{
	static const struct stats_aa_series few = {d, 6, LENGTH};
	struct stats_aa aa;

	(void)state;
	fill(5, 0);
	/* 2 / 2^8 is the smallest p of 8 pairs: six tests can alarm at .05, 30 cannot. */
	stats_aa_make(&aa, &few, 8, 0.05, 1);
	assert_true(aa.members == 6 && aa.suites == aa.sets && aa.sets == LENGTH / 8);
	stats_aa_free(&aa);
	stats_aa_make(&aa, &series, 8, 0.05, 1);
	assert_true(aa.members == TESTS && aa.trials == TESTS * aa.sets && aa.sets == LENGTH / 8);
	assert_int_equal(aa.suites, 0);
	assert_true(isnan(aa.suite_rate.rate));
	assert_false(aa.armed);
	stats_aa_free(&aa);
}

static void no_data_is_no_permission(void **state)
{
	const struct stats_aa_series none = {NULL, 0, 0}, brief = {d, TESTS, PAIRS - 1};
	struct stats_aa aa;

	(void)state;
	stats_aa_make(&aa, &none, PAIRS, 0.05, 1);
	assert_true(!aa.armed && aa.trials == 0 && isnan(aa.rate.rate));
	stats_aa_free(&aa);
	stats_aa_make(&aa, &brief, PAIRS, 0.05, 1);
	assert_true(!aa.armed && aa.sets == 0);
	stats_aa_free(&aa);
	stats_aa_make(&aa, &series, 5, 0.05, 1);
	assert_true(!aa.armed && aa.sets == 0);
	stats_aa_free(&aa);
}

static void pairs_without_a_value_are_left_out(void **state)
{
	struct stats_aa aa;

	(void)state;
	fill(4, 0);
	for (size_t pair = 0; pair < LENGTH; pair++) {
		if (pair % PAIRS >= 5)
			d[pair] = NAN; /* test 0 keeps 5 of 12: no trial */
		if (pair % PAIRS >= 6)
			d[LENGTH + pair] = NAN; /* test 1 keeps 6 */
	}
	stats_aa_make(&aa, &series, PAIRS, 0.05, 1);
	assert_int_equal(aa.trials, (TESTS - 1) * SETS);
	assert_true(isnan(aa.estimates[0]) && !isnan(aa.estimates[SETS]));
	stats_aa_free(&aa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_fair_machine_arms_the_gate),
	    cmocka_unit_test(sides_that_differ_by_themselves_disarm_it),
	    cmocka_unit_test(estimates_are_what_margins_are_learned_from),
	    cmocka_unit_test(sets_too_small_to_alarm_after_holm_are_no_evidence),
	    cmocka_unit_test(no_data_is_no_permission),
	    cmocka_unit_test(pairs_without_a_value_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
