/* SPDX-License-Identifier: MIT */
/* The gate's verdicts on the kernel's stack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_gate.h"

#define FRAMES(unbounded, first, function, second)                                                                \
	"{\"functions\": 9, \"unbounded\": [" unbounded "], \"frames\": [{\"file\": \"a.c\", \"function\": "      \
	"\"deep\", \"bytes\": " first "}, {\"file\": \"b.c\", \"function\": \"" function "\", \"bytes\": " second \
	"}]}"

static void growth_of_the_largest_frame_fails_and_of_others_is_told(void **state)
{
	struct costs before = costs_usual, costs = costs_usual;
	struct judged judged;

	(void)state;
	before.stack = FRAMES("", "4000", "flat", "400");
	costs.stack = FRAMES("", "4000", "flat", "800");
	judged_make_against(&judged, &before, &costs, NULL, 0, NULL);
	judged_tally(&judged, 11, 0, 0, 0, 0);
	assert_true(judged_finding(&judged, "program.frame, bytes file=b.c function=flat")->changed);
	assert_int_equal(judged_check(&judged, "stack")->outcome, GATE_HOLDS);
	judged_close(&judged);
	costs.stack = FRAMES("", "4032", "flat", "400");
	judged_make_against(&judged, &before, &costs, NULL, 0, NULL);
	judged_tally(&judged, 10, 0, 1, 0, 0);
	assert_int_equal(judged_finding(&judged, "program.stack, bytes")->verdict, STATS_REGRESSED);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void a_margin_judges_one_frame(void **state)
{
	const struct gate_margin margin = {.subject = (char *)"",
					   .selection = (char *)"program.frame:function=flat",
					   .reason = (char *)"runs on small stacks",
					   .statistic = GATE_P50,
					   .instructions = 16};
	struct costs before = costs_usual, costs = costs_usual;
	struct judged judged;

	(void)state;
	before.stack = FRAMES("", "4000", "flat", "400");
	costs.stack = FRAMES("", "4000", "flat", "432");
	judged_make_against(&judged, &before, &costs, &margin, 1, NULL);
	judged_tally(&judged, 10, 0, 1, 0, 0);
	judged_close(&judged);
}

static void another_function_among_the_largest_is_told_and_leaves_nothing_open(void **state)
{
	struct costs before = costs_usual, costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	before.stack = FRAMES("", "4000", "flat", "400");
	costs.stack = FRAMES("", "4000", "other", "500");
	judged_make_against(&judged, &before, &costs, NULL, 0, NULL);
	judged_tally(&judged, 12, 0, 0, 0, 0);
	text = gate_change_text(
	    &judged_finding(&judged, "program.frame, bytes file=b.c function=other")->changes[GATE_P50]);
	assert_string_equal(text, "– → 500");
	free(text);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_OK);
	judged_close(&judged);
}

static void stack_without_a_bound_is_not_judged_but_named(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;

	(void)state;
	costs.stack = FRAMES("\"c.c: grows\"", "4000", "flat", "400");
	judged_make_against(&judged, &costs, &costs, NULL, 0, NULL);
	assert_int_equal(judged_check(&judged, "stack")->outcome, GATE_BROKEN);
	assert_non_null(strstr(judged_check(&judged, "stack")->text, "c.c: grows"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void a_baseline_without_stack_is_no_verdict_on_it(void **state)
{
	struct costs before = costs_usual, costs = costs_usual;
	struct judged judged;

	(void)state;
	before.stack = "";
	costs.stack = FRAMES("", "4000", "flat", "400");
	judged_make_against(&judged, &before, &costs, NULL, 0, NULL);
	assert_int_equal(judged_finding(&judged, "program.stack, bytes")->verdict, STATS_INCONCLUSIVE);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	judged_close(&judged);
	judged_make_against(&judged, &costs, &before, NULL, 0, NULL);
	assert_int_equal(judged_check(&judged, "stack")->outcome, GATE_UNTESTED);
	assert_int_equal(judged_finding(&judged, "program.stack, bytes")->verdict, STATS_INCONCLUSIVE);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	judged_close(&judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(growth_of_the_largest_frame_fails_and_of_others_is_told),
	    cmocka_unit_test(a_margin_judges_one_frame),
	    cmocka_unit_test(another_function_among_the_largest_is_told_and_leaves_nothing_open),
	    cmocka_unit_test(stack_without_a_bound_is_not_judged_but_named),
	    cmocka_unit_test(a_baseline_without_stack_is_no_verdict_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
