/* SPDX-License-Identifier: MIT */
/* Runs that say that they are sessions, and are none that can be gone on with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "session.h"

static void remove_directory(const char *path)
{
	char *command = memory_format("rm -rf '%s'", path);

	assert_int_equal(system(command), 0);
	free(command);
}

static void a_session_whose_record_is_of_the_wrong_kind_is_refused(void **state)
{
	static const char *const members[] = {"{}",
					      "{\"by\":1}",
					      "{\"by\":\"kexec\"}",
					      "{\"by\":\"air\",\"facts\":{}}",
					      "{\"by\":\"serial\",\"facts\":1}",
					      "{\"by\":\"kexec\",\"facts\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char shared[] = "/tmp/aerobench_session_XXXXXX";
		struct store_plan plan = {
		    .subjects = (char **)session_subjects, .subject_count = 3, .samples = 1, .warmup = -1, .runs = 1};
		struct error error = {0};
		struct session session;
		struct store store;

		assert_non_null(mkdtemp(shared));
		assert_int_equal(store_create(&store, shared, &plan,
					      json_pack("{s:o}", "session", json_loads(members[i], 0, NULL)), &error),
				 0);
		store_close(&store);
		assert_int_equal(session_open(&session, shared, NULL, false, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "'session' is not usable"));
		remove_directory(shared);
	}
}

static void a_directory_without_sessions_says_how_to_begin_one(void **state)
{
	struct session session;
	struct error error = {0};

	(void)state;
	assert_int_equal(session_open(&session, "/dev/shm/aerobench_no_such_directory", NULL, false, &error),
			 STATUS_USAGE);
	assert_non_null(strstr(error.text, "session metal start"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_whose_record_is_of_the_wrong_kind_is_refused),
	    cmocka_unit_test(a_directory_without_sessions_says_how_to_begin_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
