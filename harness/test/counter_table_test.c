/* SPDX-License-Identifier: MIT */
/* From the counts of streams to numbers per operation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter_table.h"

enum { BOOTS = 3 };

static char wake[] = "wake", control[] = "clock_read", cycles[] = "cycles", place[] = "place", same[] = "same",
	    other[] = "other", series[] = "series", first[] = "first", linux_host[] = "linux@host";

static struct stream_point point_of(char *benchmark, char *value)
{
	struct stream_point point = {.benchmark = benchmark};

	if (value != NULL)
		point.params[point.param_count++] = (struct stream_pair){place, value};
	return point;
}

/* Three boots; the control costs 10 an iteration, a wake 2 operations in one iteration. */
static struct stream_count counts[BOOTS][3];
static struct stream streams[BOOTS];
static struct store_boot boot = {.subject = linux_host};
static const struct store_boot *boots[BOOTS] = {&boot, &boot, &boot};
static char *subjects[] = {linux_host};
static struct store store = {.plan = {.subjects = subjects, .subject_count = 1}};
static struct stream_point shown;
static struct summary_row row;
static struct summary summary;

static int set_up(void **state)
{
	static const int64_t of_wake[BOOTS] = {100 * 30, 100 * 70, 100 * 40};

	(void)state;
	shown = point_of(wake, same);
	shown.params[shown.param_count++] =
	    (struct stream_pair){series, first}; /* a series is counted with its point */
	row = (struct summary_row){.benchmark = wake, .subject = linux_host, .point = &shown};
	for (unsigned i = 0; i < BOOTS; i++) {
		counts[i][0] = (struct stream_count){point_of(control, NULL), cycles, 1000 * 10, 1000, 1};
		counts[i][1] = (struct stream_count){point_of(wake, same), cycles, of_wake[i], 100, 2};
		counts[i][2] = (struct stream_count){point_of(wake, other), cycles, 1, 100, 2};
		streams[i] = (struct stream){.counts = counts[i], .count_count = 3};
	}
	summary = (struct summary){
	    .store = &store, .rows = &row, .row_count = 1, .streams = streams, .boots = boots, .stream_count = BOOTS};
	return 0;
}

static void count_is_per_operation_less_the_control_and_its_median_over_boots(void **state)
{
	struct counter_rows rows;

	(void)state;
	counter_rows_make(&rows, &summary);
	assert_int_equal(rows.count, 1); /* place=other and the control are not in the summary */
	assert_string_equal(rows.rows[0].params, "place=same");
	assert_int_equal(rows.rows[0].boots, 3);
	assert_true(rows.rows[0].low == (30.0 - 10) / 2);
	assert_true(rows.rows[0].median == (40.0 - 10) / 2);
	assert_true(rows.rows[0].high == (70.0 - 10) / 2);
	counter_rows_free(&rows);
}

static void control_itself_is_shown_as_it_is(void **state)
{
	struct counter_rows rows;

	(void)state;
	shown = point_of(control, NULL);
	row.benchmark = control;
	counter_rows_make(&rows, &summary);
	assert_int_equal(rows.count, 1);
	assert_true(rows.rows[0].median == 10);
	counter_rows_free(&rows);
}

static void boot_that_did_not_count_all_the_time_is_left_out_and_told(void **state)
{
	struct counter_rows rows;

	(void)state;
	counts[1][1].count = -1;
	counts[2][0].count = -1; /* without a control there is nothing to subtract */
	counter_rows_make(&rows, &summary);
	assert_int_equal(rows.rows[0].boots, 1);
	assert_int_equal(rows.rows[0].unknown, 2);
	assert_true(rows.rows[0].median == 10);
	counter_rows_free(&rows);
	counts[0][1].count = -1;
	counter_rows_make(&rows, &summary);
	assert_int_equal(rows.rows[0].unknown, 3);
	assert_true(isnan(rows.rows[0].median));
	counter_rows_free(&rows);
}

/* A reason is told once for a subject, whatever number of boots and events it holds for. */
static void reason_is_told_once_for_a_subject(void **state)
{
	static char user_cycles[] = "cycles:u", faults[] = "page-faults", no_pmu[] = "no PMU", no_linux[] = "no Linux";
	static struct stream_note notes[] = {{.point = {.benchmark = cycles}, .reason = no_pmu},
					     {.point = {.benchmark = user_cycles}, .reason = no_pmu},
					     {.point = {.benchmark = faults}, .reason = no_linux}};
	struct counter_rows rows;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	json_t *json;

	(void)state;
	store.run = json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "events", "name", "LLC-misses", "problem",
			      "no such event", "name", "cycles", "code", "r530076");
	for (unsigned i = 0; i < BOOTS; i++)
		streams[i] = (struct stream){.nocounts = notes, .nocount_count = 3};
	counter_rows_make(&rows, &summary);
	assert_true(rows.asked);
	assert_int_equal(rows.count, 0);
	assert_int_equal(rows.absence_count, 3);
	counter_rows_print(&rows, file, false);
	fclose(file);
	assert_string_equal(text, "\nevery subject: LLC-misses not available here: no such event\n"
				  "linux@host: cycles, cycles:u not available here: no PMU\n"
				  "linux@host: page-faults not available here: no Linux\n");
	json = counter_absences_json(&rows);
	assert_true(json_is_null(json_object_get(json_array_get(json, 0), "subject")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(json, 1), "events")), "cycles, cycles:u");
	json_decref(json);
	free(text);
	counter_rows_free(&rows);
	json_decref(store.run);
	store.run = NULL;
}

static void row_of_another_event_of_a_point_is_found(void **state)
{
	static char instructions[] = "instructions";
	struct counter_rows rows;

	(void)state;
	for (unsigned i = 0; i < BOOTS; i++)
		counts[i][2] = (struct stream_count){point_of(wake, same), instructions, 100, 100, 2};
	counter_rows_make(&rows, &summary);
	assert_int_equal(rows.count, 2);
	assert_ptr_equal(counter_find(&rows, &rows.rows[0], instructions), &rows.rows[1]);
	assert_null(counter_find(&rows, &rows.rows[0], "LLC-misses"));
	assert_int_equal(rows.rows[1].unknown, BOOTS); /* the control has none of it */
	counter_rows_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(count_is_per_operation_less_the_control_and_its_median_over_boots, set_up),
	    cmocka_unit_test_setup(control_itself_is_shown_as_it_is, set_up),
	    cmocka_unit_test_setup(boot_that_did_not_count_all_the_time_is_left_out_and_told, set_up),
	    cmocka_unit_test_setup(reason_is_told_once_for_a_subject, set_up),
	    cmocka_unit_test_setup(row_of_another_event_of_a_point_is_found, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
