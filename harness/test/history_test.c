/* SPDX-License-Identifier: MIT */
/* The history: what is appended is read, what is torn or damaged is told, what has changed is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "history.h"
#include "memory.h"
#include "sample_place.h"
#include "sample_run.h"
#include "store_file.h"

static int file_drop(void **state)
{
	(void)state;
	unlink(sample_place);
	return 0;
}

/* An entry of a day with one point. */
static json_t *entry(unsigned day, const char *machine, const char *unit, double p50)
{
	char *run = memory_format("run-%03u", day),
	     *created = memory_format("2026-01-01T00:%02u:%02uZ", day / 60, day % 60);
	json_t *json = json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:[{s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:f}]}", "schema",
	    "aerobench.history/1", "run", run, "created", created, "subject", "aerokernel@sim", "commit", "abc",
	    "machine", machine, "fitness", "fit for instructions", "facts", "points", "benchmark", "yield_pair",
	    "params", "place=same", "unit", unit, "runs", 2, "n", 100, "p50", p50, "iqr", 0.0, "max", p50);

	assert_non_null(json);
	free(run);
	free(created);
	return json;
}

static int append(json_t *line, size_t *appended, struct error *error)
{
	int status;

	*error = (struct error){0};
	status = history_append(sample_place, &line, 1, appended, error);
	json_decref(line);
	return status;
}

static void append_good(json_t *line)
{
	struct error error;
	size_t appended;

	assert_int_equal(append(line, &appended, &error), 0);
	assert_int_equal(appended, 1);
}

static char *read_bytes(size_t *len)
{
	struct error error = {0};
	char *bytes;

	assert_int_equal(store_file_read(sample_place, 1 << 20, &bytes, len, &error), 0);
	return bytes;
}

static void write_bytes(const char *bytes, size_t len)
{
	FILE *file = fopen(sample_place, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* How many entries the file has; -1: refused. */
static int count_entries(struct error *error)
{
	struct history history = {0};
	int count;

	*error = (struct error){0};
	count = history_read(&history, sample_place, error) == 0 ? (int)history.count : -1;
	history_free(&history);
	return count;
}

/* --- Files ------------------------------------------------------------------------------------------------------------ */

static void a_run_and_subject_is_kept_once(void **state)
{
	struct error error;
	size_t appended;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	append_good(entry(2, "m", "instructions", 44));
	assert_int_equal(append(entry(1, "m", "instructions", 99), &appended, &error), 0);
	assert_int_equal(appended, 0);
	assert_int_equal(count_entries(&error), 2);
}

static void a_torn_last_line_is_left_out_and_the_next_line_is_whole(void **state)
{
	struct error error;
	size_t len, first;
	char *bytes;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	bytes = read_bytes(&first);
	free(bytes);
	append_good(entry(2, "m", "instructions", 45));
	bytes = read_bytes(&len);
	for (size_t cut = first + 1; cut < len; cut += 41) {
		write_bytes(bytes, cut);
		assert_int_equal(count_entries(&error), 1);
		append_good(entry(3, "m", "instructions", 46));
		assert_int_equal(count_entries(&error), 2);
	}
	free(bytes);
}

static void every_flipped_byte_is_noticed(void **state)
{
	struct error error;
	size_t len;
	char *bytes;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	append_good(entry(2, "m", "instructions", 45));
	bytes = read_bytes(&len);
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 1;
		write_bytes(bytes, len);
		bytes[i] ^= 1;
		/* The last newline is the only byte without which there is a torn line; anything else is damage. */
		assert_int_equal(count_entries(&error), i == len - 1 ? 1 : -1);
		if (i < len - 1 && strstr(error.text, "sim.jsonl: line ") == NULL)
			fail_msg("byte %zu: %s", i, error.text);
	}
	free(bytes);
}

static void a_damaged_history_is_not_appended_to(void **state)
{
	struct error error;
	size_t len, after, appended;
	char *bytes;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	append_good(entry(2, "m", "instructions", 45));
	bytes = read_bytes(&len);
	bytes[20] ^= 1;
	write_bytes(bytes, len);
	free(bytes);
	assert_int_equal(append(entry(3, "m", "instructions", 46), &appended, &error), STATUS_USAGE);
	assert_int_equal(appended, 0);
	assert_non_null(strstr(error.text, "line 1"));
	bytes = read_bytes(&after);
	assert_int_equal(after, len);
	free(bytes);
}

static void another_schema_is_refused(void **state)
{
	json_t *line = entry(1, "m", "instructions", 44);
	struct error error;

	(void)state;
	json_object_set_new(line, "schema", json_string("aerobench.history/2"));
	append_good(line);
	assert_int_equal(count_entries(&error), -1);
	assert_non_null(strstr(error.text, "aerobench.history/1"));
}

static void without_room_the_history_stays_as_it_was(void **state)
{
	struct rlimit limit = {.rlim_max = RLIM_INFINITY};
	struct error error;
	size_t len, after, appended;
	char *bytes;
	int status;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	bytes = read_bytes(&len);
	free(bytes);
	signal(SIGXFSZ, SIG_IGN);
	limit.rlim_cur = len + 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	status = append(entry(2, "m", "instructions", 45), &appended, &error);
	limit.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(status, STATUS_FAILED);
	assert_int_equal(appended, 0);
	assert_non_null(strstr(error.text, "cannot append"));
	bytes = read_bytes(&after);
	free(bytes);
	assert_int_equal(after, len);
	append_good(entry(2, "m", "instructions", 45));
}

static void a_second_writer_is_refused(void **state)
{
	struct error error;
	size_t appended;
	int fd;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	fd = open(sample_place, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(append(entry(2, "m", "instructions", 44), &appended, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "another aerobench"));
	close(fd);
	append_good(entry(2, "m", "instructions", 44));
}

/* --- Series ----------------------------------------------------------------------------------------------------------- */

/* All series of the file; the caller frees both. */
static size_t series_of(struct history *history, struct history_series **series)
{
	struct error error = {0};

	*history = (struct history){0};
	assert_int_equal(history_read(history, sample_place, &error), 0);
	history_sort(history);
	return history_series_make(history, NULL, 0, series);
}

static void entries_are_in_the_order_of_time(void **state)
{
	static const unsigned days[] = {5, 1, 4, 2, 3};
	struct history history;
	struct history_series *series;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		append_good(entry(days[i], "m", "instructions", 40 + days[i]));
	assert_int_equal(series_of(&history, &series), 1);
	assert_int_equal(series->count, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_true(series->values[i].p50 == 41 + i);
	assert_int_equal(series->steps, 4);
	history_series_free(series, 1);
	history_free(&history);
}

static void configurations_are_series_of_their_own(void **state)
{
	struct history history;
	struct history_series *series;

	(void)state;
	append_good(entry(1, "m", "instructions", 44));
	append_good(entry(2, "other", "instructions", 60));
	append_good(entry(3, "m", "instructions", 44));
	assert_int_equal(series_of(&history, &series), 2);
	assert_int_equal(series[0].count, 2);
	assert_int_equal(series[0].steps, 0);
	assert_int_equal(series[1].count, 1);
	history_series_free(series, 2);
	history_free(&history);
}

static void a_step_is_found_where_it_is_and_a_constant_has_none(void **state)
{
	struct history history;
	struct history_series *series;
	json_t *json, *change;

	(void)state;
	for (unsigned day = 0; day < 40; day++) {
		append_good(entry(day, "stepping", "ticks", (day < 24 ? 100 : 110) + day * 7 % 5 * 0.3));
		append_good(entry(100 + day, "constant", "ticks", 100));
	}
	assert_int_equal(series_of(&history, &series), 2);
	assert_int_equal(series[0].change_count, 1);
	assert_int_equal(series[0].changes[0].at, 24);
	assert_true(series[0].changes[0].p <= 0.05);
	assert_true(fabs(exp(series[0].changes[0].shift.estimate) - 1.1) < 0.01);
	assert_int_equal(series[1].change_count, 0);
	json = history_json(series, 2);
	change = json_array_get(json_object_get(json_array_get(json_object_get(json, "series"), 0), "changes"), 0);
	assert_string_equal(json_string_value(json_object_get(change, "run")), "run-024");
	json_decref(json);
	history_series_free(series, 2);
	history_free(&history);
}

static void a_change_in_a_long_history_is_counted_from_its_first_entry(void **state)
{
	enum { ENTRIES = HISTORY_LOOKED_AT + 30, STEP = ENTRIES - 40 };
	json_t *lines[ENTRIES];
	struct history history;
	struct history_series *series;
	struct error error = {0};
	size_t appended;

	(void)state;
	for (unsigned i = 0; i < ENTRIES; i++)
		lines[i] = entry(i, "m", "ticks", (i < STEP ? 100 : 120) + i * 7 % 5 * 0.3);
	assert_int_equal(history_append(sample_place, lines, ENTRIES, &appended, &error), 0);
	assert_int_equal(appended, ENTRIES);
	for (unsigned i = 0; i < ENTRIES; i++)
		json_decref(lines[i]);
	assert_int_equal(series_of(&history, &series), 1);
	assert_int_equal(series->count, ENTRIES);
	assert_int_equal(series->change_count, 1);
	assert_int_equal(series->changes[0].at, STEP);
	history_series_free(series, 1);
	history_free(&history);
}

static void a_median_of_zero_has_no_ratio_and_no_change(void **state)
{
	struct history history;
	struct history_series *series;

	(void)state;
	for (unsigned day = 0; day < 30; day++)
		append_good(entry(day, "m", "ticks", day < 15 ? 0 : 9));
	assert_int_equal(series_of(&history, &series), 1);
	assert_int_equal(series->change_count, 0);
	history_series_free(series, 1);
	history_free(&history);
}

/* --- Runs ------------------------------------------------------------------------------------------------------------- */

static void an_entry_is_the_median_over_runs_per_operation(void **state)
{
	static const uint32_t costs[] = {100, 900, 300};
	struct sample_run run;
	struct sample_stream stream;
	struct store store;
	struct summary summary;
	struct error error = {0};
	json_t *line, *point;

	(void)state;
	sample_run_open(&run, "linux@host aerokernel@qemu", 3);
	for (unsigned round = 0; round < 3; round++) {
		sample_open(&stream, "linux");
		sample_per = 10;
		sample_run(&stream, "lock", "place=same", &costs[round], 1, 20);
		sample_run_boot(&run, "linux@host", round, &stream);
	}
	sample_open(&stream, "aerokernel");
	sample_run(&stream, "lock", "place=same", costs, 1, 20);
	sample_run_boot(&run, "aerokernel@qemu", 0, &stream);
	sample_run_failure(&run, "aerokernel@qemu", 1, STORE_FAILED, "panic");
	sample_run_close(&run);
	assert_int_equal(store_open(&store, run.results, "latest", &error), 0);
	assert_int_equal(summary_load(&summary, &store, NULL, &error), 0);
	assert_null(history_entry_make(&summary, "aerokernel@qemu"));
	line = history_entry_make(&summary, "linux@host");
	assert_non_null(line);
	point = json_array_get(json_object_get(line, "points"), 0);
	assert_true(json_number_value(json_object_get(point, "p50")) == 30);
	assert_true(json_number_value(json_object_get(point, "max")) == 90);
	assert_int_equal(json_integer_value(json_object_get(point, "runs")), 3);
	append_good(line);
	assert_int_equal(count_entries(&error), 1);
	summary_free(&summary);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(a_run_and_subject_is_kept_once, file_drop),
	    cmocka_unit_test_teardown(a_torn_last_line_is_left_out_and_the_next_line_is_whole, file_drop),
	    cmocka_unit_test_teardown(every_flipped_byte_is_noticed, file_drop),
	    cmocka_unit_test_teardown(a_damaged_history_is_not_appended_to, file_drop),
	    cmocka_unit_test_teardown(another_schema_is_refused, file_drop),
	    cmocka_unit_test_teardown(without_room_the_history_stays_as_it_was, file_drop),
	    cmocka_unit_test_teardown(a_second_writer_is_refused, file_drop),
	    cmocka_unit_test_teardown(entries_are_in_the_order_of_time, file_drop),
	    cmocka_unit_test_teardown(configurations_are_series_of_their_own, file_drop),
	    cmocka_unit_test_teardown(a_step_is_found_where_it_is_and_a_constant_has_none, file_drop),
	    cmocka_unit_test_teardown(a_change_in_a_long_history_is_counted_from_its_first_entry, file_drop),
	    cmocka_unit_test_teardown(a_median_of_zero_has_no_ratio_and_no_change, file_drop),
	    cmocka_unit_test_teardown(an_entry_is_the_median_over_runs_per_operation, file_drop),
	};

	return cmocka_run_group_tests(tests, sample_place_make, sample_place_remove);
}
