/* SPDX-License-Identifier: MIT */
/* The report's pictures: axes, buckets and curves against known answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "report_axis.h"
#include "report_bucket.h"
#include "report_plot.h"

/* --- Axes ----------------------------------------------------------------------------------------------------------- */

static void assert_ticks(const struct axis *axis, const double *ticks, size_t count)
{
	assert_int_equal(axis->tick_count, count);
	for (size_t i = 0; i < count; i++)
		assert_true(fabs(axis->ticks[i] - ticks[i]) < 1e-9 * ticks[i]);
}

static void wide_axis_has_decades_and_a_narrow_one_steps(void **state)
{
	static const struct {
		double low, high, ticks[AXIS_TICKS_MAX];
		size_t count;
	} cases[] = {
	    {4, 60000, {10, 100, 1000, 10000}, 4}, {90, 2000, {100, 200, 500, 1000, 2000}, 5},
	    {318, 318, {300, 310, 320, 330}, 4},   {1, 3, {1, 1.5, 2, 2.5, 3}, 5},
	    {1, 1e9, {1, 100, 1e4, 1e6, 1e8}, 5},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct axis axis;

		axis_make(&axis, cases[i].low, cases[i].high, false, 0, 100);
		assert_ticks(&axis, cases[i].ticks, cases[i].count);
	}
}

static void every_axis_has_a_tick_and_none_outside(void **state)
{
	(void)state;
	for (double low = 1e-3; low < 1e9; low *= 1.37) {
		for (double ratio = 1; ratio < 1e10; ratio *= 1.61) {
			struct axis axis;

			axis_make(&axis, low, low * ratio, false, 10, 300);
			assert_true(axis.tick_count >= 1);
			for (size_t i = 0; i < axis.tick_count; i++) {
				assert_in_range(axis_place(&axis, axis.ticks[i]), 10, 300);
				assert_true(i == 0 || axis.ticks[i] > axis.ticks[i - 1]);
			}
		}
	}
}

static void value_stands_where_its_logarithm_says(void **state)
{
	struct axis axis = {.low = 1, .high = 100, .start = 0, .end = 200};
	struct axis up = {.low = 1, .high = 100, .start = 176, .end = 8};

	(void)state;
	assert_int_equal(axis_place(&axis, 1), 0);
	assert_int_equal(axis_place(&axis, 10), 100);
	assert_int_equal(axis_place(&axis, 100), 200);
	assert_int_equal(axis_place(&axis, 20), 130);
	assert_int_equal(axis_place(&axis, 1000), 200);
	assert_int_equal(axis_place(&axis, 0), 0);
	assert_int_equal(axis_place(&up, 10), 92);
	assert_int_equal(axis_place(&up, 0), 176);
}

static void zero_stands_apart_from_the_smallest_value(void **state)
{
	struct axis axis;

	(void)state;
	axis_make(&axis, 4, 400, true, 0, 100);
	assert_int_equal(axis_place(&axis, 0), 0);
	assert_in_range(axis_place(&axis, 4), 10, 20);
}

static void fractions_are_symmetric_and_invertible(void **state)
{
	(void)state;
	assert_int_equal(axis_place_fraction(.5, 0, 1000), 500);
	assert_int_equal(axis_place_fraction(.001, 0, 1000), 0);
	assert_int_equal(axis_place_fraction(.999, 0, 1000), 1000);
	assert_int_equal(axis_place_fraction(0, 0, 1000), 0);
	assert_int_equal(axis_place_fraction(1, 0, 1000), 1000);
	assert_int_equal(axis_place_fraction(.9, 0, 1000), 659); /* 1/2 + ln 9 / (2 ln 999) */
	assert_int_equal(axis_place_fraction(.1, 0, 1000), 341);
	for (int place = 0; place <= 1000; place++)
		assert_int_equal(axis_place_fraction(axis_fraction_at(place, 0, 1000), 0, 1000), place);
}

static void labels_are_short_and_exact(void **state)
{
	static const struct {
		double value;
		const char *label;
	} cases[] = {{40, "40"},  {1000, "1,000"}, {10000, "10k"}, {150000, "150k"},
		     {1e6, "1M"}, {2.5e6, "2.5M"}, {4e9, "4G"},    {.5, "0.50"}};
	char text[AXIS_LABEL_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(axis_label(text, cases[i].value), cases[i].label);
}

/* --- Buckets ---------------------------------------------------------------------------------------------------------- */

static void bucket_is_smallest_middle_and_largest(void **state)
{
	static const uint32_t samples[] = {5, 1, 9, 3, 7, 7, 7, 2, 100, 2};
	struct bucket buckets[4];

	(void)state;
	assert_int_equal(bucket_fill(buckets, 2, samples, 10), 2);
	assert_int_equal(buckets[0].min, 1);
	assert_int_equal(buckets[0].median, 5);
	assert_int_equal(buckets[0].max, 9);
	assert_int_equal(buckets[1].min, 2);
	assert_int_equal(buckets[1].median, 7);
	assert_int_equal(buckets[1].max, 100);
	assert_int_equal(bucket_fill(buckets, 1, samples, 4), 1);
	assert_int_equal(buckets[0].median, 3);
	assert_int_equal(bucket_fill(buckets, 4, samples, 3), 3);
	assert_int_equal(buckets[2].min, 9);
	assert_int_equal(buckets[2].max, 9);
	assert_int_equal(bucket_fill(buckets, 4, samples, 0), 0);
}

/* One spike anywhere, for any number of buckets, is the maximum of exactly one of them. */
static void no_spike_is_lost(void **state)
{
	enum { N = 97 };
	uint32_t samples[N];
	struct bucket buckets[N];

	(void)state;
	for (size_t limit = 1; limit <= N; limit++) {
		for (size_t spike = 0; spike < N; spike++) {
			size_t count, seen = 0;

			for (size_t i = 0; i < N; i++)
				samples[i] = i == spike ? 1000000 : 10;
			count = bucket_fill(buckets, limit, samples, N);
			assert_int_equal(count, limit);
			for (size_t i = 0; i < count; i++)
				seen += buckets[i].max == 1000000;
			assert_int_equal(seen, 1);
		}
	}
}

/* --- Pictures ----------------------------------------------------------------------------------------------------------- */

/* A row of two boots, the second with one outlier. */
static char *draw(void (*picture)(FILE *, const struct plot *), size_t n, uint32_t outlier)
{
	uint32_t *first = memory_new(n, sizeof(*first)), *second = memory_new(n, sizeof(*second));
	uint32_t *sorted = memory_new(2 * n, sizeof(*sorted));
	struct summary_run runs[] = {{.round = 0, .samples = first, .n = n}, {.round = 1, .samples = second, .n = n}};
	struct summary_row row = {.unit = "ticks",
				  .scale = 1,
				  .sorted = sorted,
				  .n = 2 * n,
				  .runs = runs,
				  .run_count = 2,
				  .min = 100,
				  .max = outlier};
	struct plot_line line = {&row, "a0"};
	struct plot plot = {.lines = &line, .line_count = 1, .label = "a \"label\"", .bucket_limit = 20};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < n; i++)
		first[i] = second[i] = sorted[i] = sorted[n + i] = 100;
	second[n / 2] = sorted[2 * n - 1] = outlier;
	picture(file, &plot);
	fclose(file);
	free(sorted);
	free(second);
	free(first);
	return text;
}

static void time_order_shows_the_one_outlier_of_many(void **state)
{
	char *text = draw(plot_order, 5000, 10000);

	(void)state;
	/* 212 places a boot; ten buckets of 21 each; the sixth of the second boot goes from 100 to 10,000. */
	assert_non_null(strstr(text, "aria-label=\"a &quot;label&quot;\""));
	assert_non_null(strstr(text, "boot 2"));
	assert_non_null(
	    strstr(text, "<path class=\"b a0\" d=\"M46 175h211V174h-211zM259 175h105V174h-105zM364 175h21V10h-21zM385 "
			 "175h85V174h-85z\"/>"));
	assert_non_null(strstr(text, "<path class=\"c a0\" d=\"M46 174H257M259 174H470\"/>"));
	free(text);
}

static void distribution_ends_where_ten_samples_support_it(void **state)
{
	char *text = draw(plot_distribution, 500, 10000);

	(void)state;
	/* Of 1,000 samples, 1 % to 99 %: a straight line at 100, and dots at the smallest and the largest. */
	assert_non_null(strstr(text, "<path class=\"c a0\" d=\"M50 148V36H50\"/>"));
	assert_non_null(strstr(text, "<path class=\"d a0\" d=\"M50 176h0M346 8h0\"/>"));
	free(text);
}

static void picture_does_not_grow_with_the_samples(void **state)
{
	char *few = draw(plot_order, 1000, 10000), *many = draw(plot_order, 200000, 10000);

	(void)state;
	assert_true(strlen(many) < strlen(few) + 100);
	free(few);
	free(many);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wide_axis_has_decades_and_a_narrow_one_steps),
	    cmocka_unit_test(every_axis_has_a_tick_and_none_outside),
	    cmocka_unit_test(value_stands_where_its_logarithm_says),
	    cmocka_unit_test(zero_stands_apart_from_the_smallest_value),
	    cmocka_unit_test(fractions_are_symmetric_and_invertible),
	    cmocka_unit_test(labels_are_short_and_exact),
	    cmocka_unit_test(bucket_is_smallest_middle_and_largest),
	    cmocka_unit_test(no_spike_is_lost),
	    cmocka_unit_test(time_order_shows_the_one_outlier_of_many),
	    cmocka_unit_test(distribution_ends_where_ten_samples_support_it),
	    cmocka_unit_test(picture_does_not_grow_with_the_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
