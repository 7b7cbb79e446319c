/* SPDX-License-Identifier: MIT */
/* The grain of clocks that are known: whole and broken steps, and clocks that have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "close.h"
#include "memory.h"
#include "stats.h"
#include "stats_grain.h"
#include "stats_random.h"

enum { SAMPLES = 20000 };

/* Each value as often as the others. */
static double grain_of(const uint32_t *values, size_t count)
{
	uint32_t samples[SAMPLES];

	for (size_t i = 0; i < SAMPLES; i++)
		samples[i] = values[i % count];
	stats_sort_u32(samples, SAMPLES);
	return stats_grain_u32(samples, SAMPLES);
}

#define GRAIN_OF(...) \
	grain_of((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void check_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%g is not %g ± %g", value, expected, tolerance);
}

static void a_grain_of_whole_ticks_is_exact(void **state)
{
	(void)state;
	assert_close(GRAIN_OF(52, 78), 26);
	assert_close(GRAIN_OF(26, 52, 104, 338), 26);
	assert_close(GRAIN_OF(20), 20);
	assert_close(GRAIN_OF(36, 38), 2);
}

static void a_grain_between_whole_ticks_is_found(void **state)
{
	(void)state;
	check_near(GRAIN_OF(24, 25, 49, 73, 74, 98), 24.454, 0.1);
	/* What three systems measured on a TSC of 2445.4 MHz that moves with 100 MHz. */
	check_near(GRAIN_OF(49, 73, 74), 24.454, 0.1);
	check_near(GRAIN_OF(24, 25, 49), 24.454, 0.3);
	check_near(GRAIN_OF(24, 25, 49, 74), 24.454, 0.3);
	/* 2596.12 MHz. */
	check_near(GRAIN_OF(51, 52, 77, 78, 103, 104), 25.96, 0.1);
}

static void large_intervals_show_the_grain_too(void **state)
{
	struct stats_random random = {7};
	uint32_t samples[SAMPLES];

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		double begin = 24.454 * (double)stats_random_below(&random, 1000);
		double end = begin + 24.454 * (50 + (double)stats_random_below(&random, 30));

		samples[i] = (uint32_t)(floor(end) - floor(begin));
	}
	stats_sort_u32(samples, SAMPLES);
	check_near(stats_grain_u32(samples, SAMPLES), 24.454, 0.02);
}

static void a_clock_as_fine_as_its_ticks_has_a_grain_of_one(void **state)
{
	struct stats_random random = {3};
	uint32_t samples[SAMPLES];

	(void)state;
	assert_close(GRAIN_OF(36, 37), 1);
	assert_close(GRAIN_OF(30, 31, 32), 1);
	assert_close(GRAIN_OF(31, 40, 44, 59, 63), 1);
	for (unsigned spread = 3; spread < 300; spread += 11) {
		for (size_t i = 0; i < SAMPLES; i++)
			samples[i] = (uint32_t)(25 + stats_random_below(&random, spread));
		stats_sort_u32(samples, SAMPLES);
		assert_close(stats_grain_u32(samples, SAMPLES), 1);
	}
}

static void few_values_are_seldom_taken_for_a_grain(void **state)
{
	struct stats_random random = {11};
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		uint32_t at = (uint32_t)(200 + stats_random_below(&random, 2000));

		wrong += GRAIN_OF(at, at + 1 + (uint32_t)stats_random_below(&random, 200),
				  at + 201 + (uint32_t)stats_random_below(&random, 200)) >= 8;
	}
	/* 15 in 100 by the product of independent chances, which is near and no bound. */
	assert_in_range(wrong, 0, 200 * 20 / 100);
}

static void counted_instructions_have_a_grain_of_one(void **state)
{
	(void)state;
	assert_close(GRAIN_OF(3, 4), 1);
	assert_close(GRAIN_OF(3, 4, 5, 44), 1);
}

static void rare_values_say_nothing(void **state)
{
	uint32_t *values = memory_new(20000, sizeof(*values));

	(void)state;
	for (size_t i = 0; i < 20000; i++)
		values[i] = i < 10000 ? 52 : 78;
	values[0] = 1;
	values[1] = 27;
	assert_close(stats_grain_u32(values, 20000), 26);
	values[0] = values[1] = 0;
	assert_close(stats_grain_u32(values, 20000), 26);
	/* One of 20 is 5 %, and may still be anything. */
	values[19980] = 52;
	values[19999] = 9531;
	assert_close(stats_grain_u32(values + 19980, 20), 78);
	for (size_t i = 0; i < 20000; i++)
		values[i] = 0;
	assert_close(stats_grain_u32(values, 20000), 1);
	assert_close(stats_grain_u32(NULL, 0), 1);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_grain_of_whole_ticks_is_exact),
	    cmocka_unit_test(a_grain_between_whole_ticks_is_found),
	    cmocka_unit_test(large_intervals_show_the_grain_too),
	    cmocka_unit_test(a_clock_as_fine_as_its_ticks_has_a_grain_of_one),
	    cmocka_unit_test(few_values_are_seldom_taken_for_a_grain),
	    cmocka_unit_test(counted_instructions_have_a_grain_of_one),
	    cmocka_unit_test(rare_values_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
