/* SPDX-License-Identifier: MIT */
/* Statistics of one set of samples, against answers known from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "stats.h"

#define assert_close(a, b) assert_true(fabs((double)(a) - (double)(b)) <= 1e-9 * (1 + fabs((double)(b))))

static uint32_t *count_to(uint32_t n)
{
	uint32_t *values = memory_new(n, sizeof(*values));

	for (uint32_t i = 0; i < n; i++)
		values[i] = i + 1;
	return values;
}

static void quantiles_are_of_type_7(void **state)
{
	uint32_t *values = count_to(10);
	const double doubles[] = {1, 2, 4, 8};

	(void)state;
	assert_close(stats_quantile_u32(values, 9, 0.25), 3);
	assert_close(stats_quantile_u32(values, 10, 0.9), 9.1);
	assert_close(stats_quantile_u32(values, 10, 0), 1);
	assert_close(stats_quantile_u32(values, 10, 1), 10);
	assert_close(stats_quantile_u32(values, 10, 0.5), 5.5);
	assert_close(stats_quantile(doubles, 4, 0.5), 3);
	assert_close(stats_quantile(doubles, 4, 0.75), 5);
	free(values);
}

static void no_samples_and_one_sample_have_defined_answers(void **state)
{
	const uint32_t one[] = {7};
	const uint32_t two[] = {7, 9};

	(void)state;
	assert_true(isnan(stats_quantile_u32(NULL, 0, 0.5)));
	assert_true(isnan(stats_quantile(NULL, 0, 0.5)));
	assert_true(isnan(stats_moments_u32(NULL, 0).mean));
	assert_true(isnan(stats_detour_rate_u32(NULL, 0)));
	assert_close(stats_quantile_u32(one, 1, 0.99), 7);
	assert_close(stats_moments_u32(one, 1).mean, 7);
	assert_true(isnan(stats_moments_u32(one, 1).sd));
	assert_close(stats_moments_u32(two, 2).sd, sqrt(2));
}

static void a_tail_quantile_needs_ten_samples_beyond_it(void **state)
{
	uint32_t *values = count_to(10000);

	(void)state;
	assert_close(stats_tail_u32(values, 10000, 0.999), 1 + 9999 * 0.999);
	assert_true(isnan(stats_tail_u32(values, 9999, 0.999)));
	assert_false(isnan(stats_tail_u32(values, 1000, 0.99)));
	assert_true(isnan(stats_tail_u32(values, 999, 0.99)));
	assert_false(isnan(stats_tail_u32(values, 100, 0.9)));
	assert_true(isnan(stats_tail_u32(values, 99, 0.9)));
	assert_close(stats_tail_u32(values, 1, 0.5), 1);
	free(values);
}

static void moments_do_not_cancel_or_overflow(void **state)
{
	const uint32_t high[] = {4294967293u, 4294967294u, 4294967295u};
	const double offset[] = {1e15 + 1, 1e15 + 2, 1e15 + 3};

	(void)state;
	assert_close(stats_moments_u32(high, 3).mean, 4294967294.0);
	assert_close(stats_moments_u32(high, 3).sd, 1);
	assert_close(stats_moments(offset, 3).mean, 1e15 + 2);
	assert_close(stats_moments(offset, 3).sd, 1);
}

static void the_mean_deviation_is_from_the_median(void **state)
{
	uint32_t *values = count_to(101);

	(void)state;
	assert_close(stats_mean_deviation_u32(values, 101), 2 * (50 * 51 / 2) / 101.0);
	free(values);
}

static void detours_are_what_exceeds_twice_the_median(void **state)
{
	const uint32_t values[] = {10, 10, 10, 10, 10, 10, 20, 21, 400, 4000000000u};

	(void)state;
	assert_close(stats_detour_rate_u32(values, 10), 0.3);
	assert_close(stats_detour_rate_u32(values, 6), 0);
}

static void sorting_orders_the_whole_range(void **state)
{
	uint32_t values[] = {4294967295u, 0, 2147483648u, 2147483647u, 1};
	const uint32_t sorted[] = {0, 1, 2147483647u, 2147483648u, 4294967295u};
	double doubles[] = {1.5, -2, INFINITY, 0};

	(void)state;
	stats_sort_u32(values, 5);
	assert_memory_equal(values, sorted, sizeof(sorted));
	stats_sort(doubles, 4);
	assert_true(doubles[0] == -2 && doubles[1] == 0 && isinf(doubles[3]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quantiles_are_of_type_7),
	    cmocka_unit_test(no_samples_and_one_sample_have_defined_answers),
	    cmocka_unit_test(a_tail_quantile_needs_ten_samples_beyond_it),
	    cmocka_unit_test(moments_do_not_cancel_or_overflow),
	    cmocka_unit_test(the_mean_deviation_is_from_the_median),
	    cmocka_unit_test(detours_are_what_exceeds_twice_the_median),
	    cmocka_unit_test(sorting_orders_the_whole_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
