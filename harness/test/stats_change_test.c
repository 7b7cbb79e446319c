/* SPDX-License-Identifier: MIT */
/* Change points: where a history changed, that nothing is found where nothing did, and Q against its definition. */
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
#include "stats_change.h"

enum { MOST = 1200 };

static double x[MOST];
static struct stats_change *changes;

static size_t find(size_t n)
{
	free(changes);
	return stats_change_find(x, n, &stats_change_defaults, &changes);
}

/* Points [from, to) around level. */
static void fill(size_t from, size_t to, double level, double sd, struct stats_random *random)
{
	for (size_t i = from; i < to; i++)
		x[i] = level + sd * noise_normal(random);
}

static void nothing_is_found_where_nothing_can_be(void **state)
{
	struct stats_change_options one = stats_change_defaults;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		x[i] = 4.5;
	assert_int_equal(find(60), 0);
	assert_null(changes);
	assert_int_equal(find(0), 0);
	for (size_t i = 10; i < 19; i++)
		x[i] = 100;
	assert_int_equal(find(19), 0); /* 9 points on one side */
	one.side = 1;
	assert_int_equal(stats_change_find(x, 60, &one, &changes), 0);
	one = stats_change_defaults;
	one.block = 0;
	assert_int_equal(stats_change_find(x, 60, &one, &changes), 0);
}

static void a_step_is_found_at_its_place_with_its_size(void **state)
{
	struct stats_random random = {1};

	(void)state;
	fill(0, 35, 1, 0.01, &random);
	fill(35, 60, 1.05, 0.01, &random);
	assert_int_equal(find(60), 1);
	assert_int_equal(changes[0].at, 35);
	assert_close(changes[0].p, 1.0 / 200);
	assert_true(changes[0].shift.low < 0.05 && 0.05 < changes[0].shift.high);
	assert_true(changes[0].shift.low > 0.04 && changes[0].shift.high < 0.06);
}

static void a_regime_that_ended_again_has_two_changes(void **state)
{
	struct stats_random random = {2};

	(void)state;
	fill(0, 30, 1, 0.01, &random);
	fill(30, 45, 1.05, 0.01, &random);
	fill(45, 90, 1, 0.01, &random);
	assert_int_equal(find(90), 2);
	assert_int_equal(changes[0].at, 30);
	assert_int_equal(changes[1].at, 45);
	assert_true(changes[0].shift.low > 0 && changes[1].shift.high < 0);
}

static void a_change_of_spread_alone_is_a_change(void **state)
{
	struct stats_random random = {3};

	(void)state;
	fill(0, 60, 1, 0.01, &random);
	fill(60, 120, 1, 0.08, &random);
	assert_int_equal(find(120), 1);
	assert_true(changes[0].at >= 55 && changes[0].at <= 65);
	assert_true(changes[0].shift.low < 0 && changes[0].shift.high > 0);
}

static void one_wild_point_is_no_change(void **state)
{
	struct stats_random random = {4};

	(void)state;
	fill(0, 60, 1, 0.01, &random);
	x[30] = 5;
	assert_int_equal(find(60), 0);
}

static void only_the_end_of_a_long_history_is_searched(void **state)
{
	struct stats_change_options few = stats_change_defaults;
	struct stats_random random = {5};

	(void)state;
	few.permutations = 39;
	fill(0, 100, 9, 0.01, &random); /* a change at 100 that is out of sight: points 0 … 199 are */
	fill(100, 1100, 1, 0.01, &random);
	fill(1100, 1200, 1.1, 0.01, &random);
	free(changes);
	assert_int_equal(stats_change_find(x, 1200, &few, &changes), 1);
	assert_int_equal(changes[0].at, 1100);
	assert_true(fabs(changes[0].shift.estimate - 0.1) < 0.005);
	assert_true(isnan(changes[0].shift.low)); /* 900 points before it: no exact counts */
}

/* The mean distance between two parts, each pair once: the terms of Matteson & James (2014), eq. 5. */
static double mean_distance(size_t from_a, size_t to_a, size_t from_b, size_t to_b)
{
	double sum = 0, count = 0;

	for (size_t i = from_a; i < to_a; i++) {
		for (size_t j = from_a == from_b ? i + 1 : from_b; j < to_b; j++) {
			sum += fabs(x[i] - x[j]);
			count++;
		}
	}
	return sum / count;
}

static size_t best_by_definition(size_t n, size_t side)
{
	double most = -INFINITY;
	size_t at = 0;

	for (size_t t = side; t + side <= n; t++) {
		for (size_t k = t + side; k <= n; k++) {
			double a = (double)t, b = (double)(k - t);
			double q =
			    a * b / (a + b) *
			    (2 * mean_distance(0, t, t, k) - mean_distance(0, t, 0, t) - mean_distance(t, k, t, k));

			if (q > most * (1 + 1e-12)) {
				most = q;
				at = t;
			}
		}
	}
	return at;
}

static void the_first_cut_is_where_the_definition_has_its_largest_q(void **state)
{
	struct stats_random random = {6};
	unsigned compared = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		size_t step = 12 + stats_random_below(&random, 16);

		fill(0, step, 1, 0.1, &random);
		fill(step, 40, 1.25, 0.1, &random);
		/* With one change found the first cut is all there is to see. */
		if (find(40) != 1)
			continue;
		assert_int_equal(changes[0].at, best_by_definition(40, STATS_CHANGE_SIDE));
		compared++;
	}
	assert_true(compared >= 15);
}

/* Alarms in histories of n points of an AR(1) with lag-1 correlation rho and now and then a wild one; nothing changes. */
static unsigned alarms_of(unsigned histories, size_t n, double rho, size_t block)
{
	struct stats_change_options options = stats_change_defaults;
	struct stats_random random = {7};
	unsigned alarms = 0;

	options.block = block;
	for (unsigned i = 0; i < histories; i++) {
		double z = noise_normal(&random);

		options.seed = i;
		for (size_t j = 0; j < n; j++) {
			z = rho * z + sqrt(1 - rho * rho) * noise_normal(&random);
			x[j] = z * pow(noise_unit(&random), -0.2);
		}
		free(changes);
		alarms += stats_change_find(x, n, &options, &changes) > 0;
	}
	print_message("correlation %.1f, blocks of %zu: %u alarms in %u histories\n", rho, block, alarms, histories);
	return alarms;
}

static void independent_histories_without_a_change_raise_few_alarms(void **state)
{
	unsigned alarms = alarms_of(1500, 30, 0, 1);

	(void)state;
	assert_true(alarms <= 0.06 * 1500 && alarms > 0.03 * 1500);
	assert_true(alarms_of(1500, 30, 0, STATS_CHANGE_BLOCK) <= 0.06 * 1500);
}

/* That points alone do not keep the level shows that the histories are hard enough to say something about blocks. */
static void blocks_keep_dependent_histories_from_raising_many(void **state)
{
	(void)state;
	assert_true(alarms_of(300, 60, 0.3, 1) > 0.15 * 300);
	assert_true(alarms_of(300, 60, 0.3, STATS_CHANGE_BLOCK) < 0.10 * 300);
}

static void the_seed_decides(void **state)
{
	struct stats_random random = {8};
	struct stats_change_options options = stats_change_defaults;
	struct stats_change *again;

	(void)state;
	fill(0, 20, 1, 0.1, &random);
	fill(20, 40, 1.1, 0.1, &random);
	options.alpha = 0.5;
	options.seed = 99;
	free(changes);
	assert_int_equal(stats_change_find(x, 40, &options, &changes), stats_change_find(x, 40, &options, &again));
	assert_non_null(changes);
	assert_true(changes[0].at == again[0].at && changes[0].p == again[0].p);
	free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_found_where_nothing_can_be),
	    cmocka_unit_test(a_step_is_found_at_its_place_with_its_size),
	    cmocka_unit_test(a_regime_that_ended_again_has_two_changes),
	    cmocka_unit_test(a_change_of_spread_alone_is_a_change),
	    cmocka_unit_test(one_wild_point_is_no_change),
	    cmocka_unit_test(only_the_end_of_a_long_history_is_searched),
	    cmocka_unit_test(the_first_cut_is_where_the_definition_has_its_largest_q),
	    cmocka_unit_test(independent_histories_without_a_change_raise_few_alarms),
	    cmocka_unit_test(blocks_keep_dependent_histories_from_raising_many),
	    cmocka_unit_test(the_seed_decides),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(changes);
	return failed;
}
