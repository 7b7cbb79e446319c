/* SPDX-License-Identifier: MIT */
/* Files of stack use: read, sorted, told; and what is none of them. */
#include "stack_usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"

static int usage_of(const char *text, struct stack_usage *usage, struct error *error)
{
	char path[] = "/tmp/aerobench_stack_XXXXXX";
	int fd = mkstemp(path), status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	*error = (struct error){0};
	status = stack_usage_read(usage, path, error);
	unlink(path);
	return status;
}

static void the_largest_frames_come_first_and_what_has_no_bound_is_named(void **state)
{
	struct stack_usage usage;
	struct error error;
	json_t *json, *frames;

	(void)state;
	assert_int_equal(usage_of("# comment\na.c\tsmall\t16\tstatic\nb.c\tgrows\t64\tdynamic\n"
				  "a.c\tlarge\t320\tstatic\na.c\tcopies\t64\tdynamic,bounded\n",
				  &usage, &error),
			 0);
	assert_int_equal(usage.count, 4);
	assert_string_equal(usage.frames[0].function, "large");
	assert_int_equal(usage.frames[0].bytes, 320);
	assert_string_equal(usage.frames[1].function, "copies");
	assert_false(usage.frames[1].unbounded);
	assert_true(usage.frames[2].unbounded);
	json = stack_usage_json(&usage);
	assert_int_equal(json_integer_value(json_object_get(json, "functions")), 4);
	assert_int_equal(json_array_size(json_object_get(json, "unbounded")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(json, "unbounded"), 0)), "b.c: grows");
	frames = json_object_get(json, "frames");
	assert_int_equal(json_array_size(frames), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(frames, 3), "function")), "small");
	json_decref(json);
	stack_usage_free(&usage);
}

static void only_the_largest_frames_are_told(void **state)
{
	struct stack_usage usage;
	struct error error;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	json_t *json;

	(void)state;
	for (unsigned i = 0; i < 2 * STACK_FRAMES_TOLD; i++)
		fprintf(file, "a.c\tfunction%u\t%u\tstatic\n", i, 16 * i);
	fclose(file);
	assert_int_equal(usage_of(text, &usage, &error), 0);
	json = stack_usage_json(&usage);
	assert_int_equal(json_integer_value(json_object_get(json, "functions")), 2 * STACK_FRAMES_TOLD);
	assert_int_equal(json_array_size(json_object_get(json, "frames")), STACK_FRAMES_TOLD);
	json_decref(json);
	stack_usage_free(&usage);
	free(text);
}

static void what_is_no_such_file_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *word;
	} wrong[] = {
	    {"", "no function"},
	    {"a.c\tf\t16\n", ":1"},
	    {"a.c\tf\t16\tstatic\na.c\tg\t-1\tstatic\n", ":2"},
	    {"a.c\tf\tmany\tstatic\n", "bytes"},
	    {"a.c\tf\t16\telastic\n", "'elastic' is no kind"},
	    {"\tf\t16\tstatic\n", "nothing"},
	};
	struct stack_usage usage;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(usage_of(wrong[i].text, &usage, &error), STATUS_USAGE);
		if (strstr(error.text, wrong[i].word) == NULL)
			fail_msg("'%s' is not in: %s", wrong[i].word, error.text);
		stack_usage_free(&usage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_largest_frames_come_first_and_what_has_no_bound_is_named),
	    cmocka_unit_test(only_the_largest_frames_are_told),
	    cmocka_unit_test(what_is_no_such_file_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
