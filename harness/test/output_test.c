/* SPDX-License-Identifier: MIT */
/* What people and programs are shown: numbers, tables, errors, JSON text, colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"
#include "memory.h"
#include "output.h"
#include "table.h"

static void numbers_have_the_digits_that_carry_information(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {
	    {0, "0"},
	    {7, "7"},
	    {2.08, "2.08"},
	    {12.34, "12.3"},
	    {99.96, "100"},
	    {123.4, "123"},
	    {1234.5, "1,234"},
	    {1234567, "1,234,567"},
	    {-1234567, "-1,234,567"},
	    {0.0042, "0.0042"},
	    {4294967295.0, "4,294,967,295"},
	    {NAN, "–"},
	    {-0.5, "-0.50"},
	    {9.996, "10.0"},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(output_number(text, sizeof(text), cases[i].number), cases[i].text);
	assert_string_equal(output_number(text, 3, 1234567), "1,"); /* cut, not overrun */
}

static char *printed(const struct table *table, bool bold)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	table_print(table, file, bold);
	fclose(file);
	return text;
}

static void a_table_aligns_characters_and_not_bytes(void **state)
{
	static const char *const headings[] = {"", "runs×n", "p50"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT};
	struct table table;
	char *text;

	(void)state;
	table_init(&table, 3, headings, align);
	table_cell(&table, "wake");
	table_cell(&table, "6×10");
	table_number(&table, NAN);
	table_cell(&table, "barrier");
	table_format(&table, "%d×%d", 10, 10000);
	table_number(&table, 12345);
	table_cell(&table, "short");
	table_end_row(&table);
	text = printed(&table, false);
	assert_string_equal(text, "           runs×n     p50\n"
				  "wake         6×10       –\n"
				  "barrier  10×10000  12,345\n"
				  "short\n");
	free(text);
	table_free(&table);
}

static void sections_stand_alone_and_only_headings_are_bold(void **state)
{
	static const char *const headings[] = {"a", "b"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_RIGHT};
	struct table table;
	char *text;

	(void)state;
	table_init(&table, 2, headings, align);
	table_section(&table, "a section that is wider than all columns");
	table_cell(&table, "x");
	table_cell(&table, "1");
	text = printed(&table, true);
	assert_string_equal(text, "\033[1ma  b\033[0m\n"
				  "\033[1m\na section that is wider than all columns\033[0m\n"
				  "x  1\n");
	free(text);
	table_free(&table);
}

static void the_first_error_wins_and_stays_one_line(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(error_set(&error, STATUS_USAGE, "bad \033[2J %s", "two\nlines"), STATUS_USAGE);
	assert_string_equal(error.text, "bad ?[2J two?lines");
	assert_int_equal(error_set(&error, STATUS_FAILED, "later"), STATUS_USAGE);
	assert_int_equal(error_prefix(&error, "file %d", 7), STATUS_USAGE);
	assert_string_equal(error.text, "file 7: bad ?[2J two?lines");
	assert_int_equal(error_set(NULL, STATUS_FAILED, "nobody asks"), STATUS_FAILED);
}

static void an_error_longer_than_its_line_is_cut(void **state)
{
	char *text = memory_new(5000, 1);
	struct error error = {0};

	(void)state;
	memset(text, 'x', 4999);
	error_set(&error, STATUS_FAILED, "%s", text);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	error_prefix(&error, "%s", text);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	error_prefix(&error, "front");
	assert_memory_equal(error.text, "front: xxx", 10);
	free(text);
}

static void bytes_that_are_no_text_become_json_text(void **state)
{
	json_t *json = output_text_json("a\xff\xfe b");

	(void)state;
	assert_string_equal(json_string_value(json), "a?? b");
	json_decref(json);
	json = output_text_json("20 µs – ok");
	assert_string_equal(json_string_value(json), "20 µs – ok");
	json_decref(json);
}

static void colour_is_for_terminals_unless_said_otherwise(void **state)
{
	enum output_color color = OUTPUT_COLOR_AUTO;
	struct error error = {0};
	FILE *file = tmpfile();

	(void)state;
	assert_false(output_colored(file, OUTPUT_COLOR_AUTO));
	assert_true(output_colored(file, OUTPUT_COLOR_ALWAYS));
	assert_int_equal(output_color_parse("never", &color, &error), 0);
	assert_int_equal(color, OUTPUT_COLOR_NEVER);
	assert_int_equal(output_color_parse("blue", &color, &error), STATUS_USAGE);
	fclose(file);
}

static void a_terminal_without_escape_sequences_gets_none(void **state)
{
	char *kind = getenv("TERM") != NULL ? memory_text(getenv("TERM")) : NULL;
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *file = fdopen(terminal, "r+");

	(void)state;
	assert_non_null(file);
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	assert_true(output_is_terminal(file) && output_colored(file, OUTPUT_COLOR_AUTO));
	setenv("TERM", "dumb", 1);
	assert_false(output_is_terminal(file) || output_colored(file, OUTPUT_COLOR_AUTO));
	unsetenv("TERM");
	assert_false(output_is_terminal(file) || output_colored(file, OUTPUT_COLOR_AUTO));
	if (kind != NULL)
		setenv("TERM", kind, 1);
	free(kind);
	fclose(file);
}

static void arrays_grow_by_doubling(void **state)
{
	int *values = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		values = memory_grow(values, (size_t)i, sizeof(*values));
		values[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(values[i], i);
	free(values);
}

static void json_that_could_not_be_made_is_refused_for_its_reason(void **state)
{
	struct error error = {0};

	(void)state;
	errno = ENOENT; /* of something else */
	assert_int_equal(output_json(json_pack("{s:s}", "path", "/tmp/caf\xe9"), &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "not UTF-8"));
	assert_null(strstr(error.text, strerror(ENOENT)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_have_the_digits_that_carry_information),
	    cmocka_unit_test(a_table_aligns_characters_and_not_bytes),
	    cmocka_unit_test(sections_stand_alone_and_only_headings_are_bold),
	    cmocka_unit_test(the_first_error_wins_and_stays_one_line),
	    cmocka_unit_test(an_error_longer_than_its_line_is_cut),
	    cmocka_unit_test(bytes_that_are_no_text_become_json_text),
	    cmocka_unit_test(colour_is_for_terminals_unless_said_otherwise),
	    cmocka_unit_test(a_terminal_without_escape_sequences_gets_none),
	    cmocka_unit_test(arrays_grow_by_doubling),
	    cmocka_unit_test(json_that_could_not_be_made_is_refused_for_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
