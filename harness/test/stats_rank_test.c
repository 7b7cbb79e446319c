/* SPDX-License-Identifier: MIT */
/* Rank tests and two sides without pairs: tables, counting all cases by hand, closed forms. */
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
#include "stats_pair.h"
#include "stats_random.h"
#include "stats_rank.h"
#include "stats_sides.h"

/* --- Counting every case ------------------------------------------------------------------------------------------- */

/* The midrank of values[i] among n. */
static double midrank(const double *values, size_t n, size_t i)
{
	double rank = 0.5;

	for (size_t j = 0; j < n; j++)
		rank += values[j] < values[i] ? 1 : values[j] == values[i] ? 0.5 : 0;
	return rank;
}

/* The signed-rank p by all 2^n sign patterns of the differences that are not 0. */
static double all_signs_p(const double *d, size_t n)
{
	double sizes[16], ranks[16], found = 0, most = 0;
	unsigned hits = 0, count = 0;

	for (size_t i = 0; i < n; i++)
		sizes[i] = fabs(d[i]);
	for (size_t i = 0; i < n; i++) {
		ranks[i] = d[i] == 0 ? 0 : midrank(sizes, n, i);
		most += ranks[i];
		found += d[i] > 0 ? ranks[i] : 0;
	}
	for (unsigned pattern = 0; pattern < 1u << n; pattern++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += pattern >> i & 1 ? ranks[i] : 0;
		hits += fabs(sum - most / 2) >= fabs(found - most / 2) - 1e-9;
		count++;
	}
	return (double)hits / count;
}

/* Mann & Whitney's p by all choices of n_a values out of all. */
static double all_choices_p(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double values[16], found = 0, centre = (double)n_a * (double)(n_a + n_b + 1) / 2;
	unsigned hits = 0, count = 0;

	memcpy(values, a, n_a * sizeof(*a));
	memcpy(values + n_a, b, n_b * sizeof(*b));
	for (size_t i = 0; i < n_a; i++)
		found += midrank(values, n_a + n_b, i);
	for (unsigned pattern = 0; pattern < 1u << (n_a + n_b); pattern++) {
		double sum = 0;

		if ((size_t)__builtin_popcount(pattern) != n_a)
			continue;
		for (size_t i = 0; i < n_a + n_b; i++)
			sum += pattern >> i & 1 ? midrank(values, n_a + n_b, i) : 0;
		hits += fabs(sum - centre) >= fabs(found - centre) - 1e-9;
		count++;
	}
	return (double)hits / count;
}

/* --- Tests --------------------------------------------------------------------------------------------------------- */

static void ties_are_counted_exactly(void **state)
{
	struct stats_random random = {5};

	(void)state;
	for (int i = 0; i < 200; i++) {
		double a[6], b[5];

		for (int j = 0; j < 6; j++)
			a[j] = (double)stats_random_below(&random, 7) - 2; /* -2 … 4: ties everywhere */
		for (int j = 0; j < 5; j++)
			b[j] = stats_random_below(&random, 5);
		assert_close(stats_mann_whitney_p(a, 6, b, 5), all_choices_p(a, 6, b, 5));
	}
}

static void mann_whitney_needs_four_runs_a_side(void **state)
{
	const double low[] = {1, 2, 3, 4}, high[] = {11, 12, 13, 14}, equal[] = {1, 1, 1, 1};

	(void)state;
	assert_close(stats_mann_whitney_p(low, 4, high, 4), 2.0 / 70);
	assert_close(stats_mann_whitney_p(high, 4, low, 4), 2.0 / 70);
	assert_close(stats_mann_whitney_p(equal, 4, equal, 4), 1);
	assert_true(isnan(stats_mann_whitney_p(low, 3, high, 4)));
}

static void many_runs_go_over_to_the_normal_distribution_without_a_step(void **state)
{
	double d[STATS_RANK_EXACT_MAX + 1], exact, normal;

	(void)state;
	for (int i = 0; i < 50; i++) {
		d[i] = i;
		d[50 + i] = i + 6.25;
	}
	d[STATS_RANK_EXACT_MAX] = 27.5; /* in the middle of both */
	exact = stats_mann_whitney_p(d, 50, d + 50, 50);
	normal = stats_mann_whitney_p(d, 50, d + 50, 51);
	assert_true(exact > 1e-3 && exact < 0.2);
	assert_true(fabs(log(normal / exact)) < 0.3);
}

/* The two ways to the same answer: the interval excludes 0 if and only if the test is significant. */
static void tests_agree_with_their_intervals(void **state)
{
	struct stats_random random = {13};
	unsigned significant = 0;

	(void)state;
	for (int i = 0; i < 500; i++) {
		double d[12], e[9];
		struct stats_interval paired, sides;
		double p;

		for (int j = 0; j < 12; j++)
			d[j] = noise_unit(&random) - 0.35;
		for (int j = 0; j < 9; j++)
			e[j] = noise_unit(&random);
		paired = stats_hodges_lehmann(d, 12, 0.05);
		p = all_signs_p(d, 12);
		assert_int_equal(p <= 0.05, paired.low > 0 || paired.high < 0);
		significant += p <= 0.05;
		sides = stats_shift(d, 12, e, 9, 0.05);
		assert_int_equal(stats_mann_whitney_p(d, 12, e, 9) <= 0.05, sides.low > 0 || sides.high < 0);
	}
	assert_true(significant > 50 && significant < 450);
}

static void welch_has_its_closed_form_for_equal_sides(void **state)
{
	const double a[] = {1, 2, 3}, b[] = {3, 4, 5}, flat[] = {2, 2};
	struct stats_welch welch = stats_welch(a, 3, b, 3, 0.05);
	double error = sqrt(2.0 / 3), t = 2 / error;

	(void)state;
	/* Equal variances and sizes: Student's t with 4 degrees, P(|T| > t) = 1 - s (3 - s²) / 2, s = t / sqrt(4 + t²). */
	assert_close(welch.difference, 2);
	assert_close(welch.freedom, 4);
	assert_close(welch.p, 1 - t / sqrt(4 + t * t) * (3 - t * t / (4 + t * t)) / 2);
	assert_within(welch.high, 2 + 2.776445105 * error, 1e-8);
	assert_within(welch.low, 2 - 2.776445105 * error, 1e-8);
	welch = stats_welch(flat, 2, flat, 2, 0.05);
	assert_true(welch.p == 1 && welch.low == 0 && welch.high == 0);
	assert_true(isnan(stats_welch(a, 1, b, 3, 0.05).p));
}

static void effect_sizes_of_whole_distributions_count_pairs(void **state)
{
	const uint32_t a[] = {1, 2, 2, 5}, b[] = {2, 3, 6}, far[] = {100, 200};

	(void)state;
	/* 12 pairs: b > a in 1 + 3 + 4, b < a in 1 (5 > 2) + 1 (5 > 3). */
	assert_close(stats_cliff_delta_u32(a, 4, b, 3), (8.0 - 2) / 12);
	assert_close(stats_cliff_delta_u32(b, 3, a, 4), -6.0 / 12);
	assert_close(stats_cliff_delta_u32(a, 4, far, 2), 1);
	assert_close(stats_cliff_delta_u32(a, 4, a, 4), 0);
	assert_true(isnan(stats_cliff_delta_u32(a, 0, b, 3)));
	/* After 2: 3/4 against 1/3. */
	assert_close(stats_ks_distance_u32(a, 4, b, 3), 3.0 / 4 - 1.0 / 3);
	assert_close(stats_ks_distance_u32(a, 4, far, 2), 1);
	assert_close(stats_ks_distance_u32(a, 4, a, 4), 0);
	assert_true(isnan(stats_ks_distance_u32(a, 4, b, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ties_are_counted_exactly),
	    cmocka_unit_test(mann_whitney_needs_four_runs_a_side),
	    cmocka_unit_test(many_runs_go_over_to_the_normal_distribution_without_a_step),
	    cmocka_unit_test(tests_agree_with_their_intervals),
	    cmocka_unit_test(welch_has_its_closed_form_for_equal_sides),
	    cmocka_unit_test(effect_sizes_of_whole_distributions_count_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
