/* SPDX-License-Identifier: MIT */
/* A test program leaves nothing behind, also where a test has failed; its children leave that to it. */
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"

enum { FAILED_TEST = 7, CHILD_REMOVED = 8 };

/* What a program whose test fails does: directories into which nobody may look, and a child that ends before it. */
static int leave(void)
{
	char *directory = scratch_make(), *inner = memory_format("%s/a b's", directory);
	char *link = memory_format("%s/link", inner);
	int made = mkdir(inner, 0777) | symlink("/dev/null", link) | chmod(inner, 0) | chmod(directory, 0);

	if (fork() == 0)
		exit(0);
	wait(NULL);
	if (made != 0 || access(directory, F_OK) != 0)
		return CHILD_REMOVED;
	free(link);
	free(inner);
	return FAILED_TEST;
}

static void a_program_that_has_ended_has_left_nothing(void **state)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		setenv("TMPDIR", *state, 1);
		execl("/proc/self/exe", "scratch_test", "leave", NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), FAILED_TEST);
	assert_int_equal(rmdir(*state), 0); /* it was empty */
}

static void each_directory_is_new(void **state)
{
	const char *quick = scratch_make_quick();

	assert_string_not_equal(*state, scratch_make());
	assert_int_equal(rmdir(quick), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_program_that_has_ended_has_left_nothing, scratch_setup),
	    cmocka_unit_test_setup(each_directory_is_new, scratch_setup),
	};

	(void)argv;
	return argc > 1 ? leave() : cmocka_run_group_tests_name("directories for tests", tests, NULL, NULL);
}
