/* SPDX-License-Identifier: MIT */
/* A capture as lines: what is dropped, what ends a line, what begins one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats_random.h"
#include "stream_clean.h"

static void lines_are_what_a_terminal_would_show(void **state)
{
	static const struct {
		const char *raw, *clean;
	} texts[] = {
	    {"@s 1 2\r\n@s 3\n\r\r\n", "@s 1 2\n@s 3\n"},
	    {"a\x01\x7f\bb\tc", "ab\tc"},
	    {"\x1b[2J\x1b[01;31Hred\x1b[0m\x1b(B\x1b"
	     "7 end\n",
	     "red end\n"},
	    {"\x1b]0;a title\a1\x1b]0;another\x1b\\2\x1b]0;no end\n3", "12\n3"},
	    {"[ 1.5] text@env a=b\n", "[ 1.5] text\n@env a=b\n"},
	    {"user@host @spam @s\n", "user@host @spam @s\n"},
	    {"x@e\x1b[0mn\x02v a=b", "x\n@env a=b"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len;
		char *clean = stream_clean(texts[i].raw, strlen(texts[i].raw), &len);

		assert_string_equal(clean, texts[i].clean);
		assert_int_equal(len, strlen(clean));
		free(clean);
	}
}

static void a_byte_of_the_result_has_its_place_in_the_capture(void **state)
{
	static const char raw[] = "a\r\n\x1b[0mb@s 1\n";
	static const struct {
		size_t clean, raw;
	} places[] = {{0, 0}, {1, 1}, {2, 7}, {4, 8}, {5, 9}};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_int_equal(stream_clean_origin(raw, strlen(raw), places[i].clean), places[i].raw);
	assert_int_equal(stream_clean_origin(raw, strlen(raw), 100), strlen(raw));
}

static void cleaning_twice_is_cleaning_once(void **state)
{
	struct stats_random random = {.state = 3};
	char bytes[400];

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		size_t len, again_len;
		char *clean, *again;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			static const char some[] = "@s 1\n\r\x1b[]0m;\a\\@end x";

			bytes[i] = some[stats_random_below(&random, sizeof(some))];
		}
		clean = stream_clean(bytes, sizeof(bytes), &len);
		again = stream_clean(clean, len, &again_len);
		assert_int_equal(len, again_len);
		assert_memory_equal(clean, again, len);
		for (size_t at = 0; at < len; at++)
			assert_true(stream_clean_origin(bytes, sizeof(bytes), at) < sizeof(bytes));
		free(again);
		free(clean);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_what_a_terminal_would_show),
	    cmocka_unit_test(a_byte_of_the_result_has_its_place_in_the_capture),
	    cmocka_unit_test(cleaning_twice_is_cleaning_once),
	};

	return cmocka_run_group_tests_name("stream_clean", tests, NULL, NULL);
}
