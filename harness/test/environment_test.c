/* SPDX-License-Identifier: MIT */
/* A run's record says where it was measured, and names nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "environment.h"
#include "memory.h"

static void topology_loses_what_identifies_one_computer_and_nothing_else(void **state)
{
	char *text = environment_anonymous(memory_text("<topology>\n"
						       "  <info name=\"HostName\" value=\"annes-laptop\"/>\n"
						       "  <info name=\"CPUModel\" value=\"HostName 3000\"/>\n"
						       "  <info name=\"DMIBoardSerial\" value=\"4711\"/>\n"
						       "  <info name=\"DMIProductUUID\" value=\"08-15\"/>\n"
						       "  <info name=\"DMIBoardName\" value=\"X11\"/>\n"
						       "  <info name=\"LinuxCgroup\" value=\"/user/anne\"/>\n"
						       "  <object name=\"Serial\"/>\n"
						       "</topology>"));

	(void)state;
	assert_string_equal(text, "<topology>\n"
				  "  <info name=\"CPUModel\" value=\"HostName 3000\"/>\n"
				  "  <info name=\"DMIBoardName\" value=\"X11\"/>\n"
				  "  <object name=\"Serial\"/>\n"
				  "</topology>");
	free(text);
	assert_null(environment_anonymous(NULL));
}

static void assert_word(const char *word, const char *expected)
{
	char *recorded = environment_word(word);

	assert_string_equal(recorded, expected);
	free(recorded);
}

static void words_of_a_command_name_no_home(void **state)
{
	(void)state;
	setenv("HOME", "/srv/anne", 1);
	setenv("AEROBENCH_ROOT", "/srv/anne/aerobench", 1);
	assert_word("/srv/anne/results", "~/results");
	assert_word("/srv/anne/aerobench/results/runs", "results/runs");
	assert_word("/srv/annette/results", "/srv/annette/results");
	assert_word("--runs", "--runs");
}

static void record_has_its_parts(void **state)
{
	json_t *json = environment_json(1);
	const char *flags;

	(void)state;
	assert_true(json_is_string(json_object_get(json, "cpus")));
	assert_true(json_is_array(json_object_get(json, "tuned")));
	flags = json_string_value(json_object_get(json_object_get(json, "flags"), "aerokernel"));
	assert_non_null(strstr(flags, "-ffreestanding"));
	assert_null(strchr(flags, '/'));
	if (json_is_object(json_object_get(json, "packages")))
		assert_non_null(json_object_get(json_object_get(json, "packages"), "libc6"));
	assert_non_null(json_object_get(json_object_get(json, "settings"), "/proc/sys/kernel/randomize_va_space"));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(topology_loses_what_identifies_one_computer_and_nothing_else),
	    cmocka_unit_test(record_has_its_parts),
	    cmocka_unit_test(words_of_a_command_name_no_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
