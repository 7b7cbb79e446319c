/* SPDX-License-Identifier: MIT */
/* Captures that hold no stream: the likely cause is told, by the image's own words where it has said some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collect_boots.h"

static void a_capture_without_a_stream_gets_its_likely_cause(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int status;
		const char *cause;
	} captures[] = {{"", 0, STATUS_FAILED, "nothing came"},
			{"\x80\xf0\x78\0\0\xff\xe6\x18", 8, STATUS_FAILED, "wrong speed"},
			{"Linux version 6.1\n", 18, STATUS_USAGE, "without a record"},
			{"[  0.1] hello\r\naerobench: foo=bar: unknown word, or a value that it cannot have\r\n", 79,
			 STATUS_FAILED,
			 "the image says \"aerobench: foo=bar: unknown word, or a value that it cannot have\""},
			{"\npanic: page fault\nat 0x1\n", 26, STATUS_FAILED, "the image says \"panic: page fault\""},
			{"@aero 1\npanic: page fault\n", 26, STATUS_FAILED, "the image says \"panic: page fault\""},
			{"KTAP version 1\n1..4\nok 1 - a\n", 29, STATUS_USAGE, "ran its self-tests"},
			{"@s 1 2 3\n@s 4 5 6\n", 18, STATUS_FAILED, "none of its 2 records is whole"}};

	(void)state;
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		struct collect_boots boots;
		struct error error = {0};

		collect_boots_read(&boots, captures[i].bytes, captures[i].len);
		assert_int_equal(boots.count, 0);
		assert_int_equal(collect_boots_none(&boots, captures[i].bytes, captures[i].len, "line", &error),
				 captures[i].status);
		assert_non_null(strstr(error.text, captures[i].cause));
		collect_boots_free(&boots);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_capture_without_a_stream_gets_its_likely_cause),
	};

	return cmocka_run_group_tests_name("collect_none", tests, NULL, NULL);
}
