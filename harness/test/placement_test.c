/* SPDX-License-Identifier: MIT */
/* What the CPUs of two boots share, in the words of bench/groups.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "placement.h"
#include "sample_stream.h"

static void words_are_groups(void **state)
{
	static const struct {
		uint16_t groups[8];
		unsigned count;
		const char *text;
	} cases[] = {
	    {{0, 1, 2, 3}, 4, "0-3"},
	    {{0, 0, 0, 0}, 4, "0*4"},
	    {{0, 0, 1, 1, 2, 2}, 6, "0-2*2"},
	    {{0, 1, 2, 0, 1, 2}, 6, "0-2,0-2"},
	    {{0, 1, 1, 2, 2, 5}, 6, "0,1-2*2,5"},
	    {{PLACEMENT_UNKNOWN, PLACEMENT_UNKNOWN, 0}, 3, "-*2,0"},
	    {{7}, 1, "7"},
	};
	static struct placement_groups groups;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(placement_groups_parse(&groups, cases[i].text));
		assert_int_equal(groups.count, cases[i].count);
		assert_memory_equal(groups.group, cases[i].groups, cases[i].count * sizeof(uint16_t));
	}
}

static void foreign_words_are_refused(void **state)
{
	static const char *const words[] = {"",       "0-",     "x",         "0,", "0*",   "0*0",         "3-1",
					    "0*2000", "0-2000", "irregular", "-5", "0-3 ", "99999999999", NULL};
	static struct placement_groups groups;

	(void)state;
	for (size_t i = 0; words[i] != NULL; i++) {
		assert_false(placement_groups_parse(&groups, words[i]));
		assert_int_equal(groups.count, 0);
	}
	assert_false(placement_groups_parse(&groups, NULL));
}

static const char *second_key = "cpu_l3"; /* of difference() */

/* The difference between two boots with these words for cpu_core and cpu_l3; "" if there is none. */
static char *difference(const char *core_a, const char *l3_a, const char *core_b, const char *l3_b)
{
	const char *words[2][2] = {{core_a, l3_a}, {core_b, l3_b}};
	static const uint32_t samples[] = {50, 51};
	struct sample_stream streams[2];
	struct stream read[2];
	struct error error = {0};
	char *text;

	for (size_t i = 0; i < 2; i++) {
		sample_open(&streams[i], "test");
		if (words[i][0] != NULL)
			sample_env(&streams[i], "cpu_core", words[i][0]);
		sample_env(&streams[i], second_key, words[i][1]);
		sample_run(&streams[i], "clock_read", "", samples, 2, 100);
		sample_done(&streams[i], 0);
		assert_int_equal(stream_parse(&read[i], streams[i].bytes, streams[i].len_bytes, &error), 0);
	}
	text = placement_difference(&read[0], "A", &read[1], "B");
	for (size_t i = 0; i < 2; i++) {
		stream_free(&read[i]);
		sample_free(&streams[i]);
	}
	return text != NULL ? text : strdup("");
}

#define ASSERT_DIFFERENCE(core_a, l3_a, core_b, l3_b, expected)       \
	do {                                                          \
		char *told_ = difference(core_a, l3_a, core_b, l3_b); \
		assert_string_equal(told_, expected);                 \
		free(told_);                                          \
	} while (0)

static void cpus_that_share_the_same_are_alike_whatever_their_numbers(void **state)
{
	(void)state;
	ASSERT_DIFFERENCE("0-3", "0*4", "0-3", "0*4", "");
	ASSERT_DIFFERENCE("0-3", "0-1*2", "5,4,9,8", "1*2,0*2", "");
	ASSERT_DIFFERENCE("0-3", "0*4", "0-1", "0*2", "");   /* of two that both have */
	ASSERT_DIFFERENCE("0-3", "-*4", "0-3", "0-1*2", ""); /* one does not say */
	ASSERT_DIFFERENCE(NULL, "0*4", "0*4", "0*4", "");    /* nor here */
	ASSERT_DIFFERENCE("irregular", "0*4", "0*4", "0*4", "");
}

static void the_nearest_of_the_first_cpus_that_differ_is_told(void **state)
{
	(void)state;
	ASSERT_DIFFERENCE("0-3", "0*4", "0-1*2", "0*4",
			  "CPUs 0 and 1 share a core on B and do not on A: rows of 2 or more CPUs compare two "
			  "placements, not two systems");
	ASSERT_DIFFERENCE("0-3", "0-1*2", "0-3", "0*3,1",
			  "CPUs 0 and 2 share an L3 cache on B and do not on A: rows of 3 or more CPUs compare two "
			  "placements, not two systems");
	ASSERT_DIFFERENCE("0,0,1,2", "0,0,1,2", "0-3", "0-3",
			  "CPUs 0 and 1 share a core on A and do not on B: rows of 2 or more CPUs compare two "
			  "placements, not two systems");
}

static void kinds_of_cores_that_differ_are_told(void **state)
{
	(void)state;
	second_key = "cpu_kind";
	ASSERT_DIFFERENCE("0-3", "0*4", "0-3", "0*4", "");
	ASSERT_DIFFERENCE("0-3", "0*2,1*2", "0-3", "-*4", ""); /* a Linux that does not know */
	ASSERT_DIFFERENCE("0-3", "0*2,1*2", "0-3", "0,1,0,1",
			  "CPUs 0 and 1 share a kind of core on A and do not on B: rows of 2 or more CPUs compare two "
			  "placements, not two systems");
	second_key = "cpu_l3";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_groups),
	    cmocka_unit_test(foreign_words_are_refused),
	    cmocka_unit_test(cpus_that_share_the_same_are_alike_whatever_their_numbers),
	    cmocka_unit_test(kinds_of_cores_that_differ_are_told),
	    cmocka_unit_test(the_nearest_of_the_first_cpus_that_differ_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
