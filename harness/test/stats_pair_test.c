/* SPDX-License-Identifier: MIT */
/*
 * The paired comparison: known answers, and its behaviour under simulated A/A and A/B experiments with a seeded
 * generator (measuring.md §5, "Testing the statistics code").
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "stats_pair.h"

#define assert_close(a, b) assert_true(fabs((double)(a) - (double)(b)) <= 1e-9 * (1 + fabs((double)(b))))

static void the_interval_uses_the_exact_signed_rank_counts(void **state)
{
	static const size_t rows[][2] = {{6, 1}, {8, 4}, {10, 9}, {12, 14}, {16, 30}, {20, 53}, {40, 265}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(stats_signed_rank_k(rows[i][0], 0.05), rows[i][1]);
	assert_int_equal(stats_signed_rank_k(5, 0.05), 0); /* 2 / 2^5 > .05 */
	assert_int_equal(stats_signed_rank_k(0, 0.05), 0);
	assert_true(stats_signed_rank_k(STATS_PAIRS_MAX, 0.05) > 200000);
}

static void hodges_lehmann_is_the_median_of_the_walsh_averages(void **state)
{
	/* Walsh averages of 1, 2, 6: 1, 1.5, 2, 3.5, 4, 6. */
	const double three[] = {1, 2, 6};
	const double six[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
	struct stats_interval interval = stats_hodges_lehmann(three, 3, 0.05);

	(void)state;
	assert_close(interval.estimate, 2.75);
	assert_true(isnan(interval.low) && isnan(interval.high));
	interval = stats_hodges_lehmann(six, 6, 0.05);
	assert_close(interval.estimate, 0.35);
	assert_close(interval.low, 0.1); /* K = 1: the extremes */
	assert_close(interval.high, 0.6);
	assert_true(isnan(stats_hodges_lehmann(NULL, 0, 0.05).estimate));
}

static void one_wild_run_does_not_move_the_estimate(void **state)
{
	double d[10];

	(void)state;
	for (int i = 0; i < 10; i++)
		d[i] = 0.01 * i;
	d[9] = 1000;
	assert_true(stats_hodges_lehmann(d, 10, 0.05).estimate < 0.06);
}

static void sign_flips_have_their_known_probabilities(void **state)
{
	const double positive[] = {1, 2, 3, 4, 5, 6};
	const double equal[] = {0, 0, 0, 0, 0, 0};
	const double mixed[] = {1, -1};

	(void)state;
	assert_close(stats_sign_flip_p(positive, 6, 1), 0.03125);
	assert_close(stats_sign_flip_p(equal, 6, 1), 1);
	assert_close(stats_sign_flip_p(mixed, 2, 1), 1);
	assert_close(stats_sign_flip_p(positive, 1, 1), 1);
	assert_close(stats_sign_flip_p(NULL, 0, 1), 1);
}

static void drawn_sign_flips_agree_with_counted_ones_and_repeat(void **state)
{
	/* 16 pairs are counted; a 17th of 0 changes no sum, so the drawn p must be near. */
	double d[17];
	double exact, drawn;

	(void)state;
	for (int i = 0; i < 16; i++)
		d[i] = i % 3 == 0 ? -0.7 : 0.8 + 0.01 * i;
	d[16] = 0;
	exact = stats_sign_flip_p(d, 16, 7);
	drawn = stats_sign_flip_p(d, 17, 7);
	assert_true(exact > 0.01 && exact < 0.5);
	assert_true(fabs(exact - drawn) < 5 * sqrt(exact * (1 - exact) / 1e5));
	assert_true(drawn == stats_sign_flip_p(d, 17, 7));
}

static void two_sides_without_pairs_use_exact_mann_whitney_counts(void **state)
{
	const double low[] = {1, 2, 3, 4};
	const double high[] = {11, 12, 13, 14};
	struct stats_interval interval = stats_shift(low, 4, high, 4, 0.05);

	(void)state;
	assert_int_equal(stats_mann_whitney_k(4, 4, 2.0 / 70), 1); /* separated 4v4: p = 2/70 */
	assert_int_equal(stats_mann_whitney_k(4, 4, 2.0 / 71), 0);
	assert_int_equal(stats_mann_whitney_k(3, 3, 0.05), 0); /* 3v3 cannot go below .10 */
	assert_int_equal(stats_mann_whitney_k(3, 3, 0.10), 1);
	/* Critical values of U at .05, two-sided, are K - 1 (Mann & Whitney 1947, and every table since). */
	assert_int_equal(stats_mann_whitney_k(5, 5, 0.05), 3);
	assert_int_equal(stats_mann_whitney_k(8, 8, 0.05), 14);
	assert_int_equal(stats_mann_whitney_k(10, 10, 0.05), 24);
	assert_int_equal(stats_mann_whitney_k(20, 20, 0.05), 128);
	assert_int_equal(stats_mann_whitney_k(6, 10, 0.05), 12);
	assert_int_equal(stats_mann_whitney_k(10, 6, 0.05), 12);
	assert_close(interval.estimate, 10);
	assert_close(interval.low, 7);
	assert_close(interval.high, 13);
}

static void adjusted_p_values_are_holms_and_benjamini_hochbergs(void **state)
{
	const double p[] = {.01, .04, .03, .005};
	const double holm[] = {.03, .06, .06, .02};
	const double bh[] = {.02, .04, .04, .02};
	double adjusted[4], one = 0.7;

	(void)state;
	stats_holm(p, adjusted, 4);
	for (int i = 0; i < 4; i++)
		assert_close(adjusted[i], holm[i]);
	stats_benjamini_hochberg(p, adjusted, 4);
	for (int i = 0; i < 4; i++)
		assert_close(adjusted[i], bh[i]);
	stats_holm(&one, &one, 1);
	assert_close(one, 0.7);
	stats_holm(NULL, NULL, 0);
}

static void the_smallest_effect_seen_is_the_inverse_of_the_plan(void **state)
{
	(void)state;
	assert_close(stats_smallest_effect(0.1, 16), exp(2.8 * 0.1 / 4) - 1);
	assert_true(isnan(stats_smallest_effect(0.1, 0)));
}

/* --- Simulated experiments ---------------------------------------------------------------------------------------- */

static double uniform(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return ((double)((*state * 0x2545f4914f6cdd1du) >> 11) + 0.5) / 9007199254740992.0;
}

/* Normal by Box & Muller 1958. */
static double normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(uniform(state)));

	return radius * cos(2 * M_PI * uniform(state));
}

/* The log-ratio of a pair without difference: two run effects, now and then one with a Pareto tail. */
static double pair_noise(uint64_t *state, double sd)
{
	double d = sd * normal(state);

	if (uniform(state) < 0.1)
		d += (uniform(state) < 0.5 ? -sd : sd) * pow(uniform(state), -0.5);
	return d;
}

enum { EXPERIMENTS = 2000 };

static void without_a_difference_false_alarms_stay_at_their_level(void **state)
{
	static const size_t sizes[] = {6, 10, 16};
	uint64_t random = 20240229;

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		unsigned alarms = 0, misses = 0;

		for (int i = 0; i < EXPERIMENTS; i++) {
			double d[16];
			struct stats_interval interval;

			for (size_t j = 0; j < sizes[s]; j++)
				d[j] = pair_noise(&random, 0.1);
			alarms += stats_sign_flip_p(d, sizes[s], 1) <= 0.05;
			interval = stats_hodges_lehmann(d, sizes[s], 0.05);
			misses += interval.low > 0 || interval.high < 0;
		}
		/* 99.9 % binomial bound; both are exact and may only be conservative. */
		assert_true(alarms <= 0.066 * EXPERIMENTS);
		assert_true(misses <= 0.066 * EXPERIMENTS);
		assert_true(alarms > 0 && misses > 0);
	}
}

static void a_planned_effect_is_found_as_often_as_planned(void **state)
{
	/* R = 7.85 (s / ln(1 + effect))^2 + 3 for power .8: s = .1, 10 % gives 12 pairs. */
	size_t pairs = (size_t)ceil(7.85 * pow(0.1 / log(1.1), 2) + 3);
	uint64_t random = 4711;
	unsigned found = 0, covered = 0;

	(void)state;
	assert_true(pairs <= 16);
	for (int i = 0; i < EXPERIMENTS; i++) {
		double d[16];
		struct stats_interval interval;

		for (size_t j = 0; j < pairs; j++)
			d[j] = log(1.1) + 0.1 * normal(&random);
		found += stats_sign_flip_p(d, pairs, 1) <= 0.05;
		interval = stats_hodges_lehmann(d, pairs, 0.05);
		covered += interval.low <= log(1.1) && log(1.1) <= interval.high;
	}
	assert_true(found >= 0.70 * EXPERIMENTS && found <= 0.90 * EXPERIMENTS);
	assert_true(covered >= 0.93 * EXPERIMENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_interval_uses_the_exact_signed_rank_counts),
	    cmocka_unit_test(hodges_lehmann_is_the_median_of_the_walsh_averages),
	    cmocka_unit_test(one_wild_run_does_not_move_the_estimate),
	    cmocka_unit_test(sign_flips_have_their_known_probabilities),
	    cmocka_unit_test(drawn_sign_flips_agree_with_counted_ones_and_repeat),
	    cmocka_unit_test(two_sides_without_pairs_use_exact_mann_whitney_counts),
	    cmocka_unit_test(adjusted_p_values_are_holms_and_benjamini_hochbergs),
	    cmocka_unit_test(the_smallest_effect_seen_is_the_inverse_of_the_plan),
	    cmocka_unit_test(without_a_difference_false_alarms_stay_at_their_level),
	    cmocka_unit_test(a_planned_effect_is_found_as_often_as_planned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
