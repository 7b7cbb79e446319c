/* SPDX-License-Identifier: MIT */
/* Which CPUs are measured on, and which are left: on a made-up computer of two packages, four cores, eight threads. */
#include "cpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const unsigned *cpus, unsigned count, const char *list)
{
	char *text = cpus_text(cpus, count);

	assert_string_equal(text, list);
	free(text);
}

static void cores_come_before_siblings_and_cpu_0_last(void **state)
{
	unsigned cpus[16];

	(void)state;
	assert_int_equal(cpus_allowed(), 8);
	assert_int_equal(cpus_cores(), 4);
	expect(cpus, cpus_choose(cpus, 16), "4,6,2,0,5,7,3,1");
	expect(cpus, cpus_choose(cpus, 2), "4,6");
}

static void what_is_left_shares_no_core_with_what_is_measured(void **state)
{
	unsigned cpus[16];

	(void)state;
	expect(cpus, cpus_spare(cpus, 16, 2), "2,0,3,1");
	expect(cpus, cpus_spare(cpus, 3, 2), "2,0,3");
	expect(cpus, cpus_spare(cpus, 16, 3), "0,1");
}

static void where_all_cores_are_measured_their_siblings_are_left(void **state)
{
	unsigned cpus[16];

	(void)state;
	expect(cpus, cpus_spare(cpus, 16, 4), "5,7,3,1");
	expect(cpus, cpus_spare(cpus, 16, 6), "3,1");
	assert_int_equal(cpus_spare(cpus, 16, 8), 0);
	assert_int_equal(cpus_spare(cpus, 16, 9), 0);
}

static void a_list_is_written_as_it_was_read(void **state)
{
	static const char *const lists[] = {"", "0", "0-3,8", "1,3,5-6", "1000-1023"};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		unsigned cpus[CPUS_MAX], count = cpus_list_parse(lists[i], cpus, CPUS_MAX);
		bool set[CPUS_MAX] = {false};
		char *text;

		for (unsigned j = 0; j < count; j++)
			set[cpus[j]] = true;
		text = cpus_set_text(set);
		assert_string_equal(text, lists[i]);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_written_as_it_was_read),
	    cmocka_unit_test(cores_come_before_siblings_and_cpu_0_last),
	    cmocka_unit_test(what_is_left_shares_no_core_with_what_is_measured),
	    cmocka_unit_test(where_all_cores_are_measured_their_siblings_are_left),
	};

	/* hwloc's environment variable: a computer that is not this one, so nothing here depends on this one */
	setenv("HWLOC_SYNTHETIC", "pack:2 core:2 pu:2", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
