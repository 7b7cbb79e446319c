/* SPDX-License-Identifier: MIT */
/* Reading a system's own report of conformance: whole and good, or why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gate_conform.h"
#include "memory.h"

/* word: part of the problem; NULL: there is none. */
static void assert_report(const char *report, size_t passed, size_t skipped, size_t failed, const char *word)
{
	char *text = memory_text(report);
	struct gate_ktap ktap;

	gate_ktap_parse(&ktap, text);
	assert_int_equal(ktap.passed, passed);
	assert_int_equal(ktap.skipped, skipped);
	assert_int_equal(ktap.failed, failed);
	if (word == NULL)
		assert_null(ktap.problem);
	else if (ktap.problem == NULL || strstr(ktap.problem, word) == NULL)
		fail_msg("'%s' is not in: %s", word, ktap.problem != NULL ? ktap.problem : "(no problem)");
	free(ktap.problem);
	free(text);
}

static void a_whole_report_amid_noise_holds(void **state)
{
	(void)state;
	assert_report("boot: hello\r\nKTAP version 1\r\n1..3\r\nok 1 yield_runs_the_other\r\n# ok, said it\r\n"
		      "ok 2 - wake_is_fifo\r\nok 3 floats # SKIP no FPU\r\n@done 0\r\n",
		      2, 1, 0, NULL);
}

static void the_first_failed_test_is_named(void **state)
{
	(void)state;
	assert_report("1..3\nok 1 a\nnot ok 2 wake_is_fifo\nnot ok 3 c\n", 1, 0, 2, "not ok: wake_is_fifo");
	assert_report("1..1\nnot ok 1 a # SKIP is no excuse\n", 0, 0, 1, "not ok: a");
}

static void a_report_that_ends_early_does_not_hold(void **state)
{
	(void)state;
	assert_report("KTAP version 1\n1..3\nok 1 a\nok 2 b\n", 2, 0, 0, "2 of 3");
	assert_report("", 0, 0, 0, "no tests");
	assert_report("1..0\n", 0, 0, 0, "no tests");
	assert_report("ok 1 a\n", 1, 0, 0, "no tests");
}

static void tests_out_of_turn_and_second_plans_do_not_hold(void **state)
{
	(void)state;
	assert_report("1..2\nok 1 a\nok 1 a\n", 2, 0, 0, "test 1 came as number 2");
	assert_report("1..1\nok 1 a\n1..1\n", 1, 0, 0, "two plans");
	assert_report("1..1\nok 1 a\nok 2 b\n", 2, 0, 0, "2 of 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_whole_report_amid_noise_holds),
	    cmocka_unit_test(the_first_failed_test_is_named),
	    cmocka_unit_test(a_report_that_ends_early_does_not_hold),
	    cmocka_unit_test(tests_out_of_turn_and_second_plans_do_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
