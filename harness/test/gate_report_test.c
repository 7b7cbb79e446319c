/* SPDX-License-Identifier: MIT */
/* What the gate writes: JUnit's XML, Markdown, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_gate.h"

static size_t occurrences(const char *text, const char *word)
{
	size_t count = 0;

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		count++;
	return count;
}

static void junit_counts_what_it_lists_and_escapes_it(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.no_other = true;
	costs.create = 1010;
	judged_make(&judged, &costs, NULL, 0, NULL);
	text = gate_junit(&judged.gate, false);
	assert_non_null(strstr(text, "tests=\"10\" failures=\"1\" errors=\"0\" skipped=\"1\""));
	assert_int_equal(occurrences(text, "<testcase "), 10);
	assert_int_equal(occurrences(text, "<failure "), 1);
	assert_int_equal(occurrences(text, "<skipped "), 1);
	assert_non_null(strstr(text, "needs &lt;4&gt; CPUs &amp; &quot;more&quot;"));
	free(text);
	text = gate_junit(&judged.gate, true); /* what is gone does not pass then */
	assert_non_null(strstr(text, "tests=\"10\" failures=\"2\" errors=\"0\" skipped=\"0\""));
	assert_int_equal(occurrences(text, "<failure "), 2);
	free(text);
	judged_close(&judged);
}

static void a_part_that_was_not_compared_is_counted_and_no_strict_success(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	json_t *machine, *env;
	char *text;

	(void)state;
	costs.other = BESIDE_ANOTHER;
	judged_make(&judged, &costs, NULL, 0, NULL);
	/* Both were made alike, and the machine of one is what the other's text says. */
	machine = judged.before.subjects[1].machine;
	judged.before.subjects[1].machine = json_deep_copy(machine);
	json_decref(machine);
	env = json_object_get(judged.before.subjects[1].machine, "env");
	json_object_set_new(env, "compiler", json_string("GNU 13.1.0"));
	judged_make_again(&judged);
	judged_tally(&judged, 6, 0, 0, 0, 6);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_INCONCLUSIVE);
	text = gate_markdown(&judged.gate, "ci/sim.json", STATUS_OK);
	assert_non_null(strstr(text, "aerobench gate: no regression; 6 points not compared\n"));
	free(text);
	text = gate_junit(&judged.gate, true);
	assert_non_null(strstr(text, "failures=\"6\""));
	free(text);
	judged_close(&judged);
}

static void markdown_leads_with_the_verdict_and_escapes_cells(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.create = 1010;
	costs.yield = 40;
	judged_make(&judged, &costs, NULL, 0, NULL);
	text = gate_markdown(&judged.gate, "ci/sim.json", gate_status(&judged.gate, false));
	assert_int_equal(strncmp(text, "### aerobench gate: **regression**\n", 35), 0);
	assert_non_null(strstr(text, "| thread\\_create place=same | 1,000 → 1,010 (+1 %) |"));
	assert_true(strstr(text, "REGRESSED") < strstr(text, "improved |"));
	assert_int_equal(occurrences(text, "\n| aerokernel@sim |"), 2);
	free(text);
	judged_close(&judged);
}

static void json_holds_every_point_with_its_numbers(void **state)
{
	struct costs costs = costs_usual;
	struct judged judged;
	json_t *json, *point;

	(void)state;
	costs.create = 1010;
	judged_make(&judged, &costs, NULL, 0, NULL);
	json = gate_json(&judged.gate, "ci/sim.json", STATUS_FAILED);
	assert_string_equal(json_string_value(json_object_get(json, "schema")), "aerobench.gate/1");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "verdicts"), "regressed")), 1);
	assert_int_equal(json_array_size(json_object_get(json, "points")), 6);
	for (size_t i = 0; i < 6; i++) {
		point = json_array_get(json_object_get(json, "points"), i);
		if (strcmp(json_string_value(json_object_get(point, "verdict")), "regressed") == 0)
			assert_int_equal(json_integer_value(json_object_get(json_object_get(point, "p50"), "after")),
					 1010);
	}
	json_decref(json);
	judged_close(&judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(junit_counts_what_it_lists_and_escapes_it),
	    cmocka_unit_test(a_part_that_was_not_compared_is_counted_and_no_strict_success),
	    cmocka_unit_test(markdown_leads_with_the_verdict_and_escapes_cells),
	    cmocka_unit_test(json_holds_every_point_with_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
