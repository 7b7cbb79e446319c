/* SPDX-License-Identifier: MIT */
/* The gate's verdicts: made-up runs of known counts against baselines of known counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gate_machine.h"
#include "sample_gate.h"

/* --- Counts ----------------------------------------------------------------------------------------------------------- */

static void equal_counts_pass(void **state)
{
	struct judged judged;

	(void)state;
	judged_make(&judged, &costs_usual, NULL, 0, NULL);
	judged_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(judged.gate.correct);
	assert_int_equal(judged.gate.check_count, 4);
	for (size_t i = 0; i < judged.gate.check_count; i++)
		assert_int_equal(judged.gate.checks[i].outcome, GATE_HOLDS);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_OK);
	judged_close(&judged);
}

static void a_subject_that_was_planned_and_never_booted_fails(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	size_t broken = 0;

	(void)state;
	costs.other = BESIDE_ANOTHER;
	judged_make(&judged, &costs, NULL, 0, NULL);
	assert_true(judged.gate.correct);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_OK);
	judged_close(&judged);
	costs.other = ANOTHER_PLANNED;
	judged_make(&judged, &costs, NULL, 0, NULL);
	for (size_t i = 0; i < judged.gate.check_count; i++) {
		const struct gate_check *one = &judged.gate.checks[i];

		if (one->outcome != GATE_BROKEN)
			continue;
		broken++;
		assert_string_equal(one->subject, OTHER);
		if (strcmp(one->name, "boots") == 0)
			assert_non_null(strstr(one->text, "0 of 2 boots: go on by: aerobench run --resume "));
		else
			assert_string_equal(one->name, "repeats");
	}
	assert_int_equal(broken, 2);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void a_growth_of_one_percent_is_named_and_alone(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.create = 1010;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged_tally(&judged, 5, 0, 1, 0, 0);
	assert_int_equal(judged_finding(&judged, "thread_create place=same")->verdict, STATS_REGRESSED);
	assert_int_equal(judged_finding(&judged, "thread_create place=other")->verdict, STATS_PASS);
	text = gate_change_text(&judged_finding(&judged, "thread_create place=same")->changes[GATE_P50]);
	assert_string_equal(text, "1,000 → 1,010 (+1 %)");
	free(text);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

/* One cost against the baseline's, with these margins: the verdict of the point, which has changed in any case. */
static enum stats_verdict verdict_of(const struct costs *costs, const char *name, const struct gate_margin *margin)
{
	struct judged judged;
	enum stats_verdict verdict;

	judged_make(&judged, costs, margin, margin != NULL, NULL);
	verdict = judged_finding(&judged, name)->verdict;
	assert_true(judged_finding(&judged, name)->changed);
	assert_int_equal(gate_status(&judged.gate, true), verdict == STATS_REGRESSED ? STATUS_FAILED : STATUS_OK);
	judged_close(&judged);
	return verdict;
}

static void the_default_margin_is_half_a_percent_or_two_instructions(void **state)
{
	static const struct {
		const char *name;
		struct costs costs;
		enum stats_verdict verdict;
	} cases[] = {
	    /* 44: two instructions are more than half a percent. */
	    {"yield_pair", {.yield = 46}, STATS_PASS},
	    {"yield_pair", {.yield = 47}, STATS_REGRESSED},
	    {"yield_pair", {.yield = 42}, STATS_PASS},
	    {"yield_pair", {.yield = 41}, STATS_IMPROVED},
	    /* 1000: half a percent is five. */
	    {"thread_create place=same", {.create = 1005}, STATS_PASS},
	    {"thread_create place=same", {.create = 1006}, STATS_REGRESSED},
	    {"thread_create place=same", {.create = 995}, STATS_PASS},
	    {"thread_create place=same", {.create = 994}, STATS_IMPROVED},
	    /* 746 for a hundred operations: half a percent is 3.73 of a sample, not two of each operation. */
	    {"lock", {.lock = 749}, STATS_PASS},
	    {"lock", {.lock = 750}, STATS_REGRESSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct costs costs = costs_usual;

		costs.yield = cases[i].costs.yield != 0 ? cases[i].costs.yield : costs_usual.yield;
		costs.create = cases[i].costs.create != 0 ? cases[i].costs.create : costs_usual.create;
		costs.lock = cases[i].costs.lock != 0 ? cases[i].costs.lock : costs_usual.lock;
		assert_int_equal(verdict_of(&costs, cases[i].name, NULL), cases[i].verdict);
	}
}

static void a_margin_of_everything_may_be_tighter_and_is_of_its_subject(void **state)
{
	struct gate_margin margin = {.subject = (char *)SUBJECT,
				     .selection = (char *)"*",
				     .reason = (char *)"each one counts",
				     .statistic = GATE_P50};
	struct costs costs = costs_usual;

	(void)state;
	costs.yield = 45;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_REGRESSED);
	margin.subject = (char *)"linux@sim";
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_PASS);
	margin.subject = (char *)"";
	costs.yield = 43;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_IMPROVED);
	margin.told = true;
	costs.yield = 80;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_REGRESSED); /* its maximum */
	margin.statistic = GATE_MAX;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_REGRESSED); /* its median */
}

static void a_maximum_is_judged_only_where_all_samples_were_equal(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	/* Of 21 samples in turn 11 are the first value: the median stays, the maximum moves, the mean by less than two. */
	costs.wake[1] = 133;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(judged_finding(&judged, "wake threads=4 series=last")->changed);
	assert_false(judged_finding(&judged, "wake threads=4 series=last")->changes[GATE_MAX].judged);
	assert_true(judged_finding(&judged, "yield_pair")->changes[GATE_MAX].judged);
	judged_close(&judged);
}

static void growth_above_the_median_is_found_by_the_mean(void **state)
{
	const struct gate_margin margin = {.subject = (char *)"",
					   .selection = (char *)"wake",
					   .reason = (char *)"threads meet",
					   .statistic = GATE_P50,
					   .percent = 30};
	struct costs costs = costs_usual;
	struct judged judged;
	const struct gate_finding *wake;
	char *text;

	(void)state;
	costs.wake[1] = 190;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged_tally(&judged, 5, 0, 1, 0, 0);
	wake = judged_finding(&judged, "wake threads=4 series=last");
	assert_true(wake->changes[GATE_P50].before == 121 && wake->changes[GATE_P50].after == 121);
	assert_true(wake->changes[GATE_MEAN].before == (11 * 121 + 10 * 130) / 21.0);
	assert_int_equal(wake->changes[GATE_MEAN].verdict, STATS_REGRESSED);
	text = gate_junit(&judged.gate, false);
	assert_non_null(strstr(text, "p50 121, mean 125 → 154 (+22.8 %), max 130 → 190"));
	free(text);
	judged_close(&judged);
	/* The median's margin is the mean's. */
	judged_make(&judged, &costs, &margin, 1, NULL);
	judged_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(judged_finding(&judged, "wake threads=4 series=last")->changes[GATE_MEAN].margin_given);
	judged_close(&judged);
}

static void other_samples_of_the_same_median_mean_and_maximum_are_told(void **state)
{
	static const uint32_t was[] = {100, 110, 120, 130, 140}, is[] = {102, 108, 120, 130, 140};
	struct costs before = costs_usual, costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	before.shape = was;
	costs.shape = was;
	judged_make_against(&judged, &before, &costs, NULL, 0, NULL);
	assert_false(judged_finding(&judged, "shape")->changed);
	judged_close(&judged);
	costs.shape = is;
	judged_make_against(&judged, &before, &costs, NULL, 0, NULL);
	judged_tally(&judged, 7, 0, 0, 0, 0);
	assert_true(judged_finding(&judged, "shape")->changed && judged_finding(&judged, "shape")->moved);
	text = gate_markdown(&judged.gate, "ci/sim.json", STATUS_OK);
	assert_non_null(strstr(text, "| shape | 120 | 120 | 140 | pass, changed | the samples differ"));
	free(text);
	judged_close(&judged);
}

static void a_baseline_without_means_is_compared_by_the_rest_and_says_so(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.wake[1] = 133;
	judged_make(&judged, &costs, NULL, 0, NULL);
	assert_int_equal(judged.gate.unsummed, 0);
	for (size_t i = 0; i < judged.before.subjects[0].point_count; i++) {
		judged.before.subjects[0].points[i].summed = false;
		judged.before.subjects[0].points[i].value[GATE_MEAN] = NAN;
	}
	judged_make_again(&judged);
	judged_tally(&judged, 6, 0, 0, 0, 0);
	assert_int_equal(judged.gate.unsummed, 6);
	assert_true(judged_finding(&judged, "wake threads=4 series=last")->changed);
	assert_false(judged_finding(&judged, "yield_pair")->changed);
	text = gate_markdown(&judged.gate, "ci/sim.json", STATUS_OK);
	assert_non_null(strstr(text, "- 6 points of the baseline were written without a mean"));
	assert_null(strstr(text, "mean is told"));
	free(text);
	judged_close(&judged);
}

static void a_margin_may_say_that_a_statistic_is_told_only(void **state)
{
	const struct gate_margin margins[] = {
	    {.subject = (char *)"",
	     .selection = (char *)"*",
	     .reason = (char *)"ticks",
	     .statistic = GATE_MAX,
	     .told = true},
	    {.subject = (char *)"", .selection = (char *)"*", .reason = (char *)"ticks", .told = true},
	};
	struct costs costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.yield = 80;
	judged_make(&judged, &costs, margins, 2, NULL);
	judged_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(judged_finding(&judged, "yield_pair")->changed);
	text = gate_markdown(&judged.gate, "ci/sim.json", STATUS_OK);
	assert_non_null(strstr(text, "p50 is reported, not judged: ticks; mean is reported, not judged: ticks; max is "
				     "reported, not judged: ticks"));
	free(text);
	judged_close(&judged);
}

static void a_shorter_median_does_not_pay_for_a_longer_maximum(void **state)
{
	const struct gate_margin margin = {.subject = (char *)"",
					   .selection = (char *)"wake",
					   .reason = (char *)"threads meet",
					   .statistic = GATE_MAX,
					   .percent = 10};
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.wake[0] = 110;
	costs.wake[1] = 150; /* 130 + 10 % = 143 */
	judged_make(&judged, &costs, &margin, 1, NULL);
	judged_tally(&judged, 5, 0, 1, 0, 0);
	judged_close(&judged);
}

/* A margin of thread_create for every subject. */
#define CREATE_MARGIN(select, why, what, ...)                                                                       \
	{                                                                                                           \
		.subject = (char *)"", .selection = (char *)(select), .reason = (char *)(why), .statistic = (what), \
		__VA_ARGS__                                                                                         \
	}

static void growth_up_to_the_margin_passes_and_is_told(void **state)
{
	const struct gate_margin margins[] = {
	    CREATE_MARGIN("thread_create", "pools", GATE_P50, .percent = 2),
	    CREATE_MARGIN("thread_create", "pools", GATE_MAX, .instructions = 20),
	};
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.create = 1020;
	judged_make(&judged, &costs, margins, 2, NULL);
	judged_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(judged_finding(&judged, "thread_create place=same")->changed);
	assert_true(judged_finding(&judged, "thread_create place=same")->changes[GATE_P50].margin_given);
	assert_string_equal(judged_finding(&judged, "thread_create place=same")->changes[GATE_P50].margin_reason,
			    "pools");
	judged_close(&judged);
	costs.create = 1021;
	judged_make(&judged, &costs, margins, 2, NULL);
	judged_tally(&judged, 5, 0, 1, 0, 0);
	judged_close(&judged);
}

static void the_last_margin_that_means_a_point_counts(void **state)
{
	const struct gate_margin margins[] = {
	    CREATE_MARGIN("thread_create", "a", GATE_P50, .percent = 50),
	    CREATE_MARGIN("thread_create", "b", GATE_MAX, .percent = 50),
	    CREATE_MARGIN("thread_create:place=same", "c", GATE_P50, .percent = 0),
	};
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.create = 1001;
	judged_make(&judged, &costs, margins, 3, NULL);
	judged_tally(&judged, 5, 0, 1, 0, 0);
	judged_close(&judged);
}

static void new_and_vanished_points_are_neither_passed_nor_failed(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.no_other = true;
	costs.extra = true;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged_tally(&judged, 5, 0, 0, 2, 0);
	assert_non_null(
	    strstr(judged_finding(&judged, "thread_create place=other")->reason, "skipped: needs <4> CPUs"));
	assert_non_null(strstr(judged_finding(&judged, "brand_new")->reason, "new"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_INCONCLUSIVE);
	judged_close(&judged);
}

static void only_what_is_selected_is_judged(void **state)
{
	char *names[] = {(char *)"yield_pair", (char *)"thread_create:place=other"};
	const struct gate_scope scope = {.benchmarks = names, .benchmark_count = 2};
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.create = 500;
	judged_make(&judged, &costs, NULL, 0, &scope);
	judged_tally(&judged, 2, 0, 0, 0, 0);
	judged_close(&judged);
}

static void a_selection_of_nothing_is_refused(void **state)
{
	char *names[] = {(char *)"yield_pear"};
	const struct gate_scope scope = {.benchmarks = names, .benchmark_count = 1};
	struct error error = {0};
	struct judged judged;
	struct gate gate;

	(void)state;
	judged_open(&judged, &costs_usual);
	assert_int_equal(gate_judge(&gate, &judged.after, &judged.after, &judged.summary, &scope, &error),
			 STATUS_USAGE);
	assert_non_null(strstr(error.text, "yield_pear"));
	gate_free(&gate);
	judged_close(&judged);
}

/* --- Checks ----------------------------------------------------------------------------------------------------------- */

static void a_failed_boot_is_never_judged(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.failed = true;
	costs.yield = 1;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged_tally(&judged, 0, 0, 0, 0, 6);
	assert_int_equal(judged_check(&judged, "boots")->outcome, GATE_BROKEN);
	assert_non_null(strstr(judged_check(&judged, "boots")->text, "panic: a lock was held"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void what_did_not_end_in_time_is_told_apart_but_hides_no_regression(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.failed = true;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged.gate.timed_out = true;
	assert_int_equal(gate_status(&judged.gate, false), STATUS_TIMEOUT);
	stats_tally_add(&judged.gate.tally, STATS_REGRESSED);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void boots_that_differ_are_not_judged(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.second_boot = 1;
	judged_make(&judged, &costs, NULL, 0, NULL);
	assert_int_equal(judged_check(&judged, "repeats")->outcome, GATE_BROKEN);
	assert_non_null(strstr(judged_check(&judged, "repeats")->text, "yield_pair"));
	judged_tally(&judged, 0, 0, 0, 0, 6);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void an_unsteady_control_is_not_judged(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.control[1] = 5;
	judged_make(&judged, &costs, NULL, 0, NULL);
	assert_int_equal(judged_check(&judged, "control")->outcome, GATE_BROKEN);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

/* --- Machines --------------------------------------------------------------------------------------------------------- */

static void another_compiler_is_skipped_and_named(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.compiler = "GNU 13.1.0";
	costs.create = 500;
	judged_make(&judged, &costs, NULL, 0, NULL);
	judged_tally(&judged, 0, 0, 0, 0, 6);
	assert_true(judged.gate.correct);
	assert_non_null(strstr(judged_finding(&judged, "yield_pair")->reason,
			       "compiler is 'GNU 13.1.0' here, 'GNU 12.2.0' in the baseline"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_UNSUPPORTED);
	judged_close(&judged);
}

static void an_update_compares_across_machines_and_says_so(void **state)
{
	const struct gate_scope scope = {.any_machine = true};
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.compiler = "GNU 13.1.0";
	costs.create = 1010;
	judged_make(&judged, &costs, NULL, 0, &scope);
	judged_tally(&judged, 5, 0, 1, 0, 0);
	assert_true(judged.gate.other_machine);
	assert_non_null(strstr(judged_check(&judged, "machine")->text, "GNU 13.1.0"));
	judged_close(&judged);
}

static void assert_difference(const char *there, const char *here, const char *word)
{
	json_t *a = json_loads(there, 0, NULL), *b = json_loads(here, 0, NULL);
	char *text = gate_machine_difference(a, b);

	assert_non_null(a);
	assert_non_null(b);
	if (word == NULL)
		assert_null(text);
	else
		assert_non_null(strstr(text, word));
	free(text);
	json_decref(a);
	json_decref(b);
}

static void a_difference_of_machines_names_its_part(void **state)
{
	static const char machine[] = "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"200\"}, \"command\": [\"-smp\", "
				      "\"2\"]}";

	(void)state;
	assert_difference(machine, machine, NULL);
	assert_difference(machine, "{\"qemu\": \"8.0.0\", \"env\": {\"samples\": \"200\"}, \"command\": []}",
			  "QEMU's version is '8.0.0' here, '7.2.22'");
	assert_difference(machine, "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"300\"}, \"command\": []}",
			  "samples is '300' here, '200'");
	assert_difference(machine, "{\"qemu\": \"7.2.22\", \"env\": {}, \"command\": []}", "samples is unknown here");
	assert_difference(machine,
			  "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"200\"}, \"command\": [\"-smp\", \"4\"]}",
			  "word 2 of QEMU's command line is '4' here, '2'");
	assert_difference(machine, "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"200\"}, \"command\": [\"-smp\"]}",
			  "unknown here, '2'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_counts_pass),
	    cmocka_unit_test(a_subject_that_was_planned_and_never_booted_fails),
	    cmocka_unit_test(a_growth_of_one_percent_is_named_and_alone),
	    cmocka_unit_test(the_default_margin_is_half_a_percent_or_two_instructions),
	    cmocka_unit_test(a_margin_of_everything_may_be_tighter_and_is_of_its_subject),
	    cmocka_unit_test(a_maximum_is_judged_only_where_all_samples_were_equal),
	    cmocka_unit_test(growth_above_the_median_is_found_by_the_mean),
	    cmocka_unit_test(other_samples_of_the_same_median_mean_and_maximum_are_told),
	    cmocka_unit_test(a_baseline_without_means_is_compared_by_the_rest_and_says_so),
	    cmocka_unit_test(a_margin_may_say_that_a_statistic_is_told_only),
	    cmocka_unit_test(a_shorter_median_does_not_pay_for_a_longer_maximum),
	    cmocka_unit_test(growth_up_to_the_margin_passes_and_is_told),
	    cmocka_unit_test(the_last_margin_that_means_a_point_counts),
	    cmocka_unit_test(new_and_vanished_points_are_neither_passed_nor_failed),
	    cmocka_unit_test(only_what_is_selected_is_judged),
	    cmocka_unit_test(a_selection_of_nothing_is_refused),
	    cmocka_unit_test(a_failed_boot_is_never_judged),
	    cmocka_unit_test(what_did_not_end_in_time_is_told_apart_but_hides_no_regression),
	    cmocka_unit_test(boots_that_differ_are_not_judged),
	    cmocka_unit_test(an_unsteady_control_is_not_judged),
	    cmocka_unit_test(another_compiler_is_skipped_and_named),
	    cmocka_unit_test(an_update_compares_across_machines_and_says_so),
	    cmocka_unit_test(a_difference_of_machines_names_its_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
