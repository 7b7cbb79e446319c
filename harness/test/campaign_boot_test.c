/* SPDX-License-Identifier: MIT */
/* When a boot counts as hung. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "campaign_boot.h"

static const uint64_t S = 1000000000;

static void check(double given, struct plan_subject subject, uint64_t timeout_s, uint64_t silence_s)
{
	const struct campaign campaign = {.timeout_seconds = given};
	uint64_t timeout_ns, silence_ns;

	campaign_boot_bounds(&campaign, &subject, &timeout_ns, &silence_ns);
	assert_int_equal(timeout_ns, timeout_s * S);
	assert_int_equal(silence_ns, silence_s * S);
}

static void a_suite_is_hung_when_it_is_silent_for_much_longer_than_a_point_takes(void **state)
{
	(void)state;
	check(0, (struct plan_subject){.seconds = 60}, 600, 180);
	check(0, (struct plan_subject){.seconds = 2}, 300, 150);
	check(7, (struct plan_subject){.seconds = 60}, 7, 7);
}

static void one_point_may_be_silent_for_as_long_as_its_boot_may_take(void **state)
{
	(void)state;
	check(0, (struct plan_subject){.seconds = 60, .bench = (char *)"barrier:threads=2"}, 600, 600);
	check(0, (struct plan_subject){.seconds = 2, .bench = (char *)"barrier:threads=2"}, 300, 150);
	check(7, (struct plan_subject){.seconds = 60, .bench = (char *)"barrier:threads=2"}, 7, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_suite_is_hung_when_it_is_silent_for_much_longer_than_a_point_takes),
	    cmocka_unit_test(one_point_may_be_silent_for_as_long_as_its_boot_may_take),
	};

	return cmocka_run_group_tests_name("when a boot counts as hung", tests, NULL, NULL);
}
