/* SPDX-License-Identifier: MIT */
/* Which CPUs are chosen on computers that hwloc makes up (HWLOC_SYNTHETIC). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cpus.h"
#include "memory.h"

/* The topology is read once in a process, so each computer has a process of its own. */
static void assert_chosen(const char *computer, const char *expected)
{
	char told[256] = "";
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		unsigned cpus[64], count;
		char *text;

		setenv("HWLOC_SYNTHETIC", computer, 1);
		count = cpus_choose(cpus, 64);
		text = cpus_text(cpus, count);
		_exit(write(ends[1], text, strlen(text)) == (ssize_t)strlen(text) ? 0 : 1);
	}
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(read(ends[0], told, sizeof(told) - 1) > 0);
	close(ends[0]);
	assert_string_equal(told, expected);
}

static void one_thread_of_each_core_comes_first_and_cpu_0_last_of_them(void **state)
{
	(void)state;
	assert_chosen("package:1 core:4 pu:2", "2,4,6,0,3,5,7,1");
	assert_chosen("package:1 core:4 pu:2(indexes=0,4,1,5,2,6,3,7)", "1,2,3,0,5,6,7,4");
}

static void cpus_of_one_cache_are_next_to_each_other(void **state)
{
	(void)state;
	assert_chosen("package:1 l3:3 core:2 pu:1", "2,3,4,5,1,0");
	assert_chosen("package:1 l3:2 core:3 pu:1", "3,4,5,1,2,0");
}

static void packages_come_one_after_the_other_however_they_are_numbered(void **state)
{
	(void)state;
	assert_chosen("package:2 core:4 pu:1(indexes=0,2,4,6,1,3,5,7)", "1,3,5,7,2,4,6,0");
	assert_chosen("package:2 l3:2 core:2 pu:1", "4,5,6,7,2,3,1,0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_thread_of_each_core_comes_first_and_cpu_0_last_of_them),
	    cmocka_unit_test(cpus_of_one_cache_are_next_to_each_other),
	    cmocka_unit_test(packages_come_one_after_the_other_however_they_are_numbered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
