/* SPDX-License-Identifier: MIT */
/* What is compared where the clock is too coarse for single operations, on both sides and on one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "compare.h"
#include "compare_cell.h"
#include "sample_run.h"
#include "sample_stream.h"

enum { COPIES = 64, SAMPLES = 40, ROUNDS = 9 };

static const char side_a[] = "aerokernel@qemu", side_b[] = "linux@qemu";

/* n and 2n operations of so many ticks each, in turn, and a fixed cost. */
static void repeat(struct sample_stream *stream, const char *name, double each)
{
	uint32_t samples[SAMPLES];

	for (unsigned i = 0; i < SAMPLES; i++)
		samples[i] = (uint32_t)lround(500 + (1 + i % 2) * COPIES * each);
	wire_run_crc_reset(&stream->wire);
	wire_begin(&stream->wire, "repeat");
	wire_word(&stream->wire, name);
	wire_pair(&stream->wire, "unit", "ticks");
	wire_pair_number(&stream->wire, "per", 1);
	wire_pair_number(&stream->wire, "n", SAMPLES);
	wire_pair_number(&stream->wire, "copies", COPIES);
	wire_end(&stream->wire);
	wire_samples(&stream->wire, "s", samples, SAMPLES);
	wire_begin(&stream->wire, "end");
	wire_word(&stream->wire, name);
	wire_pair_number(&stream->wire, "n", SAMPLES);
	wire_pair_number(&stream->wire, "overflow", 0);
	wire_pair_number(&stream->wire, "irqs", -1);
	wire_end_crc_run(&stream->wire);
}

/* "brief": below the grain of 25 on both sides; "mixed": on the first side only; "alone": brief, and not repeated. */
static void boot(struct sample_run *run, const char *subject, unsigned round)
{
	static const uint32_t control[] = {50, 75}, steps[] = {75, 75, 100, 125}, slow[] = {6000, 6100, 6200, 6300};
	bool first = strcmp(subject, side_a) == 0;
	double drift = 1 + 0.01 * round;
	struct sample_stream stream;

	sample_open(&stream, "test");
	sample_run(&stream, "clock_read", "", control, 2, 1000);
	sample_run(&stream, "brief", "", steps, 4, 1000);
	repeat(&stream, "brief", (first ? 30 : 60) * drift);
	sample_run(&stream, "mixed", "", first ? steps : slow, 4, 1000);
	repeat(&stream, "mixed", (first ? 30 : 6000) * drift);
	sample_run(&stream, "alone", "", steps, 4, 1000);
	sample_run_boot(run, subject, round, &stream);
}

struct result {
	struct sample_run run;
	struct summary summary;
	struct compare compare;
};

static int set_up(void **state)
{
	static struct result result;
	struct error error = {0};

	sample_run_open(&result.run, "aerokernel@qemu linux@qemu", ROUNDS);
	for (unsigned round = 0; round < ROUNDS; round++) {
		boot(&result.run, side_a, round);
		boot(&result.run, side_b, round);
	}
	*state = &result;
	if (summary_load(&result.summary, &result.run.store, NULL, &error) != 0)
		return -1;
	return compare_make(&result.compare, (struct compare_side){&result.summary, side_a},
			    (struct compare_side){&result.summary, side_b}, 0.03, &error);
}

static int tear_down(void **state)
{
	struct result *result = *state;

	compare_free(&result->compare);
	summary_free(&result->summary);
	sample_run_close(&result->run);
	return 0;
}

static const struct compare_row *row_of(const struct result *result, const char *name)
{
	for (size_t i = 0; i < result->compare.row_count; i++) {
		if (strcmp(result->compare.rows[i].a->benchmark, name) == 0)
			return &result->compare.rows[i];
	}
	fail_msg("no row %s", name);
	return NULL;
}

static void locations_below_the_grain_are_those_of_n_operations(void **state)
{
	const struct compare_row *row = row_of(*state, "brief");
	const struct compare_estimate *location = &row->estimates[STATS_LOCATION];

	assert_true(row->a->by_difference && row->b->by_difference);
	assert_true(fabs(location->ratio - 2) < 0.01);
	assert_true(location->low > 1.9 && location->high < 2.1);
	assert_true(location->a > 30 && location->a < 32); /* and not the grain of 25, nor a step of it */
	assert_false(location->floored);
	assert_int_equal(location->judgement.verdict, STATS_REGRESSED);
}

static void spread_and_tail_are_those_of_single_operations(void **state)
{
	const struct compare_row *brief = row_of(*state, "brief"), *mixed = row_of(*state, "mixed");

	/* 75, 75, 100, 125 on a grain of 25: p25, p50, p75 and p99 by type 7. */
	assert_close(brief->estimates[STATS_SPREAD].a, 106.25 - 75);
	assert_close(brief->estimates[STATS_TAIL].a, 125 - 87.5);
	assert_close(brief->estimates[STATS_SPREAD].ratio, 1);
	assert_int_equal(brief->estimates[STATS_SPREAD].judgement.verdict, STATS_PASS);
	assert_close(mixed->estimates[STATS_SPREAD].b, 6225 - 6075);
	assert_close(mixed->estimates[STATS_SPREAD].ratio, 150 / 31.25);
	assert_int_equal(mixed->estimates[STATS_SPREAD].judgement.verdict, STATS_REGRESSED);
}

static void one_side_below_the_grain_is_enough(void **state)
{
	const struct compare_row *row = row_of(*state, "mixed");
	const struct compare_estimate *location = &row->estimates[STATS_LOCATION];

	assert_true(row->a->by_difference && !row->b->by_difference);
	assert_close(row->b->p50, 6150 - 62.5);
	assert_true(fabs(location->ratio - 200) < 1);
}

static void what_was_not_repeated_is_compared_by_its_median(void **state)
{
	const struct compare_row *row = row_of(*state, "alone");
	const struct compare_estimate *location = &row->estimates[STATS_LOCATION];

	assert_true(row->a->coarse && !row->a->by_difference);
	assert_close(location->a, 87.5 - 62.5);
	assert_close(location->ratio, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(locations_below_the_grain_are_those_of_n_operations),
	    cmocka_unit_test(spread_and_tail_are_those_of_single_operations),
	    cmocka_unit_test(one_side_below_the_grain_is_enough),
	    cmocka_unit_test(what_was_not_repeated_is_compared_by_its_median),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
