/* SPDX-License-Identifier: MIT */
/*
 * Quantiles against known answers, and the table that is made of them.
 */
#include "core/format.h"
#include "core/ktest.h"
#include "core/quantile.h"
#include "core/result_table.h"
#include "core/string.h"

KERNEL_TEST(quantile_is_type_7_of_hyndman_and_fan)
{
	const uint32_t nine[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	const uint32_t wide[] = {0, UINT32_MAX};

	CHECK(quantile_percentile(nine, 9, 25) == 300 && quantile_percentile(nine, 9, 50) == 500);
	CHECK(quantile_percentile(ten, 10, 90) == 910 && quantile_percentile(ten, 10, 99) == 991);
	CHECK(quantile_percentile(ten, 10, 0) == 100 && quantile_percentile(ten, 10, 100) == 1000);
	CHECK(quantile_percentile(nine, 1, 0) == 100 && quantile_percentile(nine, 1, 99) == 100);
	CHECK(quantile_percentile(wide, 2, 50) == 50ul * UINT32_MAX &&
	      quantile_percentile(wide, 2, 99) == 99ul * UINT32_MAX);
	CHECK(!quantile_tail_is_known(999, 99) && quantile_tail_is_known(1000, 99));
}

KERNEL_TEST(quantile_sort_orders_whatever_comes)
{
	uint64_t random = ktest_seed();
	uint32_t samples[300];

	for (unsigned round = 0; round < 60; round++) {
		size_t count = (size_t)ktest_random(&random, 300);
		uint64_t sum = 0, limit = round % 3 == 0 ? 4 : 1ul << 32;

		for (size_t at = 0; at < count; at++)
			sum += samples[at] = (uint32_t)(round % 7 == 6 ? at : ktest_random(&random, limit));
		quantile_sort(samples, count);
		for (size_t at = 0; at < count; at++) {
			CHECK(at == 0 || samples[at - 1] <= samples[at]);
			sum -= samples[at];
		}
		CHECK(sum == 0);
	}
}

static bool number_is(uint64_t hundredths, const char *wanted)
{
	char text[RESULT_NUMBER_BYTES];

	result_number(hundredths, text);
	return strcmp(text, wanted) == 0;
}

KERNEL_TEST(result_number_has_seven_characters_at_most)
{
	CHECK(number_is(0, "0") && number_is(4, "0.0") && number_is(5, "0.1") && number_is(100, "1"));
	CHECK(number_is(123456, "1235") && number_is(99994, "999.9") && number_is(99996, "1000") &&
	      number_is(12340, "123.4"));
	CHECK(number_is(999999949, "9999999") && number_is(999999950, "10.0M") && number_is(429496729500, "4295.0M"));
	CHECK(number_is(999994999900, "9999.9M") && number_is(999995000000, "10G") && number_is(RESULT_UNKNOWN, "-"));
	CHECK(result_ns(100, 1000000000) == 100 && result_ns(300, 3000000000) == 100 &&
	      result_ns(100, 0) == RESULT_UNKNOWN);
	CHECK(result_ns(429496729500, 8000000000) == 53687091187 && result_ns(RESULT_UNKNOWN, 1) == RESULT_UNKNOWN);
}

static void add(struct result_table *table, const char *name, const char *label, uint32_t value)
{
	struct result_row *row = result_table_add(table);
	uint32_t samples[] = {value + 8, value, value + 4};

	CHECK(row != NULL);
	format_text(row->name, sizeof(row->name), "%s", name);
	format_text(row->label, sizeof(row->label), "%s", label);
	row->ticks = true;
	result_row_measure(row, samples, 3, 2);
}

KERNEL_TEST(result_table_chooses_one_row_of_each_benchmark_before_a_second)
{
	struct result_table table;

	CHECK(result_table_init(&table, 6, "ticks", 1000000000));
	add(&table, "b", "n=16", 1);
	add(&table, "c", "", 2);
	add(&table, "b", "n=2", 3);
	add(&table, "a", "", 4);
	add(&table, "b", "n=2 x", 5);
	result_table_add(&table)->kind = RESULT_SKIPPED;
	CHECK(result_table_add(&table) == NULL && result_table_kind_count(&table, RESULT_MEASURED) == 5);
	result_table_sort(&table); /* the skipped one, without a name, a, b n=2, b n=2 x, b n=16, c */
	CHECK(strcmp(table.order[1]->name, "a") == 0 && strcmp(table.order[2]->label, "n=2") == 0);
	CHECK(strcmp(table.order[3]->label, "n=2 x") == 0 && strcmp(table.order[4]->label, "n=16") == 0);
	CHECK(result_table_choose(&table, 0) == 0);
	CHECK(result_table_choose(&table, 3) == 3 && table.chosen[1] && table.chosen[2] && table.chosen[5] &&
	      !table.chosen[3]);
	CHECK(result_table_choose(&table, 4) == 4 && table.chosen[3] && !table.chosen[4] && !table.chosen[0]);
	CHECK(result_table_choose(&table, 9) == 5 && table.chosen[4]);
	result_table_free(&table);
}

KERNEL_TEST(result_lines_are_as_wide_as_the_screen)
{
	static const unsigned widths[] = {0, 80, 100, 112, 1000};
	char head[RESULT_LINE_BYTES], line[RESULT_LINE_BYTES];
	struct result_table table;

	CHECK(result_table_init(&table, 2, "ticks", 2000000000));
	add(&table, "thread_start", "place=same", 100);
	add(&table, "a_name_with_twenty_seven_ch",
	    "parameters=of all=lengths that=do not=fit in=80 columns=at all=here", 100);
	for (unsigned at = 0; at < sizeof(widths) / sizeof(widths[0]); at++) {
		unsigned width = widths[at] < 80 ? 80 : widths[at] > 112 ? 112 : widths[at];

		for (unsigned row = 0; row < 2; row++) {
			result_head_line(&table, widths[at], head);
			result_row_line(&table, &table.rows[row], widths[at], line);
			CHECK(strlen(head) == width && strlen(line) == width);
		}
	}
	result_row_line(&table, &table.rows[0], 80, line);
	CHECK(strcmp(line, "thread_start place=same                3      52       2       -      54      26") == 0);
	result_row_line(&table, &table.rows[1], 80, line);
	CHECK(strncmp(line, "a_name_with_twenty_seven_ch of ~ ", 33) == 0); /* values only, and still cut */
	result_table_free(&table);
}
