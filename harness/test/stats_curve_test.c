/* SPDX-License-Identifier: MIT */
/* The shift function: known curves, and how often its band holds everywhere at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "sample_noise.h"
#include "stats_curve.h"

static void the_samples_decide_how_far_out_the_curve_goes(void **state)
{
	double q[STATS_CURVE_QUANTILES];

	(void)state;
	assert_int_equal(stats_curve_quantiles(10000, q), 101);
	assert_close(q[0], 0.01);
	assert_close(q[100], 0.999);
	assert_int_equal(stats_curve_quantiles(1000, q), 99);
	assert_close(q[98], 0.99);
	assert_int_equal(stats_curve_quantiles(2000, q), 100);
	assert_close(q[99], 0.995);
	assert_int_equal(stats_curve_quantiles(100, q), 81);
	assert_close(q[0], 0.10);
	assert_close(q[80], 0.90);
	assert_int_equal(stats_curve_quantiles(19, q), 0);
	assert_int_equal(stats_curve_quantiles(0, q), 0);
}

static void logs_of_quantiles_stop_at_the_floor(void **state)
{
	const uint32_t sorted[] = {1, 2, 3, 4, 5};
	const double q[] = {0, 0.5, 1};
	double logs[3];

	(void)state;
	stats_curve_logs_u32(sorted, 5, (struct stats_curve_unit){1, 0, 2}, q, 3, logs);
	assert_close(logs[0], log(2));
	assert_close(logs[1], log(3));
	assert_close(logs[2], log(5));
	stats_curve_logs_u32(NULL, 0, (struct stats_curve_unit){1, 0, 2}, q, 3, logs);
	assert_true(isnan(logs[1]));
}

/* Column 0: equal in every pair; 1: 0.00, 0.01 … 0.06, 0.07; 2: a pair without number. */
static void columns_are_medians_over_pairs(void **state)
{
	struct stats_interval curve[3], again[3];
	double d[8 * 3];

	(void)state;
	for (int i = 0; i < 8; i++) {
		d[i * 3] = 0.25;
		d[i * 3 + 1] = 0.01 * i;
		d[i * 3 + 2] = i == 5 ? NAN : 1;
	}
	stats_curve(d, 8, 3, 0.05, 1, curve);
	assert_close(curve[0].estimate, 0.25);
	assert_true(curve[0].low == 0.25 && curve[0].high == 0.25);
	assert_close(curve[1].estimate, 0.035);
	assert_true(curve[1].low < 0.02 && curve[1].high > 0.05);
	assert_close(curve[1].high - 0.035, 0.035 - curve[1].low);
	assert_true(isnan(curve[2].estimate) && isnan(curve[2].low) && isnan(curve[2].high));
	stats_curve(d, 8, 3, 0.05, 1, again);
	assert_true(again[1].low == curve[1].low);
	stats_curve(d, 5, 3, 0.05, 1, curve);
	assert_close(curve[1].estimate, 0.02);
	assert_true(isnan(curve[1].low)); /* 5 pairs have no band */
	stats_curve(NULL, 0, 0, 0.05, 1, NULL);
}

enum { EXPERIMENTS = 150, PAIRS = 20, COLUMNS = 9 };

/* Pairs that share an effect over all quantiles and add one of each quantile's own, wider in the tail. */
static void draw(struct stats_random *random, double *d)
{
	for (size_t i = 0; i < PAIRS; i++) {
		double shared = 0.05 * noise_normal(random);

		for (size_t j = 0; j < COLUMNS; j++)
			d[i * COLUMNS + j] = 0.1 + shared + 0.01 * (double)(j + 1) * noise_normal(random);
	}
}

static void the_band_holds_for_all_quantiles_at_once(void **state)
{
	struct stats_random random = {2014};
	unsigned everywhere = 0, first = 0;

	(void)state;
	for (int i = 0; i < EXPERIMENTS; i++) {
		struct stats_interval curve[COLUMNS];
		double d[PAIRS * COLUMNS];
		bool inside = true;

		draw(&random, d);
		stats_curve(d, PAIRS, COLUMNS, 0.05, (uint64_t)i, curve);
		for (size_t j = 0; j < COLUMNS; j++)
			inside = inside && curve[j].low <= 0.1 && 0.1 <= curve[j].high;
		everywhere += inside;
		first += curve[0].low <= 0.1 && 0.1 <= curve[0].high;
	}
	print_message("everywhere %u, one quantile %u of %d\n", everywhere, first, EXPERIMENTS);
	/* .95 less three standard deviations; a single quantile must then be covered more often than that. */
	assert_true(everywhere >= 0.897 * EXPERIMENTS);
	assert_true(first > everywhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_samples_decide_how_far_out_the_curve_goes),
	    cmocka_unit_test(logs_of_quantiles_stop_at_the_floor),
	    cmocka_unit_test(columns_are_medians_over_pairs),
	    cmocka_unit_test(the_band_holds_for_all_quantiles_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
