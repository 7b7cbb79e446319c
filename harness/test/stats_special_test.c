/* SPDX-License-Identifier: MIT */
/* Distributions, rates and random numbers, against tables, closed forms and values frozen from SciPy 1.10.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "memory.h"
#include "sample_noise.h"
#include "stats_binomial.h"
#include "stats_radix.h"
#include "stats_random.h"
#include "stats_special.h"

static void the_beta_distribution_has_its_closed_forms(void **state)
{
	(void)state;
	for (double x = 0; x <= 1; x += 0.125) {
		assert_close(stats_beta_cdf(x, 1, 1), x);
		assert_close(stats_beta_cdf(x, 3, 1), x * x * x);
		assert_close(stats_beta_cdf(x, 1, 4), 1 - pow(1 - x, 4));
		assert_close(stats_beta_cdf(x, 0.5, 0.5), 2 / M_PI * asin(sqrt(x))); /* the arcsine law */
		assert_close(stats_beta_cdf(x, 2.5, 7) + stats_beta_cdf(1 - x, 7, 2.5), 1);
	}
	for (double p = 0; p <= 1; p += 0.125)
		assert_close(stats_beta_cdf(stats_beta_quantile(p, 2.5, 70), 2.5, 70), p);
	assert_true(isnan(stats_beta_cdf(0.5, 0, 1)) && isnan(stats_beta_cdf(-0.1, 1, 1)));
	assert_true(isnan(stats_beta_quantile(1.1, 1, 1)) && isnan(stats_beta_cdf(NAN, 1, 1)));
}

static void student_and_normal_have_their_critical_values(void **state)
{
	(void)state;
	assert_close(stats_student_p(1, 1), 0.5);                           /* Cauchy: 1 - 2 atan(1) / pi */
	assert_close(stats_student_p(2, 2), 1 - 2 / sqrt(6));               /* 1 - t / sqrt(2 + t²) */
	assert_close(stats_student_critical(0.05, 1), tan(0.475 * M_PI));   /* 12.706 */
	assert_within(stats_student_critical(0.05, 10), 2.228138852, 1e-8); /* every table */
	assert_within(stats_student_critical(0.01, 30), 2.749995654, 1e-8); /* every table */
	assert_within(stats_normal_critical(0.05), 1.959963984540054, 1e-12);
	assert_within(stats_normal_critical(1e-10), 6.466951, 1e-6);
	assert_close(stats_student_p(0, 5), 1);
	assert_close(stats_normal_p(0), 1);
	assert_close(stats_normal_p(-1.5), stats_normal_p(1.5));
	assert_close(stats_normal_critical(1), 0);
	assert_true(isnan(stats_student_p(1, 0)) && isnan(stats_student_critical(0, 5)));
}

static void exact_rates_solve_the_binomial_tails(void **state)
{
	struct stats_rate rate = stats_rate_exact(0, 10, 0.05);
	double below = 0, choose = 1;

	(void)state;
	assert_close(rate.low, 0);
	assert_close(rate.high, 1 - pow(0.025, 0.1));
	rate = stats_rate_exact(10, 10, 0.05);
	assert_close(rate.low, pow(0.025, 0.1));
	assert_close(rate.high, 1);
	/* By definition: P(X <= 4 | high) = .025 for 4 of 20. */
	rate = stats_rate_exact(4, 20, 0.05);
	for (int k = 0; k <= 4; k++) {
		below += choose * pow(rate.high, k) * pow(1 - rate.high, 20 - k);
		choose = choose * (20 - k) / (k + 1);
	}
	assert_close(below, 0.025);
	assert_close(rate.rate, 0.2);
	assert_true(isnan(stats_rate_exact(0, 0, 0.05).rate) && stats_rate_exact(0, 0, 0.05).high == 1);
}

static void trials_that_share_their_noise_count_for_less(void **state)
{
	const size_t together[] = {10, 0, 0, 0, 0, 0, 0, 0}, spread[] = {1, 1, 2, 1, 1, 2, 1, 1};
	const size_t none[] = {0, 0, 0, 0, 0, 0, 0, 0}, trials[] = {20, 20, 20, 20, 20, 20, 20, 20};
	struct stats_rate wide = stats_rate_clustered(together, trials, 8, 0.05);
	struct stats_rate narrow = stats_rate_clustered(spread, trials, 8, 0.05);
	struct stats_rate plain = stats_rate_exact(10, 160, 0.05);

	(void)state;
	assert_close(wide.rate, plain.rate);
	assert_true(wide.high - wide.low > 3 * (plain.high - plain.low));
	/* Clusters that agree are worth no more than their trials, corrected for 7 degrees of freedom. */
	assert_true(narrow.low <= plain.low && narrow.high >= plain.high);
	assert_true(narrow.high - narrow.low < 1.5 * (plain.high - plain.low));
	assert_close(stats_rate_clustered(none, trials, 8, 0.05).high, stats_rate_exact(0, 8, 0.05).high);
	assert_close(stats_rate_clustered(together, trials, 1, 0.05).high, 1);
	assert_true(isnan(stats_rate_clustered(none, none, 8, 0.05).rate));
}

static void the_exact_interval_covers_as_often_as_it_says(void **state)
{
	struct stats_random random = {31};
	unsigned covered = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct stats_rate rate;
		size_t hits = 0;

		for (int j = 0; j < 60; j++)
			hits += noise_unit(&random) < 0.05;
		rate = stats_rate_exact(hits, 60, 0.05);
		covered += rate.low <= 0.05 && 0.05 <= rate.high;
	}
	assert_true(covered >= 0.95 * 2000);
}

static void random_numbers_repeat_and_are_uniform(void **state)
{
	struct stats_random one = {7}, two = {7}, zero = {0};
	unsigned counts[7] = {0}, first[5] = {0};

	(void)state;
	/* The reference implementation's first output for seed 0 (Vigna, splitmix64.c). */
	assert_true(stats_random_next(&zero) == 0xe220a8397b1dcdafu);
	for (int i = 0; i < 70000; i++) {
		uint32_t draw = stats_random_below(&one, 7);
		double unit = noise_unit(&one);

		assert_true(draw == stats_random_below(&two, 7) && unit == noise_unit(&two));
		assert_true(draw < 7 && unit > 0 && unit < 1);
		counts[draw]++;
	}
	for (int i = 0; i < 7; i++)
		assert_true(abs((int)counts[i] - 10000) < 5 * 93); /* 5 standard deviations */
	for (int i = 0; i < 50000; i++) {
		double values[] = {0, 1, 2, 3, 4};

		stats_random_shuffle(&one, values, 5);
		first[(int)values[0]]++;
	}
	for (int i = 0; i < 5; i++)
		assert_true(abs((int)first[i] - 10000) < 5 * 90);
}

static int order(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static void linear_sorting_agrees_with_qsort(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 31, 32, 33, 257, 5000};
	static const uint32_t masks[] = {0, 0xff, 0xff00, 0xff0000ff, 0xffffffff};
	struct stats_random random = {11};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (size_t m = 0; m < sizeof(masks) / sizeof(masks[0]); m++) {
			size_t n = sizes[s];
			uint32_t *ours = memory_new(n, sizeof(*ours)), *theirs = memory_new(n, sizeof(*theirs));
			uint32_t *scratch = memory_new(n, sizeof(*scratch));

			for (size_t i = 0; i < n; i++)
				ours[i] = theirs[i] = (uint32_t)stats_random_next(&random) & masks[m];
			stats_radix_sort_u32(ours, scratch, n);
			qsort(theirs, n, sizeof(*theirs), order);
			assert_memory_equal(ours, theirs, n * sizeof(*ours));
			free(ours);
			free(theirs);
			free(scratch);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_beta_distribution_has_its_closed_forms),
	    cmocka_unit_test(student_and_normal_have_their_critical_values),
	    cmocka_unit_test(exact_rates_solve_the_binomial_tails),
	    cmocka_unit_test(trials_that_share_their_noise_count_for_less),
	    cmocka_unit_test(the_exact_interval_covers_as_often_as_it_says),
	    cmocka_unit_test(random_numbers_repeat_and_are_uniform),
	    cmocka_unit_test(linear_sorting_agrees_with_qsort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
