/* SPDX-License-Identifier: MIT */
/* Comparisons of made-up subjects whose differences are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "compare_cell.h"
#include "sample_noise.h"
#include "sample_run.h"

#define assert_close(a, b) assert_true(fabs((double)(a) - (double)(b)) <= 1e-6 * (1 + fabs((double)(b))))

/* Samples around centre: width apart at the quartiles, tail ticks more for the last 5 %; drift as of a slow machine. */
struct shape {
	double centre, width, tail;
};

/* Whether the last waiter's samples come too, which are those of all where only one waits. */
static bool one_waiter;

static void boot(struct sample_run *run, const char *subject, unsigned round, struct shape shape, double drift)
{
	static const uint32_t control[] = {50, 51};
	struct sample_stream stream;
	uint32_t samples[1000];

	for (size_t i = 0; i < 1000; i++) {
		/* A permutation, so that the order in time carries nothing. */
		size_t place = i * 617 % 1000;
		double value = shape.centre + shape.width * ((double)place / 500 - 1);

		samples[i] = (uint32_t)lround(drift * (place < 950 ? value : value + shape.tail));
	}
	sample_open(&stream, "test");
	sample_run(&stream, "clock_read", "", control, 2, 100);
	sample_run(&stream, "wake", "", samples, 1000, 1000);
	if (one_waiter)
		sample_run(&stream, "wake", "series=last", samples, 1000, 1000);
	sample_run_boot(run, subject, round, &stream);
}

static const char side_a[] = "aerokernel@qemu", side_b[] = "linux@qemu";

/* One run of both sides; each round is slower than the one before, for both alike. */
static void paired_run(struct sample_run *run, struct shape a, struct shape b, unsigned rounds)
{
	sample_run_open(run, "aerokernel@qemu linux@qemu", rounds);
	for (unsigned round = 0; round < rounds; round++) {
		double drift = 1 + 0.2 * round;
		/* A little of each side's own, so that pairs are not equal. */
		double own = round % 2 == 0 ? 1.01 : 0.99;

		if (round % 2 == 0)
			boot(run, side_a, round, a, drift);
		boot(run, side_b, round, b, drift * own);
		if (round % 2 == 1)
			boot(run, side_a, round, a, drift);
	}
}

struct result {
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	const struct compare_row *wake;
};

static void compare_shapes(struct result *result, struct shape a, struct shape b, unsigned rounds)
{
	struct error error = {0};

	paired_run(&result->run, a, b, rounds);
	assert_int_equal(summary_load(&result->summary, &result->run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&result->compare, (struct compare_side){&result->summary, side_a},
				      (struct compare_side){&result->summary, side_b}, 0.03, &error),
			 0);
	assert_int_equal(result->compare.row_count, 2);
	result->wake = &result->compare.rows[1];
}

static void result_free(struct result *result)
{
	compare_free(&result->compare);
	summary_free(&result->summary);
	sample_run_close(&result->run);
}

static void twice_the_cost_is_found_through_a_drift_of_both(void **state)
{
	struct shape a = {10000, 400, 0}, b = {20000, 800, 0};
	struct result result;
	const struct compare_estimate *location;

	(void)state;
	compare_shapes(&result, a, b, 10);
	location = &result.wake->estimates[STATS_LOCATION];
	assert_int_equal(result.wake->pairs, 10);
	assert_true(fabs(location->ratio - 2) < 0.03);
	assert_true(location->low > 1.9 && location->high < 2.1);
	assert_close(location->p, 2.0 / 1024);
	assert_int_equal(location->judgement.verdict, STATS_REGRESSED);
	assert_int_equal(result.wake->verdict, STATS_REGRESSED);
	assert_true(location->smallest_effect < 0.03);
	result_free(&result);
}

static void half_the_cost_is_an_improvement(void **state)
{
	struct shape a = {20000, 800, 0}, b = {10000, 400, 0};
	struct result result;

	(void)state;
	compare_shapes(&result, a, b, 10);
	assert_int_equal(result.wake->verdict, STATS_IMPROVED);
	result_free(&result);
}

static void a_change_of_spread_alone_is_not_one_of_location(void **state)
{
	struct shape a = {10000, 400, 0}, b = {10000, 1200, 0};
	struct result result;

	(void)state;
	compare_shapes(&result, a, b, 10);
	assert_int_equal(result.wake->estimates[STATS_LOCATION].judgement.verdict, STATS_PASS);
	assert_int_equal(result.wake->estimates[STATS_SPREAD].judgement.verdict, STATS_REGRESSED);
	assert_true(fabs(result.wake->estimates[STATS_SPREAD].ratio - 3) < 0.1);
	result_free(&result);
}

static void a_change_of_tail_alone_is_not_one_of_location_or_spread(void **state)
{
	struct shape a = {10000, 400, 1000}, b = {10000, 400, 9000};
	struct result result;

	(void)state;
	compare_shapes(&result, a, b, 10);
	assert_int_equal(result.wake->estimates[STATS_LOCATION].judgement.verdict, STATS_PASS);
	assert_int_equal(result.wake->estimates[STATS_SPREAD].judgement.verdict, STATS_PASS);
	assert_int_equal(result.wake->estimates[STATS_TAIL].judgement.verdict, STATS_REGRESSED);
	result_free(&result);
}

static void all_tests_of_all_rows_are_adjusted_together(void **state)
{
	struct shape a = {10000, 400, 1000}, b = {20000, 800, 1000};
	struct result result;
	size_t tests = 0;

	(void)state;
	compare_shapes(&result, a, b, 10);
	for (size_t i = 0; i < result.compare.row_count; i++) {
		for (int j = 0; j < STATS_STATISTICS; j++) {
			const struct compare_estimate *estimate = &result.compare.rows[i].estimates[j];

			if (isnan(estimate->p_adjusted))
				continue;
			tests++;
			assert_true(estimate->p_adjusted >= estimate->p);
			/* The smallest p of all is multiplied by no more than their number. */
			assert_true(estimate->p_adjusted <= estimate->p * (double)result.compare.family);
		}
	}
	assert_int_equal(tests, result.compare.family);
	/* Location, spread and tail; of the control only the location is above its grain. */
	assert_int_equal(result.compare.family, COMPARE_TESTS + 1);
	assert_true(!isnan(result.wake->estimates[STATS_DEVIATION].p));
	assert_int_equal(result.wake->estimates[STATS_DEVIATION].judgement.verdict, STATS_SKIPPED);
	assert_int_equal(result.wake->estimates[STATS_UNDISTURBED].judgement.verdict, STATS_SKIPPED);
	assert_int_equal(result.compare.rows[0].estimates[STATS_SPREAD].judgement.verdict, STATS_SKIPPED);
	assert_int_equal(result.compare.tally.count[STATS_REGRESSED], 1);
	assert_int_equal(compare_beyond_doubt(result.wake, STATS_LOCATION), 1);
	/* Rounds drift by a factor of 2.8, so that the sides overlap; the control's do not differ at all. */
	assert_true(result.wake->cliff > 0.3 && result.wake->cliff < 1);
	assert_true(result.wake->ks > 0.3 && result.wake->ks < 1);
	assert_close(result.compare.rows[0].cliff, 0);
	assert_close(result.compare.rows[0].ks, 0);
	assert_int_equal(compare_beyond_doubt(&result.compare.rows[0], STATS_LOCATION), 0);
	result_free(&result);
}

/* Rounds in which B is now dearer, now cheaper by a fifth. */
static void a_wide_interval_is_inconclusive_and_says_how_many_more_runs(void **state)
{
	static const double own[] = {1.2, 0.85, 1.1, 0.8, 1.25, 0.9, 0.95, 1.15};
	struct shape shape = {10000, 400, 1000};
	struct result result;
	struct error error = {0};
	const struct compare_estimate *location;

	(void)state;
	sample_run_open(&result.run, "aerokernel@qemu linux@qemu", 8);
	for (unsigned round = 0; round < 8; round++) {
		boot(&result.run, side_a, round, shape, 1);
		boot(&result.run, side_b, round, shape, own[round]);
	}
	assert_int_equal(summary_load(&result.summary, &result.run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&result.compare, (struct compare_side){&result.summary, side_a},
				      (struct compare_side){&result.summary, side_b}, 0.03, &error),
			 0);
	location = &result.compare.rows[1].estimates[STATS_LOCATION];
	assert_int_equal(location->judgement.verdict, STATS_INCONCLUSIVE);
	assert_in_range(location->judgement.more_pairs, 50, 1000);
	assert_true(location->smallest_effect > 0.1);
	assert_int_equal(result.compare.tally.count[STATS_INCONCLUSIVE], 1);
	result_free(&result);
}

static void samples_that_drift_are_flagged_and_shuffled_ones_are_not(void **state)
{
	static const uint32_t control[] = {50, 51};
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "aerokernel@qemu linux@qemu", 1);
	for (size_t side = 0; side < 2; side++) {
		struct sample_stream stream;
		struct noise noise = noise_plain(side);
		uint32_t samples[1000];

		noise_fill(&noise, 0, samples, 1000);
		for (uint32_t i = 0; i < 1000 && side == 1; i++)
			samples[i] += i;
		sample_open(&stream, "test");
		sample_run(&stream, "clock_read", "", control, 2, 100);
		sample_run(&stream, "wake", "", samples, 1000, 1000);
		sample_run_boot(&run, run.store.plan.subjects[side], 0, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, side_a},
				      (struct compare_side){&summary, side_b}, 0.03, &error),
			 0);
	assert_false(compare.rows[1].dependence[0].flagged);
	assert_true(compare.rows[1].dependence[0].effective > 0.5);
	assert_true(compare.rows[1].dependence[1].flagged);
	assert_true(compare.rows[1].dependence[1].rho[0] > 0.5);
	compare_free(&compare);
	summary_free(&summary);
	sample_run_close(&run);
}

static void few_rounds_have_a_ratio_and_no_interval_or_verdict(void **state)
{
	struct shape a = {10000, 400, 0}, b = {20000, 800, 0};
	struct result result;
	const struct compare_estimate *location;

	(void)state;
	compare_shapes(&result, a, b, 5);
	location = &result.wake->estimates[STATS_LOCATION];
	assert_close(location->ratio, location->b / location->a);
	assert_true(isnan(location->low) && isnan(location->high) && isnan(location->p));
	assert_int_equal(result.wake->verdict, STATS_SKIPPED);
	result_free(&result);
}

static void a_spread_below_the_grain_is_raised_to_it(void **state)
{
	struct shape a = {10000, 0, 0}, b = {10000, 500, 0};
	struct result result;
	const struct compare_estimate *spread;

	(void)state;
	compare_shapes(&result, a, b, 1);
	spread = &result.wake->estimates[STATS_SPREAD];
	assert_close(spread->a, 0);
	assert_close(spread->floor, 1);
	assert_close(spread->ratio, spread->b);
	assert_false(spread->floored);
	assert_true(result.compare.rows[0].estimates[STATS_SPREAD].floored);
	result_free(&result);
}

static void counts_are_compared_exactly(void **state)
{
	static const uint32_t counts[] = {1000, 1005, 1006};
	struct sample_run run;
	struct sample_stream stream;
	struct summary summary;
	struct compare compare;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "aerokernel@sim linux@sim linux@sim:tuned", 1);
	for (size_t i = 0; i < 3; i++) {
		sample_open(&stream, "test");
		sample_unit = "instructions";
		sample_run(&stream, "yield", "", &counts[i], 1, 100);
		sample_run_boot(&run, run.store.plan.subjects[i], 0, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "aerokernel@sim"},
				      (struct compare_side){&summary, "linux@sim"}, 0.03, &error),
			 0);
	assert_true(compare.rows[0].exact);
	assert_close(compare.rows[0].estimates[STATS_LOCATION].ratio, 1.005);
	assert_int_equal(compare.rows[0].verdict, STATS_PASS); /* 0.5 % is allowed, more is not */
	compare_free(&compare);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "aerokernel@sim"},
				      (struct compare_side){&summary, "linux@sim:tuned"}, 0.03, &error),
			 0);
	assert_int_equal(compare.rows[0].verdict, STATS_REGRESSED);
	compare_free(&compare);
	summary_free(&summary);
	sample_run_close(&run);
}

static void ticks_are_not_compared_with_instructions(void **state)
{
	static const uint32_t value[] = {1000};
	struct sample_run run;
	struct sample_stream stream;
	struct summary summary;
	struct compare compare;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "aerokernel@sim linux@host", 1);
	for (size_t i = 0; i < 2; i++) {
		sample_open(&stream, "test");
		sample_unit = i == 0 ? "instructions" : "ticks";
		sample_run(&stream, "yield", "", value, 1, 100);
		sample_run_boot(&run, run.store.plan.subjects[i], 0, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "aerokernel@sim"},
				      (struct compare_side){&summary, "linux@host"}, 0.03, &error),
			 STATUS_USAGE);
	assert_non_null(strstr(error.text, "instructions"));
	summary_free(&summary);
	sample_run_close(&run);
}

static void two_runs_are_no_pairs_and_are_not_judged(void **state)
{
	struct shape a = {10000, 400, 0}, b = {20000, 800, 0};
	struct sample_run runs[2];
	struct summary summaries[2];
	struct compare compare;
	struct error error = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		paired_run(&runs[i], i == 0 ? a : b, a, 6);
		assert_int_equal(summary_load(&summaries[i], &runs[i].store, NULL, &error), 0);
	}
	assert_int_equal(compare_make(&compare, (struct compare_side){&summaries[0], side_a},
				      (struct compare_side){&summaries[1], side_a}, 0.03, &error),
			 0);
	assert_false(compare.paired);
	assert_int_equal(compare.rows[1].pairs, 0);
	assert_int_equal(compare.rows[1].verdict, STATS_SKIPPED);
	assert_true(fabs(compare.rows[1].estimates[STATS_LOCATION].ratio - 2) < 0.1);
	assert_true(compare.rows[1].estimates[STATS_LOCATION].low < 2);
	assert_true(compare.rows[1].estimates[STATS_LOCATION].high > 2);
	assert_true(compare.rows[1].estimates[STATS_LOCATION].p < 0.05);
	assert_true(compare.rows[1].estimates[STATS_LOCATION].p_ranks < 0.05);
	assert_true(isnan(compare.rows[1].estimates[STATS_LOCATION].p_adjusted));
	assert_int_equal(compare.family, 0);
	assert_non_null(strstr(compare.rows[1].estimates[STATS_LOCATION].judgement.reason, "cannot be paired"));
	compare_free(&compare);
	for (int i = 0; i < 2; i++) {
		summary_free(&summaries[i]);
		sample_run_close(&runs[i]);
	}
}

static void runs_stand_in_the_order_of_the_columns(void **state)
{
	const struct summary_row a = {.n = 100, .run_count = 2, .planned = 2},
				 b = {.n = 150, .run_count = 3, .planned = 3};
	const struct compare_row row = {.a = &a, .b = &b}, same = {.a = &a, .b = &a};
	char *texts[] = {compare_runs_text(&row, true), compare_runs_text(&row, false), compare_runs_text(&same, true)};

	(void)state;
	assert_string_equal(texts[0], "2×50, 3×50");
	assert_string_equal(texts[1], "3×50, 2×50");
	assert_string_equal(texts[2], "2×50");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
}

static void a_row_of_the_same_samples_is_shown_and_not_counted_again(void **state)
{
	struct shape a = {10000, 400, 1000}, b = {20000, 800, 1000};
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	struct error error = {0};

	(void)state;
	one_waiter = true;
	paired_run(&run, a, b, 10);
	one_waiter = false;
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, side_a},
				      (struct compare_side){&summary, side_b}, 0.03, &error),
			 0);
	assert_int_equal(compare.row_count, 3);
	assert_null(compare.rows[1].repeats);
	assert_ptr_equal(compare.rows[2].repeats, &compare.rows[1]);
	assert_int_equal(compare.family, COMPARE_TESTS + 1);
	for (int i = 0; i < COMPARE_TESTS; i++)
		assert_true(compare.rows[2].estimates[compare_tests[i]].p_adjusted ==
			    compare.rows[1].estimates[compare_tests[i]].p_adjusted);
	assert_int_equal(compare.rows[2].verdict, STATS_REGRESSED);
	assert_int_equal(compare.tally.count[STATS_REGRESSED], 1);
	compare_free(&compare);
	summary_free(&summary);
	sample_run_close(&run);
}

/* Neither of two systems is meant to become the other. */
static void between_systems_nothing_regresses(void **state)
{
	struct shape a = {10000, 400, 0}, b = {20000, 800, 0};
	struct result result;
	json_t *json;

	(void)state;
	compare_shapes(&result, a, b, 10);
	assert_true(result.compare.across);
	assert_string_equal(result.wake->word, "larger");
	json = compare_json(&result.compare);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "tally"), "larger")), 1);
	assert_null(json_object_get(json_object_get(json, "tally"), "regressed"));
	json_decref(json);
	assert_string_equal(compare_verdict_name(true, STATS_IMPROVED), "smaller");
	assert_string_equal(compare_verdict_name(true, STATS_INCONCLUSIVE), "inconclusive");
	assert_string_equal(compare_verdict_name(false, STATS_REGRESSED), "regressed");
	result_free(&result);
}

static void points_of_one_side_are_listed_with_the_reason(void **state)
{
	static const uint32_t value[] = {1000};
	struct sample_run run;
	struct sample_stream stream;
	struct summary summary;
	struct compare compare;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "aerokernel@qemu linux@qemu", 1);
	for (size_t i = 0; i < 2; i++) {
		sample_open(&stream, "test");
		sample_run(&stream, "yield", "", value, 1, 100);
		if (i == 0)
			sample_run(&stream, "wake", "place=other series=last", value, 1, 100);
		else
			sample_skip(&stream, "wake", "needs 2 CPUs");
		if (i == 1)
			sample_run(&stream, "futex", "", value, 1, 100);
		sample_run_boot(&run, run.store.plan.subjects[i], 0, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, side_a},
				      (struct compare_side){&summary, side_b}, 0.03, &error),
			 0);
	assert_int_equal(compare.row_count, 1);
	assert_int_equal(compare.missing_count, 2);
	assert_true(compare.missing[0].in_a);
	assert_string_equal(compare.missing[0].reason, "needs 2 CPUs");
	assert_false(compare.missing[1].in_a);
	assert_string_equal(compare.missing[1].row->benchmark, "futex");
	compare_free(&compare);
	summary_free(&summary);
	sample_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(twice_the_cost_is_found_through_a_drift_of_both),
	    cmocka_unit_test(half_the_cost_is_an_improvement),
	    cmocka_unit_test(a_change_of_spread_alone_is_not_one_of_location),
	    cmocka_unit_test(a_change_of_tail_alone_is_not_one_of_location_or_spread),
	    cmocka_unit_test(all_tests_of_all_rows_are_adjusted_together),
	    cmocka_unit_test(a_wide_interval_is_inconclusive_and_says_how_many_more_runs),
	    cmocka_unit_test(samples_that_drift_are_flagged_and_shuffled_ones_are_not),
	    cmocka_unit_test(few_rounds_have_a_ratio_and_no_interval_or_verdict),
	    cmocka_unit_test(a_spread_below_the_grain_is_raised_to_it),
	    cmocka_unit_test(counts_are_compared_exactly),
	    cmocka_unit_test(ticks_are_not_compared_with_instructions),
	    cmocka_unit_test(two_runs_are_no_pairs_and_are_not_judged),
	    cmocka_unit_test(runs_stand_in_the_order_of_the_columns),
	    cmocka_unit_test(a_row_of_the_same_samples_is_shown_and_not_counted_again),
	    cmocka_unit_test(between_systems_nothing_regresses),
	    cmocka_unit_test(points_of_one_side_are_listed_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
