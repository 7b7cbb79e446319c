/* SPDX-License-Identifier: MIT */
/* Plans and verdicts: known answers, each word by the evidence that must give it, and what decides an open question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "stats_judge.h"
#include "stats_plan.h"
#include "stats_special.h"

enum { PAIRS = 16 };

/* PAIRS pairs around log(1 + change), evenly from -width to +width. */
static struct stats_evidence evidence_of(double change, double width)
{
	double d[PAIRS];
	struct stats_evidence evidence;

	for (int i = 0; i < PAIRS; i++)
		d[i] = log1p(change) + width * (2.0 * i / (PAIRS - 1) - 1);
	evidence = stats_evidence_make(d, PAIRS, 1);
	stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
	return evidence;
}

static enum stats_verdict word(double change, double width)
{
	struct stats_evidence evidence = evidence_of(change, width);

	return stats_judge(&evidence, 0.03, 0.05, 1).verdict;
}

/* --- Plans ---------------------------------------------------------------------------------------------------------- */

static void a_family_asks_for_pairs_that_can_reach_its_threshold(void **state)
{
	(void)state;
	assert_int_equal(stats_plan_family(40, 0.05), 11); /* measuring.md §5 */
	assert_int_equal(stats_plan_family(120, 0.05), 13);
	assert_int_equal(stats_plan_family(1, 0.03125), 6); /* 2^-5 exactly */
	assert_int_equal(stats_plan_family(1, 0.05), 6);
	assert_int_equal(stats_plan_family(0, 0.05), 6);
}

/* What is left of a half width of .1 at `pairs` pairs with `all` of them. */
static double expected_width(size_t pairs, size_t all)
{
	return 0.1 * (stats_student_critical(0.05, (double)all - 1) / sqrt((double)all)) /
	       (stats_student_critical(0.05, (double)pairs - 1) / sqrt((double)pairs));
}

static void plans_follow_their_formulas(void **state)
{
	struct stats_interval interval = {0, -0.1, 0.1};
	size_t more;

	(void)state;
	assert_int_equal(stats_plan_power(0.1, 0.1), (size_t)ceil(7.85 * pow(0.1 / log(1.1), 2) + 3));
	assert_int_equal(stats_plan_power(0.001, 0.1), STATS_PAIRS_MIN);
	assert_true(stats_plan_power(0.1, 0) == SIZE_MAX);
	assert_int_equal(stats_plan_more(interval, 10, 0.1), 0);
	/* Half of the width: four times the pairs, less what Student's t wins. */
	more = stats_plan_more(interval, 10, 0.05);
	assert_true(more > 20 && more < 30);
	for (size_t pairs = 6; pairs < 40; pairs += 3) {
		for (double width = 0.09; width > 0.001; width /= 3) {
			size_t all = pairs + stats_plan_more(interval, pairs, width);

			/* The answer is wide enough, and one pair less is not. */
			assert_true(expected_width(pairs, all) <= width * 1.003);
			assert_true(all == pairs || expected_width(pairs, all - 1) > width * 0.997);
		}
	}
	assert_true(stats_plan_more(interval, 10, 0) == SIZE_MAX);
	assert_true(stats_plan_more(interval, 10, 1e-9) == SIZE_MAX);
	interval.low = NAN;
	assert_true(stats_plan_more(interval, 5, 0.05) == SIZE_MAX);
	assert_close(stats_looks[0].alpha + stats_looks[1].alpha, 0.05);
}

static void a_margin_is_learned_from_enough_comparisons(void **state)
{
	double ratios[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		ratios[i] = (i % 2 ? 1 : -1) * 0.001 * (i + 1); /* sizes .001 … .040 */
	/* Q1 .01075, Q3 .03025, IQR .0195 */
	assert_close(stats_plan_margin(ratios, 40), expm1(0.03025 + 3 * 0.0195));
	/* The first 20: Q1 .00575, Q3 .01525: .04375 */
	assert_close(stats_plan_margin(ratios, 20), expm1(0.04375));
	assert_true(isnan(stats_plan_margin(ratios, 19)));
	for (int i = 0; i < 40; i++)
		ratios[i] = 1e-4;
	assert_close(stats_plan_margin(ratios, 40), 0.03);
	ratios[7] = NAN;
	assert_true(isnan(stats_plan_margin(ratios, 40)));
}

/* --- Verdicts -------------------------------------------------------------------------------------------------------- */

static void each_word_needs_its_evidence(void **state)
{
	(void)state;
	assert_int_equal(word(0.10, 0.02), STATS_REGRESSED);
	assert_int_equal(word(-0.10, 0.02), STATS_IMPROVED);
	assert_int_equal(word(0, 0.02), STATS_PASS);
	assert_int_equal(word(0.01, 0.005), STATS_PASS); /* significant, but known to be below the margin */
	assert_int_equal(word(0, 0.30), STATS_INCONCLUSIVE);
	assert_int_equal(word(0.10, 0.60), STATS_INCONCLUSIVE);
	assert_int_equal(word(0, 0), STATS_PASS);
	assert_string_equal(stats_verdict_name(STATS_INCONCLUSIVE), "inconclusive");
}

/* Of a rate the location has improved by what would be a regression; its spread is worse in either case. */
static void of_a_rate_more_is_better(void **state)
{
	static const enum stats_verdict verdicts[] = {STATS_REGRESSED, STATS_IMPROVED};
	struct stats_run a[8], b[8];
	struct stats_runs runs = {.a = a, .b = b, .pairs = 8, .floor = 1};

	(void)state;
	for (int i = 0; i < 8; i++) {
		a[i] = (struct stats_run){.p10 = 80 + i, .p50 = 100 + i, .iqr = 20 + i};
		b[i] = (struct stats_run){.p10 = 160 + i, .p50 = 200 + i, .iqr = 40 + i};
	}
	for (int rate = 0; rate < 2; rate++) {
		static const enum stats_statistic statistics[] = {STATS_LOCATION, STATS_UNDISTURBED, STATS_SPREAD};

		runs.more_is_better = rate;
		for (int i = 0; i < 3; i++) {
			struct stats_evidence evidence = stats_evidence_of(&runs, statistics[i], 1);
			enum stats_verdict wanted = statistics[i] == STATS_SPREAD ? STATS_REGRESSED : verdicts[rate];

			stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
			assert_int_equal(stats_judge(&evidence, 0.03, 0.05, 1).verdict, wanted);
		}
	}
}

static void evidence_describes_the_pairs(void **state)
{
	const double d[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
	struct stats_evidence evidence = stats_evidence_make(d, 6, 1);

	(void)state;
	assert_close(evidence.ratio, exp(0.35));
	assert_close(evidence.low, exp(0.1));
	assert_close(evidence.high, exp(0.6));
	/* K is 3 for 6 pairs at .10: Walsh averages .1, .15, .2 and .5, .55, .6. */
	assert_close(evidence.equivalent_low, exp(0.2));
	assert_close(evidence.equivalent_high, exp(0.5));
	assert_close(evidence.p, 0.03125);
	assert_close(evidence.sd, sqrt(0.035));
	assert_close(evidence.smallest_effect, exp(2.8 * sqrt(0.035 / 6)) - 1);
	evidence = stats_evidence_make(d, 5, 1);
	assert_true(isnan(evidence.p) && isnan(evidence.low) && !isnan(evidence.ratio));
	evidence = stats_evidence_make(NULL, 0, 1);
	assert_true(isnan(evidence.ratio) && isnan(evidence.smallest_effect));
}

static void what_cannot_be_judged_is_skipped_with_its_reason(void **state)
{
	struct stats_evidence evidence = evidence_of(0.1, 0.02);
	struct stats_judgement judgement = stats_judge(&evidence, NAN, 0.05, 1);

	(void)state;
	assert_int_equal(judgement.verdict, STATS_SKIPPED);
	assert_non_null(strstr(judgement.reason, "no margin"));
	evidence.p_adjusted = NAN;
	assert_int_equal(stats_judge(&evidence, 0.03, 0.05, 1).verdict, STATS_SKIPPED);
	evidence.pairs = 5;
	assert_non_null(strstr(stats_judge(&evidence, 0.03, 0.05, 1).reason, "fewer than 6"));
}

/* Equal because the clock cannot tell them apart: that is no data, and no "pass". */
static void what_the_clock_hides_is_skipped_and_not_passed(void **state)
{
	struct stats_run a[8], b[8];
	struct stats_runs runs = {.a = a, .b = b, .pairs = 8, .floor = 26};
	struct stats_evidence evidence[2];

	(void)state;
	for (int i = 0; i < 8; i++) {
		a[i] = (struct stats_run){.p50 = 1000 + i, .iqr = 0};
		b[i] = (struct stats_run){.p50 = 2000 - i, .iqr = 26};
	}
	evidence[0] = stats_evidence_of(&runs, STATS_SPREAD, 1);
	evidence[1] = stats_evidence_of(&runs, STATS_LOCATION, 1);
	assert_true(evidence[0].hidden && !evidence[1].hidden);
	assert_int_equal(stats_family_adjust(evidence, 2, STATS_FAMILY_GATE), 1);
	assert_int_equal(stats_judge(&evidence[0], 0.03, 0.05, 1).verdict, STATS_SKIPPED);
	assert_non_null(strstr(stats_judge(&evidence[0], 0.03, 0.05, 1).reason, "grain"));
	assert_int_equal(stats_judge(&evidence[1], 0.03, 0.05, 1).verdict, STATS_REGRESSED);
	b[3].iqr = 52;
	evidence[0] = stats_evidence_of(&runs, STATS_SPREAD, 1);
	assert_false(evidence[0].hidden);
}

static void a_family_is_adjusted_over_its_members_only(void **state)
{
	struct stats_evidence evidence[5] = {{.p = .01}, {.p = .04}, {.p = NAN}, {.p = .03}, {.p = .005}};

	(void)state;
	assert_int_equal(stats_family_adjust(evidence, 5, STATS_FAMILY_GATE), 4);
	assert_close(evidence[0].p_adjusted, .03);
	assert_close(evidence[1].p_adjusted, .06);
	assert_true(isnan(evidence[2].p_adjusted));
	assert_close(evidence[3].p_adjusted, .06);
	assert_close(evidence[4].p_adjusted, .02);
	assert_int_equal(stats_family_adjust(evidence, 5, STATS_FAMILY_REPORT), 4);
	assert_close(evidence[1].p_adjusted, .04);
	assert_close(evidence[4].p_adjusted, .02);
}

static void an_open_question_says_how_many_pairs_would_decide_it(void **state)
{
	struct stats_evidence wide = evidence_of(0, 0.1), few = evidence_of(0.1, 0.02), near = evidence_of(0.03, 0.01);
	struct stats_judgement judgement = stats_judge(&wide, 0.03, 0.05, 1);
	struct stats_interval interval = {0, log(wide.low), log(wide.high)};

	(void)state;
	assert_int_equal(judgement.verdict, STATS_INCONCLUSIVE);
	assert_int_equal(judgement.more_pairs, stats_plan_more(interval, PAIRS, log(1.03) / 2));
	assert_true(judgement.more_pairs > 20 && judgement.more_pairs < 1000);
	/* 16 pairs cannot be significant among 10,000 tests: 2^-15 x 10,000 > .05. 19 can. */
	few.p_adjusted = 0.3;
	judgement = stats_judge(&few, 0.03, 0.05, 10000);
	assert_int_equal(judgement.verdict, STATS_INCONCLUSIVE);
	assert_non_null(strstr(judgement.reason, "too few pairs"));
	assert_true(judgement.more_pairs >= 3);
	/* A change as large as the margin takes more than the planned width, and never "0 more". */
	near.ratio = 1.029;
	judgement = stats_judge(&near, 0.03, 0.05, 1);
	assert_int_equal(judgement.verdict, STATS_INCONCLUSIVE);
	assert_true(judgement.more_pairs >= 1);
}

static void a_finding_stands_only_if_a_second_set_agrees(void **state)
{
	struct stats_evidence slower = evidence_of(0.1, 0.02), faster = evidence_of(-0.1, 0.02);
	struct stats_evidence slight = evidence_of(0.02, 0.001), noisy = evidence_of(0.1, 0.6);
	struct stats_judgement found = stats_judge(&slower, 0.03, 0.05, 1), passed = {STATS_PASS, "", 0};

	(void)state;
	assert_int_equal(stats_judge_confirmed(found, &slower, 0.03, 0.05).verdict, STATS_REGRESSED);
	assert_int_equal(stats_judge_confirmed(found, &faster, 0.03, 0.05).verdict, STATS_INCONCLUSIVE);
	assert_int_equal(stats_judge_confirmed(found, &slight, 0.03, 0.05).verdict, STATS_INCONCLUSIVE);
	assert_int_equal(stats_judge_confirmed(found, &noisy, 0.03, 0.05).verdict, STATS_INCONCLUSIVE);
	assert_int_equal(stats_judge_confirmed(passed, &slower, 0.03, 0.05).verdict, STATS_PASS);
}

static void a_suite_fails_on_regressions_and_passes_on_data_only(void **state)
{
	struct stats_tally tally = {{0}};

	(void)state;
	assert_int_equal(stats_tally_status(&tally, false), STATUS_UNSUPPORTED);
	stats_tally_add(&tally, STATS_SKIPPED);
	assert_int_equal(stats_tally_status(&tally, true), STATUS_UNSUPPORTED);
	stats_tally_add(&tally, STATS_PASS);
	stats_tally_add(&tally, STATS_IMPROVED);
	assert_int_equal(stats_tally_status(&tally, true), STATUS_OK);
	stats_tally_add(&tally, STATS_INCONCLUSIVE);
	assert_int_equal(stats_tally_status(&tally, false), STATUS_OK);
	assert_int_equal(stats_tally_status(&tally, true), STATUS_INCONCLUSIVE);
	stats_tally_add(&tally, STATS_REGRESSED);
	assert_int_equal(stats_tally_status(&tally, false), STATUS_FAILED);
	assert_int_equal(tally.count[STATS_SKIPPED], 1);
}

/* A spread of 49 or 50 steps: the estimate sits on a step, and so does the interval's end. */
static void tied_pairs_make_no_plan(void **state)
{
	const double step = log(50. / 49.);
	double d[PAIRS];
	struct stats_evidence evidence;
	struct stats_judgement judgement;

	(void)state;
	for (int i = 0; i < PAIRS; i++)
		d[i] = i < 7 ? step : i < 10 ? 0 : i < 12 ? -step : step;
	evidence = stats_evidence_make(d, PAIRS, 1);
	stats_family_adjust(&evidence, 1, STATS_FAMILY_GATE);
	assert_true(evidence.tied);
	evidence.p_adjusted = 1; /* as in a family of many */
	judgement = stats_judge(&evidence, 0.018, 0.02, 12);
	assert_int_equal(judgement.verdict, STATS_INCONCLUSIVE);
	assert_int_equal(judgement.more_pairs, 0);
	assert_non_null(strstr(judgement.reason, "steps of the clock"));
	evidence = evidence_of(0.05, 0.2);
	assert_false(evidence.tied);
	assert_true(stats_judge(&evidence, 0.03, 0.05, 1).more_pairs > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tied_pairs_make_no_plan),
	    cmocka_unit_test(a_family_asks_for_pairs_that_can_reach_its_threshold),
	    cmocka_unit_test(plans_follow_their_formulas),
	    cmocka_unit_test(a_margin_is_learned_from_enough_comparisons),
	    cmocka_unit_test(each_word_needs_its_evidence),
	    cmocka_unit_test(of_a_rate_more_is_better),
	    cmocka_unit_test(evidence_describes_the_pairs),
	    cmocka_unit_test(what_cannot_be_judged_is_skipped_with_its_reason),
	    cmocka_unit_test(what_the_clock_hides_is_skipped_and_not_passed),
	    cmocka_unit_test(a_family_is_adjusted_over_its_members_only),
	    cmocka_unit_test(an_open_question_says_how_many_pairs_would_decide_it),
	    cmocka_unit_test(a_finding_stands_only_if_a_second_set_agrees),
	    cmocka_unit_test(a_suite_fails_on_regressions_and_passes_on_data_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
