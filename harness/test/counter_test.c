/* SPDX-License-Identifier: MIT */
/* Names of events to codes, for processors that need not be here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter.h"

/* The word for these names on this processor; the caller frees it. */
static char *word(const char *names, const char *pmu)
{
	struct error error = {STATUS_OK, ""};
	struct counter_list list;
	char *text;

	assert_int_equal(counter_encode(&list, names, pmu, &error), 0);
	text = counter_word(&list);
	counter_list_free(&list);
	return text;
}

static void assert_word(const char *names, const char *pmu, const char *expected)
{
	char *text = word(names, pmu);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void the_same_names_are_encoded_for_intel_and_amd(void **state)
{
	static const char names[] = "instructions,cycles,branches,branch-misses,LLC-misses";

	(void)state;
	assert_word(
	    names, "skl",
	    "events=r5300c0/instructions,r53003c/cycles,r5300c4/branches,r5300c5/branch-misses,r53412e/LLC-misses");
	assert_word(
	    names, "spr",
	    "events=r5300c0/instructions,r53003c/cycles,r5300c4/branches,r5300c5/branch-misses,r53412e/LLC-misses");
	assert_word(
	    names, "amd64_fam19h_zen4",
	    "events=r5300c0/instructions,r530076/cycles,r5300c2/branches,r5300c3/branch-misses,r534844/LLC-misses");
	assert_word("instructions,cycles", "amd64_fam17h_zen2", "events=r5300c0/instructions,r530076/cycles");
}

static void names_of_the_processor_are_encoded_too(void **state)
{
	(void)state;
	assert_word("INST_RETIRED:ANY_P", "skl", "events=r5300c0/INST_RETIRED:ANY_P");
	assert_word("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS", "skl",
		    "events=r5300c0/amd64_fam19h_zen4::RETIRED_INSTRUCTIONS");
}

static void software_events_of_linux_keep_their_numbers(void **state)
{
	(void)state;
	/* PERF_COUNT_SW_PAGE_FAULTS, PERF_COUNT_SW_CONTEXT_SWITCHES of linux/perf_event.h */
	assert_word("page-faults,context-switches", "skl", "events=s2/page-faults,s3/context-switches");
	assert_word("instructions,page-faults", "skl", "events=r5300c0/instructions,s2/page-faults");
}

static void event_that_a_processor_does_not_count_is_a_problem_and_the_others_go_on(void **state)
{
	struct error error = {STATUS_OK, ""};
	struct counter_list list;
	char *text;

	(void)state;
	assert_int_equal(counter_encode(&list, "LLC-misses,instructions", "amd64_fam17h_zen2", &error), 0);
	assert_non_null(strstr(list.events[0].problem, "amd64_fam17h_zen2"));
	assert_null(list.events[1].problem);
	text = counter_word(&list);
	assert_string_equal(text, "events=r5300c0/instructions");
	free(text);
	counter_list_free(&list);
	assert_null(word("LLC-misses", "amd64_fam17h_zen2"));
}

static void wrong_lists_are_refused(void **state)
{
	static const char *const wrong[] = {
	    "",
	    "instructions,",
	    "instructions,instructions",
	    "instructions,Instructions",
	    "no_such_event",
	    "INST_RETIRED:NO_SUCH_UNIT",
	    "no_such_table::INST_RETIRED",
	    "instructions cycles",
	    "OFFCORE_RESPONSE_0:DMND_DATA_RD:L3_HIT",
	    "an_event_whose_name_is_longer_than_what_the_records_of_the_stream_have_room_for",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = {STATUS_OK, ""};
		struct counter_list list;

		assert_int_equal(counter_encode(&list, wrong[i], "skl", &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "--events"));
		counter_list_free(&list);
	}
}

static void seventeen_events_are_too_many(void **state)
{
	struct error error = {STATUS_OK, ""};
	struct counter_list list;
	char names[512] = "";

	(void)state;
	for (unsigned i = 0; i < 17; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%sINST_RETIRED:c=%u", i > 0 ? "," : "", i + 1);
		strcat(names, name);
	}
	assert_int_equal(counter_encode(&list, names, "skl", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "more than 16"));
	counter_list_free(&list);
}

static void a_word_for_another_computer_names_a_processor_that_there_is(void **state)
{
	struct error error = {STATUS_OK, ""};
	char *text;

	(void)state;
	assert_int_equal(counter_word_make("instructions", "skl", &text, &error), 0);
	assert_string_equal(text, "events=r5300c0/instructions");
	free(text);
	assert_int_equal(counter_word_make("instructions", "z80", &text, &error), STATUS_USAGE);
	assert_null(text);
	assert_non_null(strstr(error.text, "'z80'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_names_are_encoded_for_intel_and_amd),
	    cmocka_unit_test(names_of_the_processor_are_encoded_too),
	    cmocka_unit_test(software_events_of_linux_keep_their_numbers),
	    cmocka_unit_test(event_that_a_processor_does_not_count_is_a_problem_and_the_others_go_on),
	    cmocka_unit_test(wrong_lists_are_refused),
	    cmocka_unit_test(seventeen_events_are_too_many),
	    cmocka_unit_test(a_word_for_another_computer_names_a_processor_that_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
