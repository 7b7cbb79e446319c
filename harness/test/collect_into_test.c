/* SPDX-License-Identifier: MIT */
/* Boots that are collected into a run that has some of them, or parts of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect.h"
#include "memory.h"
#include "sample_run.h"

static const char subject[] = "aerokernel@metal";
static struct sample_run run;

static int run_open(void **state)
{
	(void)state;
	sample_run_open(&run, subject, 2);
	return 0;
}

static int run_close(void **state)
{
	(void)state;
	sample_run_close(&run);
	return 0;
}

/* A boot with this stamp, whose one sample is value. */
static char *say(const char *stamp, uint32_t value)
{
	struct sample_stream stream;
	char *text;

	sample_open(&stream, "aerokernel");
	sample_env(&stream, "boot_stamp", stamp);
	wire_begin(&stream.wire, "head");
	wire_end_crc_head(&stream.wire);
	sample_run(&stream, "clock_read", "", &value, 1, 4);
	sample_run(&stream, "yield", "", &value, 1, 4);
	sample_done(&stream, 0);
	text = memory_format("%.*s", (int)stream.len_bytes, stream.bytes);
	sample_free(&stream);
	return text;
}

/* Such a boot up to this record. */
static char *say_until(const char *stamp, const char *record)
{
	char *text = say(stamp, 5);

	*strstr(text, record) = '\0';
	return text;
}

/* Its first point. */
static char *say_part(const char *stamp)
{
	return say_until(stamp, "@run yield");
}

/* The round of the whole boot with this stamp; -1: there is none, or several. */
static int round_of(const char *stamp)
{
	char *word = memory_format("boot_stamp=%s", stamp), *log;
	struct error error = {0};
	int round = -1, found = 0;
	size_t len_bytes;

	for (size_t i = 0; i < run.store.boot_count; i++) {
		if (run.store.boots[i].status != STORE_OK)
			continue;
		assert_int_equal(store_read_log(&run.store, &run.store.boots[i], &log, &len_bytes, &error), 0);
		if (strstr(log, word) != NULL) {
			round = (int)run.store.boots[i].round;
			found++;
		}
		free(log);
	}
	free(word);
	return found == 1 ? round : -1;
}

/* Collects the text into the run. Frees the text. */
static int collect(char *text, struct collect_outcome *outcome, struct error *error)
{
	char *id = memory_text(run.store.id);
	json_t *none = json_array();
	const struct collect_target target = {
	    .results = run.results, .run = id, .subject = subject, .round = -1, .command = none, .collector = none};
	struct collect_boots boots;
	struct error problem = {0};
	int status;

	collect_boots_read(&boots, text, strlen(text));
	store_close(&run.store);
	status = collect_store(&target, &boots, text, outcome, error);
	if (store_open(&run.store, run.results, id, &problem) != 0)
		fail_msg("%s", problem.text);
	collect_boots_free(&boots);
	json_decref(none);
	free(text);
	free(id);
	return status;
}

static void of_a_log_that_grows_the_new_boots_are_taken(void **state)
{
	char *first = say("77", 5), *second = say("78", 6), *log = memory_format("%s%s", first, second);
	char *same = memory_text(log);
	struct collect_outcome outcome;
	struct error error = {0}, twice = {0};

	(void)state;
	sample_run_text(&run, subject, 0, STORE_OK, first);
	free(second);
	assert_int_equal(collect(log, &outcome, &error), 0);
	assert_int_equal(outcome.ok, 1);
	assert_int_equal(outcome.there, 1);
	assert_int_equal(run.store.boot_count, 2);
	assert_int_equal(round_of("78"), 1);
	collect_outcome_free(&outcome);
	assert_int_equal(collect(same, &outcome, &twice), STATUS_FAILED);
	assert_non_null(strstr(twice.text, "already, the last as round 2"));
	assert_int_equal(run.store.boot_count, 2);
	collect_outcome_free(&outcome);
}

static void a_whole_boot_takes_the_place_of_its_own_part_before_another_s(void **state)
{
	char *second = say("78", 5), *third = say("79", 6);
	struct collect_outcome outcome;
	struct error error = {0};

	(void)state;
	sample_run_text(&run, subject, 0, STORE_CUT, say_part("77"));
	sample_run_text(&run, subject, 1, STORE_CUT, say_part("78"));
	assert_int_equal(collect(memory_format("%s%s", second, third), &outcome, &error), 0);
	assert_int_equal(outcome.ok, 2);
	assert_int_equal(round_of("78"), 1);
	assert_int_equal(round_of("79"), 0);
	assert_int_equal(run.store.boot_count, 2);
	collect_outcome_free(&outcome);
	free(second);
	free(third);
}

static void what_is_known_of_a_boot_only_grows(void **state)
{
	struct collect_outcome outcome;
	struct error error = {0}, less = {0};

	(void)state;
	sample_run_text(&run, subject, 0, STORE_CUT, say_part("77"));
	assert_int_equal(collect(say_until("77", "@done"), &outcome, &error), 0);
	assert_int_equal(outcome.cut, 1);
	assert_int_equal(run.store.boot_count, 1);
	assert_int_equal(run.store.boots[0].attempts, 2);
	collect_outcome_free(&outcome);
	assert_int_equal(collect(say_part("77"), &outcome, &less), STATUS_FAILED);
	assert_int_equal(run.store.boots[0].attempts, 2);
	collect_outcome_free(&outcome);
}

static void a_part_of_one_boot_does_not_take_the_place_of_another_s(void **state)
{
	struct collect_outcome outcome;
	struct error error = {0};

	(void)state;
	sample_run_text(&run, subject, 0, STORE_CUT, say_part("77"));
	assert_int_equal(collect(say_part("78"), &outcome, &error), 0);
	assert_int_equal(run.store.boot_count, 2);
	assert_int_equal(run.store.boots[0].attempts, 1);
	collect_outcome_free(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(of_a_log_that_grows_the_new_boots_are_taken, run_open, run_close),
	    cmocka_unit_test_setup_teardown(a_whole_boot_takes_the_place_of_its_own_part_before_another_s, run_open,
					    run_close),
	    cmocka_unit_test_setup_teardown(what_is_known_of_a_boot_only_grows, run_open, run_close),
	    cmocka_unit_test_setup_teardown(a_part_of_one_boot_does_not_take_the_place_of_another_s, run_open,
					    run_close),
	};

	return cmocka_run_group_tests_name("collecting into a run", tests, NULL, NULL);
}
