/* SPDX-License-Identifier: MIT */
/* Records of A/A self-checks on disk: what is stored comes back, margins are learned over checks, doubt disarms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "aa.h"
#include "memory.h"
#include "scratch.h"
#include "stats_plan.h"

/* 2026-11-21T00:00:00Z */
static const time_t today = 1795219200;

/* *state is the path of a file that is not there yet. */
static int set_up(void **state)
{
	*state = memory_format("%s/history/aa/host.jsonl", scratch_make());
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static json_t *alarms(int trials, int hits, double low)
{
	return json_pack("{s:i, s:i, s:f, s:f, s:f}", "trials", trials, "alarms", hits, "rate",
			 trials > 0 ? (double)hits / trials : 0, "low", low, "high", 1.0);
}

/* A check of `sets` sets whose estimates are all `size`, on yield_pair's location. */
static json_t *line_of(const char *run, const char *created, const char *machine, int sets, double size)
{
	json_t *estimates = json_array();

	for (int i = 0; i < sets; i++)
		json_array_append_new(estimates, json_real(i % 2 == 0 ? size : -size));
	json_array_append_new(estimates, json_null()); /* a set without this test */
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:{s:o}, s:[{s:s, s:s, s:s, s:i, s:i, "
	    "s:f, s:o}]}",
	    "schema", "aerobench.aa/1", "run", run, "created", created, "subject", "linux@host", "machine", machine,
	    "commit", "abc", "fitness", "fit for time", "pairs", 6, "sets", sets, "all", alarms(sets, 1, 0.001),
	    "suites", alarms(sets, 1, 0.001), "statistics", "location", alarms(sets, 1, 0.001), "tests", "benchmark",
	    "yield_pair", "params", "place=same", "statistic", "location", "trials", sets, "alarms", 1, "sd", 0.02,
	    "estimates", estimates);
}

static void append(const char *path, json_t *line)
{
	struct error error = {0};

	assert_int_equal(aa_append(path, line, &error), 0);
	json_decref(line);
}

static void load(const char *path, struct aa_record *record)
{
	struct error error = {0};

	assert_int_equal(aa_load(record, path, "m1", "linux@host", &error), 0);
}

static void a_missing_file_holds_no_check_and_arms_nothing(void **state)
{
	struct aa_record record;
	char *reason;

	load(*state, &record);
	assert_null(record.json);
	assert_false(aa_arms(&record, today, &reason));
	assert_non_null(strstr(reason, "aerobench aa"));
	free(reason);
	aa_free(&record);
}

static void the_latest_check_of_machine_and_subject_comes_back(void **state)
{
	struct aa_record record;
	const struct aa_test *test;
	char *reason;

	append(*state, line_of("new", "2026-11-20T00:00:00Z", "m1", 12, 0.01));
	append(*state, line_of("old", "2026-11-10T00:00:00Z", "m1", 11, 0.01));
	append(*state, line_of("else", "2026-11-20T12:00:00Z", "m2", 13, 0.01));
	load(*state, &record);
	assert_string_equal(record.run, "new");
	assert_int_equal(record.sets, 12);
	assert_int_equal(record.pairs, 6);
	assert_int_equal(record.statistics[STATS_LOCATION].alarms, 1);
	assert_int_equal(record.statistics[STATS_TAIL].trials, 0);
	test = aa_find(&record, "yield_pair", "place=same", STATS_LOCATION);
	assert_non_null(test);
	assert_int_equal(test->trials, 12);
	assert_true(test->sd == 0.02);
	assert_null(aa_find(&record, "yield_pair", "place=same", STATS_TAIL));
	assert_null(aa_find(&record, "yield_pair", "", STATS_LOCATION));
	assert_true(aa_age_days(&record, today) == 1);
	assert_true(aa_arms(&record, today, &reason));
	assert_null(reason);
	aa_free(&record);
}

/* The report shows it where the run's own configuration has none; margins mix no configurations. */
static void without_a_machine_the_latest_check_of_any_comes_back(void **state)
{
	const char *path = *state;
	struct error error = {0};
	struct aa_record record;

	append(path, line_of("new", "2026-11-20T00:00:00Z", "m2", 12, 0.01));
	append(path, line_of("old", "2026-11-10T00:00:00Z", "m1", 11, 0.01));
	assert_int_equal(aa_load(&record, path, NULL, "linux@host", &error), 0);
	assert_string_equal(record.run, "new");
	assert_string_equal(record.machine, "m2");
	assert_int_equal(record.tests[0].comparisons, 12);
	aa_free(&record);
	assert_int_equal(aa_load(&record, path, NULL, "linux@qemu", &error), 0);
	assert_null(record.json);
	aa_free(&record);
}

static void margins_need_twenty_comparisons_over_all_checks(void **state)
{
	struct aa_record record;
	const struct aa_test *test;

	append(*state, line_of("one", "2026-11-10T00:00:00Z", "m1", 10, 0.08));
	load(*state, &record);
	test = aa_find(&record, "yield_pair", "place=same", STATS_LOCATION);
	assert_int_equal(test->comparisons, 10);
	assert_true(isnan(test->margin));
	aa_free(&record);
	/* The same run evaluated again teaches nothing new. */
	append(*state, line_of("one", "2026-11-10T00:00:00Z", "m1", 10, 0.08));
	load(*state, &record);
	assert_int_equal(aa_find(&record, "yield_pair", "place=same", STATS_LOCATION)->comparisons, 10);
	aa_free(&record);
	append(*state, line_of("two", "2026-11-11T00:00:00Z", "m1", 10, 0.08));
	load(*state, &record);
	test = aa_find(&record, "yield_pair", "place=same", STATS_LOCATION);
	assert_int_equal(test->comparisons, STATS_MARGIN_HISTORY);
	assert_true(fabs(test->margin - expm1(0.08)) < 1e-12); /* no spread of sizes: Q3 */
	aa_free(&record);
}

static void only_the_last_hundred_comparisons_teach(void **state)
{
	struct aa_record record;
	const struct aa_test *test;

	append(*state, line_of("old", "2026-11-10T00:00:00Z", "m1", 90, 0.5));
	append(*state, line_of("new", "2026-11-11T00:00:00Z", "m1", 100, 0.05));
	load(*state, &record);
	test = aa_find(&record, "yield_pair", "place=same", STATS_LOCATION);
	assert_int_equal(test->comparisons, AA_COMPARISONS_MAX);
	assert_true(fabs(test->margin - expm1(0.05)) < 1e-12);
	aa_free(&record);
}

static void assert_disarmed(const char *path, time_t now, const char *word)
{
	struct aa_record record;
	char *reason;

	load(path, &record);
	assert_false(aa_arms(&record, now, &reason));
	assert_non_null(strstr(reason, word));
	free(reason);
	aa_free(&record);
}

static void age_few_sets_and_false_alarms_disarm(void **state)
{
	json_t *line;

	append(*state, line_of("a", "2026-11-06T23:00:00Z", "m1", 20, 0.01));
	assert_disarmed(*state, today, "older than 14 days");
	append(*state, line_of("b", "2026-11-19T00:00:00Z", "m1", 9, 0.01));
	assert_disarmed(*state, today, "9 sets");
	line = line_of("c", "2026-11-20T00:00:00Z", "m1", 20, 0.01);
	json_object_set_new(line, "all", alarms(100, 20, 0.12));
	append(*state, line);
	assert_disarmed(*state, today, "12.0 %");
	line = line_of("d", "2026-11-20T01:00:00Z", "m1", 20, 0.01);
	json_object_set_new(line, "suites", alarms(20, 9, 0.26));
	append(*state, line);
	assert_disarmed(*state, today, "26.0 %");
	/* An older record, which counts its sets as sets that could alarm: ten of 6 pairs cannot in a family of two. */
	line = line_of("d2", "2026-11-20T02:00:00Z", "m1", 20, 0.01);
	json_array_append(json_object_get(line, "tests"), json_array_get(json_object_get(line, "tests"), 0));
	append(*state, line);
	assert_disarmed(*state, today, "--pairs 7");
	line = line_of("e", "sometime", "m1", 20, 0.01);
	append(*state, line);
	assert_disarmed(*state, today, "older");
}

/* Puts text behind what the file holds. */
static void spoil(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void a_torn_last_line_is_left_out_and_cut_off_by_the_next_check(void **state)
{
	struct aa_record record;

	append(*state, line_of("a", "2026-11-19T00:00:00Z", "m1", 20, 0.01));
	spoil(*state, "{\"schema\":\"aerobench.aa/1\",\"run");
	load(*state, &record);
	assert_string_equal(record.run, "a");
	aa_free(&record);
	append(*state, line_of("b", "2026-11-20T00:00:00Z", "m1", 20, 0.01));
	load(*state, &record);
	assert_string_equal(record.run, "b");
	assert_int_equal(record.tests[0].comparisons, 40);
	aa_free(&record);
}

static void assert_refused(const char *path, const char *word)
{
	struct aa_record record;
	struct error error = {0};

	assert_int_equal(aa_load(&record, path, "m1", "linux@host", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, path));
	assert_non_null(strstr(error.text, word));
	assert_null(record.json);
	assert_int_equal(truncate(path, 0), 0);
}

static void damage_anywhere_else_is_an_error_that_names_the_line(void **state)
{
	static const char *const members[] = {"run", "machine", "pairs", "tests"};
	json_t *line;

	append(*state, line_of("a", "2026-11-19T00:00:00Z", "m1", 20, 0.01));
	spoil(*state, "{\"schema\":\"aerobench.aa/1\"}\n");
	assert_refused(*state, "line 2");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		line = line_of("a", "2026-11-19T00:00:00Z", "m1", 20, 0.01);
		json_object_del(line, members[i]);
		append(*state, line);
		assert_refused(*state, "lacks");
	}
	line = line_of("a", "2026-11-19T00:00:00Z", "m1", 20, 0.01);
	json_object_set_new(json_array_get(json_object_get(line, "tests"), 0), "statistic", json_string("vibes"));
	append(*state, line);
	assert_refused(*state, "test without its numbers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_missing_file_holds_no_check_and_arms_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_latest_check_of_machine_and_subject_comes_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(without_a_machine_the_latest_check_of_any_comes_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(margins_need_twenty_comparisons_over_all_checks, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_the_last_hundred_comparisons_teach, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(age_few_sets_and_false_alarms_disarm, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_torn_last_line_is_left_out_and_cut_off_by_the_next_check, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(damage_anywhere_else_is_an_error_that_names_the_line, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
