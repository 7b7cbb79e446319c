/* SPDX-License-Identifier: MIT */
/* Values of options: what is accepted, what is refused by name, and that a refused value changes nothing. */
#include "parse.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void numbers_lie_inside_their_limits(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x1", "11", "1e1", "99999999999999999999"};
	int64_t value = 7;

	(void)state;
	assert_int_equal(parse_number("runs", "1", 1, 10, &value, NULL), 0);
	assert_int_equal(value, 1);
	assert_int_equal(parse_number("runs", "10", 1, 10, &value, NULL), 0);
	assert_int_equal(value, 10);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error error = {STATUS_OK, ""};

		assert_int_equal(parse_number("runs", bad[i], 1, 10, &value, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "--runs"));
		assert_int_equal(value, 10);
	}
}

static void percentages_become_fractions(void **state)
{
	static const char *const bad[] = {"", "0", "0%", "-3%", "101%", "3 %", "3%%", "x", "nan", "inf"};
	double value = 7;

	(void)state;
	assert_int_equal(parse_percentage("until", "3%", &value, NULL), 0);
	assert_float_equal(value, 0.03, 1e-12);
	assert_int_equal(parse_percentage("until", "0.5", &value, NULL), 0);
	assert_float_equal(value, 0.005, 1e-12);
	assert_int_equal(parse_percentage("until", "100%", &value, NULL), 0);
	assert_float_equal(value, 1, 1e-12);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error error = {STATUS_OK, ""};

		assert_int_equal(parse_percentage("until", bad[i], &value, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "--until"));
		assert_float_equal(value, 1, 1e-12);
	}
}

static void times_have_their_units(void **state)
{
	static const char *const bad[] = {"", "0", "0.5s", "169h", "5 m", "5d", "5mm", "-1m", "nan", "inf"};
	double seconds = 7;

	(void)state;
	assert_int_equal(parse_duration("budget", "90", &seconds, NULL), 0);
	assert_float_equal(seconds, 90, 0);
	assert_int_equal(parse_duration("budget", "5m", &seconds, NULL), 0);
	assert_float_equal(seconds, 300, 0);
	assert_int_equal(parse_duration("budget", "1.5h", &seconds, NULL), 0);
	assert_float_equal(seconds, 5400, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error error = {STATUS_OK, ""};

		assert_int_equal(parse_duration("budget", bad[i], &seconds, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "--budget"));
		assert_float_equal(seconds, 5400, 0);
	}
}

/* What is said of the first option that is refused. */
static void refused(const char *wanted, const char *first, const char *second)
{
	static const struct option options[] = {{"quiet", no_argument, NULL, 'q'}, {NULL, 0, NULL, 0}};
	char *argv[] = {(char *)"aerobench run", (char *)first, (char *)second, NULL};
	struct error error = {STATUS_OK, ""};
	int option;

	opterr = 0;
	optind = 0;
	do
		option = getopt_long(second != NULL ? 3 : 2, argv, ":b:q", options, NULL);
	while (option == 'q' || option == 'b');
	assert_int_equal(parse_refused(option, argv, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, wanted));
	assert_non_null(strstr(error.text, "`aerobench run --help`"));
}

static void a_refused_option_is_named_wherever_it_stands(void **state)
{
	(void)state;
	refused("unknown option '--nonsense':", "--nonsense", NULL);
	refused("unknown option '--quiet=1':", "--quiet=1", "-b");
	refused("unknown option '-z':", "-z", NULL);
	refused("unknown option '-z':", "-qz", NULL);
	refused("unknown option '-z':", "-zq", NULL);
	refused("unknown option '-z':", "--quiet", "-zq");
	refused("option '-b' needs a value:", "-b", NULL);
	refused("option '-b' needs a value:", "-qb", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_lie_inside_their_limits),
	    cmocka_unit_test(percentages_become_fractions),
	    cmocka_unit_test(times_have_their_units),
	    cmocka_unit_test(a_refused_option_is_named_wherever_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
