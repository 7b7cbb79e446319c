/* SPDX-License-Identifier: MIT */
/* From stored runs to rows, with numbers that can be checked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_run.h"
#include "summary.h"

#define assert_close(a, b) assert_true(fabs((double)(a) - (double)(b)) <= 1e-9 * (1 + fabs((double)(b))))

static const uint32_t to_ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
static const uint32_t ones[] = {1};

/* A boot with the control (always 1), and "wake" with values 1 … 10, n of them, two operations a sample. */
static void boot(struct sample_run *run, const char *subject, unsigned round, const char *unit, size_t n)
{
	struct sample_stream stream;

	sample_open(&stream, "test");
	sample_unit = unit;
	sample_run(&stream, "clock_read", "", ones, 1, 100);
	sample_per = 2;
	sample_run(&stream, "wake", "threads=16 place=same", to_ten, 10, n);
	sample_run(&stream, "wake", "threads=4 place=same", to_ten, 10, n);
	sample_skip(&stream, "ipi", "needs 4 CPUs");
	sample_run_boot(run, subject, round, &stream);
}

static void load(struct summary *summary, struct sample_run *run, const struct summary_select *select)
{
	struct error error = {0};

	assert_int_equal(summary_load(summary, &run->store, select, &error), 0);
}

static void a_row_pools_its_runs_and_divides_by_the_operations(void **state)
{
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu", 2);
	boot(&run, "linux@qemu", 0, "ticks", 50);
	boot(&run, "linux@qemu", 1, "ticks", 50);
	load(&summary, &run, NULL);
	row = summary_find(&summary, "wake", "linux@qemu", "threads=4 place=same");
	assert_non_null(row);
	assert_int_equal(row->n, 100);
	assert_int_equal(row->run_count, 2);
	assert_int_equal(row->planned, 2);
	assert_false(row->exact);
	/* Half a tick of the control is in each operation. */
	assert_close(row->min, 0.5 - 0.5);
	assert_close(row->p50, 2.75 - 0.5);
	assert_close(row->max, 5 - 0.5);
	assert_close(row->mean, 2.75 - 0.5);
	assert_close(row->p90, 4.55 - 0.5); /* type 7 between the 90th 9 and the first 10: (9 + .1)/2 */
	assert_true(isnan(row->p99));
	assert_true(isnan(row->p999));
	assert_close(row->iqr, 2.5);
	assert_close(row->cold, 450 - 0.5);
	assert_close(row->control, 0.5);
	assert_close(row->subtracted, 0.5);
	assert_close(row->grain, 0.5);
	assert_close(summary_value(row, 7), 3);
	assert_close(row->runs[1].p50, 2.75 - 0.5);
	assert_int_equal(row->runs[1].round, 1);
	assert_string_equal(row->unit, "ticks");
	summary_free(&summary);
	sample_run_close(&run);
}

static void rows_are_ordered_by_name_then_number_then_subject(void **state)
{
	struct sample_run run;
	struct summary summary;

	(void)state;
	sample_run_open(&run, "linux@qemu aerokernel@qemu", 1);
	boot(&run, "aerokernel@qemu", 0, "ticks", 10);
	boot(&run, "linux@qemu", 0, "ticks", 10);
	load(&summary, &run, NULL);
	assert_int_equal(summary.row_count, 6);
	assert_string_equal(summary.rows[0].benchmark, "clock_read");
	assert_string_equal(summary.rows[0].subject, "linux@qemu");
	assert_string_equal(summary.rows[2].params, "threads=4 place=same");
	assert_string_equal(summary.rows[3].subject, "aerokernel@qemu");
	assert_string_equal(summary.rows[4].params, "threads=16 place=same");
	summary_free(&summary);
	sample_run_close(&run);
}

static void equal_counts_are_one_run_seen_twice(void **state)
{
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@sim", 2);
	boot(&run, "linux@sim", 0, "instructions", 600);
	boot(&run, "linux@sim", 1, "instructions", 600);
	load(&summary, &run, NULL);
	row = summary_find(&summary, "wake", "linux@sim", "threads=4 place=same");
	assert_true(row->exact);
	assert_int_equal(row->run_count, 2);
	assert_int_equal(row->n, 600);
	assert_true(isnan(row->p99)); /* 600 samples do not support it, though 1200 would */
	assert_close(row->grain, 0.5);
	summary_free(&summary);
	sample_run_close(&run);
}

static void counts_that_differ_are_pooled_and_not_called_exact(void **state)
{
	struct sample_run run;
	struct summary summary;
	struct sample_stream stream;

	(void)state;
	sample_run_open(&run, "linux@sim", 2);
	for (unsigned round = 0; round < 2; round++) {
		sample_open(&stream, "test");
		sample_unit = "instructions";
		sample_run(&stream, "yield", "", to_ten + round, 1, 10);
		sample_run_boot(&run, "linux@sim", round, &stream);
	}
	load(&summary, &run, NULL);
	assert_false(summary.rows[0].exact);
	assert_int_equal(summary.rows[0].n, 20);
	assert_true(isnan(summary.rows[0].control));
	summary_free(&summary);
	sample_run_close(&run);
}

static void ticks_become_nanoseconds_by_the_streams_clock(void **state)
{
	struct summary_select select = {.ns = true};
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu linux@sim", 1);
	boot(&run, "linux@qemu", 0, "ticks", 10);
	boot(&run, "linux@sim", 0, "instructions", 10);
	load(&summary, &run, &select);
	row = summary_find(&summary, "wake", "linux@qemu", "threads=4 place=same");
	assert_string_equal(row->unit, "ns");
	assert_close(row->max, 2.5 - 0.25); /* 10 ticks of 2 GHz, two operations, less a tick */
	assert_close(row->control, 0.25);
	row = summary_find(&summary, "wake", "linux@sim", "threads=4 place=same");
	assert_string_equal(row->unit, "instructions");
	assert_close(row->max, 4.5);
	summary_free(&summary);
	sample_run_close(&run);
}

static void say_bare(struct wire *wire, const char *name)
{
	static const char *const numbers[] = {"per", "min_cpus", "max_samples", "extra", "bare"};
	static const char *const texts[] = {"series", "about", "spread", "spread_at"};

	wire_begin(wire, "bench");
	wire_word(wire, name);
	wire_pair(wire, "unit", "ticks");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		wire_pair_number(wire, numbers[i], strcmp(numbers[i], "bare") == 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		wire_pair(wire, texts[i], "");
	wire_end(wire);
}

/* Boots whose control is 2 and 5 and whose operation is 100 and 103, some of them said to be bare. */
static void boot_with_control(struct sample_run *run, unsigned round, bool bare)
{
	const uint32_t control[] = {2 + 3 * round}, operation[] = {100 + 3 * round, 110 + 3 * round};
	struct sample_stream stream;

	sample_open(&stream, "test");
	sample_unit = "ticks";
	if (bare)
		say_bare(&stream.wire, "wake");
	sample_run(&stream, "clock_read", "", control, 1, 100);
	sample_run(&stream, "wake", "", operation, 2, 100);
	sample_run(&stream, "noise", "", operation, 2, 100);
	sample_run_boot(run, "linux@qemu", round, &stream);
}

static void the_control_of_its_own_boot_is_subtracted_from_each_boot(void **state)
{
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu", 2);
	boot_with_control(&run, 0, false);
	boot_with_control(&run, 1, false);
	load(&summary, &run, NULL);
	row = summary_find(&summary, "wake", "linux@qemu", "");
	assert_close(row->runs[0].p50, 105 - 2);
	assert_close(row->runs[1].p50, 108 - 5);
	assert_close(row->runs[1].p10, 103 - 5);
	assert_close(row->runs[1].mean, 108 - 5);
	assert_close(row->runs[1].iqr, 10);
	assert_close(row->subtracted, 3.5); /* the median of all readings of the clock */
	assert_close(row->p50, 106.5 - 3.5);
	assert_close(row->min, 100 - 3.5);
	assert_close(row->max, 113 - 3.5);
	/* The control itself stays what it is, and so do gaps between readings. */
	row = summary_find(&summary, "clock_read", "linux@qemu", "");
	assert_close(row->p50, 3.5);
	assert_close(row->subtracted, 0);
	row = summary_find(&summary, "noise", "linux@qemu", "");
	assert_true(row->bare);
	assert_close(row->p50, 106.5);
	summary_free(&summary);
	sample_run_close(&run);
}

static void streams_say_which_samples_hold_no_control(void **state)
{
	struct sample_run run;
	struct summary summary;

	(void)state;
	sample_run_open(&run, "linux@qemu", 1);
	boot_with_control(&run, 0, true);
	load(&summary, &run, NULL);
	assert_close(summary_find(&summary, "wake", "linux@qemu", "")->p50, 105);
	summary_free(&summary);
	sample_run_close(&run);
}

static void nothing_is_subtracted_where_raw_numbers_are_asked_for(void **state)
{
	struct summary_select select = {.raw = true};
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu", 1);
	boot_with_control(&run, 0, false);
	load(&summary, &run, &select);
	row = summary_find(&summary, "wake", "linux@qemu", "");
	assert_close(row->p50, 105);
	assert_close(row->control, 2);
	assert_close(row->subtracted, 0);
	summary_free(&summary);
	sample_run_close(&run);
}

/* --- Below the grain ---------------------------------------------------------------------------------------------- */

enum { GRAIN = 25, COPIES = 16, PAIRS = 50 };

/* t = c + n x, in whole steps of the clock; where in a step a sample begins moves on by a third of it. */
static uint32_t quantised(double ticks, unsigned i)
{
	return (uint32_t)(floor((ticks + i % 3 * GRAIN / 3.0) / GRAIN) * GRAIN);
}

static void repeat(struct sample_stream *stream, const char *name, double fixed, double each)
{
	uint32_t samples[2 * PAIRS];

	for (unsigned i = 0; i < 2 * PAIRS; i++)
		samples[i] = quantised(fixed + (i % 2 == 0 ? COPIES : 2 * COPIES) * each, i / 2);
	wire_run_crc_reset(&stream->wire);
	wire_begin(&stream->wire, "repeat");
	wire_word(&stream->wire, name);
	wire_pair(&stream->wire, "unit", sample_unit);
	wire_pair_number(&stream->wire, "per", sample_per);
	wire_pair_number(&stream->wire, "n", 2 * PAIRS);
	wire_pair_number(&stream->wire, "copies", COPIES);
	wire_end(&stream->wire);
	wire_samples(&stream->wire, "s", samples, 2 * PAIRS);
	wire_begin(&stream->wire, "end");
	wire_word(&stream->wire, name);
	wire_pair_number(&stream->wire, "n", 2 * PAIRS);
	wire_pair_number(&stream->wire, "overflow", 0);
	wire_pair_number(&stream->wire, "irqs", -1);
	wire_end_crc_run(&stream->wire);
}

/* A clock of grain 25 that costs 50, one short operation, and a long one that is repeated too. */
static void coarse_boot(struct sample_run *run, unsigned round, double each)
{
	const uint32_t control[] = {50, 50, 50, 75}, brief[] = {50, 75, 75, 100}, slow[] = {5050, 5075};
	struct sample_stream stream;

	sample_open(&stream, "test");
	sample_unit = "ticks";
	sample_run(&stream, "clock_read", "", control, 4, 1000);
	sample_run(&stream, "brief", "", brief, 4, 1000);
	repeat(&stream, "brief", 777, each);
	sample_run(&stream, "slow", "", slow, 2, 1000);
	repeat(&stream, "slow", 777, 6000);
	sample_run(&stream, "alone", "", brief, 4, 1000);
	sample_run_boot(run, "linux@qemu", round, &stream);
}

static void below_the_grain_n_and_2n_operations_say_what_one_costs(void **state)
{
	const double each[] = {31.25, 37.5, 43.75}; /* times 16: 20, 24 and 28 steps */
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu", 3);
	for (unsigned round = 0; round < 3; round++)
		coarse_boot(&run, round, each[round]);
	load(&summary, &run, NULL);
	row = summary_find(&summary, "brief", "linux@qemu", "");
	assert_true(row->coarse && row->by_difference);
	for (unsigned round = 0; round < 3; round++)
		assert_close(row->runs[round].p50, each[round]);
	assert_close(row->p50, 37.5);
	assert_close(row->raw_p50, 75);
	assert_true(isnan(row->min) && isnan(row->p99) && isnan(row->max) && isnan(row->mean) && isnan(row->iqr));
	assert_close(row->cold, 900 - 50);
	/* What is long enough keeps its distribution, and what was not repeated all it has. */
	row = summary_find(&summary, "slow", "linux@qemu", "");
	assert_false(row->coarse || row->by_difference);
	assert_close(row->p50, 5062.5 - 50);
	assert_close(row->differenced, 6000);
	row = summary_find(&summary, "alone", "linux@qemu", "");
	assert_true(row->coarse && !row->by_difference);
	assert_close(row->p50, 25);
	assert_true(isnan(row->differenced));
	summary_free(&summary);
	sample_run_close(&run);
}

static void raw_numbers_are_never_replaced_by_differences(void **state)
{
	struct summary_select select = {.raw = true};
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu", 1);
	coarse_boot(&run, 0, 31.25);
	load(&summary, &run, &select);
	row = summary_find(&summary, "brief", "linux@qemu", "");
	assert_true(row->coarse && !row->by_difference);
	assert_close(row->p50, 75);
	assert_close(row->max, 100);
	assert_close(row->differenced, 31.25);
	summary_free(&summary);
	sample_run_close(&run);
}

static void what_has_no_numbers_has_a_note(void **state)
{
	struct sample_run run;
	struct summary summary;
	const struct summary_row *row;

	(void)state;
	sample_run_open(&run, "linux@qemu linux@kvm", 3);
	boot(&run, "linux@qemu", 0, "ticks", 10);
	sample_run_failure(&run, "linux@qemu", 1, STORE_FAILED, "panic: page fault");
	sample_run_failure(&run, "linux@kvm", 0, STORE_UNSUPPORTED, "only emulates");
	sample_run_failure(&run, "linux@kvm", 1, STORE_UNSUPPORTED, "only emulates");
	load(&summary, &run, NULL);
	row = summary_find(&summary, "wake", "linux@qemu", "threads=4 place=same");
	assert_int_equal(row->run_count, 1);
	assert_int_equal(row->planned, 3);
	assert_int_equal(summary.note_count, 3); /* the repeated one only once */
	assert_string_equal(summary.notes[0].kind, "failed");
	assert_string_equal(summary.notes[0].reason, "panic: page fault");
	assert_string_equal(summary.notes[1].kind, "unsupported");
	assert_string_equal(summary.notes[2].kind, "skipped");
	assert_string_equal(summary.notes[2].benchmark, "ipi");
	assert_string_equal(summary.notes[2].params, "place=other");
	summary_free(&summary);
	sample_run_close(&run);
}

static void a_selection_keeps_the_control_beside_its_rows(void **state)
{
	char *benchmarks[] = {(char *)"wake:threads=4"};
	char *wrong[] = {(char *)"wacke"};
	char *nowhere[] = {(char *)"linux@host"};
	struct summary_select select = {.benchmarks = benchmarks, .benchmark_count = 1};
	struct sample_run run;
	struct summary summary;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "linux@qemu", 1);
	boot(&run, "linux@qemu", 0, "ticks", 10);
	load(&summary, &run, &select);
	assert_int_equal(summary.row_count, 1);
	assert_int_equal(summary.note_count, 0);
	assert_close(summary.rows[0].control, 0.5);
	summary_free(&summary);
	select.benchmarks = wrong;
	assert_int_equal(summary_load(&summary, &run.store, &select, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "'wake'"));
	error = (struct error){0};
	select = (struct summary_select){.subjects = nowhere, .subject_count = 1};
	assert_int_equal(summary_load(&summary, &run.store, &select, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "'linux@qemu'"));
	sample_run_close(&run);
}

static void one_damaged_log_and_there_is_no_row_at_all(void **state)
{
	struct sample_run run;
	struct summary summary;
	struct error error = {0};
	char *path;
	FILE *file;

	(void)state;
	sample_run_open(&run, "linux@qemu", 2);
	boot(&run, "linux@qemu", 0, "ticks", 10);
	boot(&run, "linux@qemu", 1, "ticks", 10);
	path = memory_format("%s/%s", run.store.path, run.store.boots[1].log);
	file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, 20, SEEK_SET);
	fputc(0x5a, file);
	fclose(file);
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, run.store.boots[1].log));
	assert_null(summary.rows);
	free(path);
	sample_run_close(&run);
}

static void boots_of_different_programs_are_not_mixed(void **state)
{
	struct sample_run run;
	struct summary summary;
	struct sample_stream stream;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "linux@qemu", 2);
	for (unsigned round = 0; round < 2; round++) {
		sample_open(&stream, "test");
		sample_per = 1 + round;
		sample_run(&stream, "yield", "", to_ten, 1, 10);
		sample_run_boot(&run, "linux@qemu", round, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "per=2"));
	sample_run_close(&run);
}

static void the_json_has_the_schemas_members_and_null_for_the_unknown(void **state)
{
	static const char *const members[] = {"benchmark", "subject", "params", "unit", "n",    "runs",   "min", "p50",
					      "p90",       "p99",     "p999",   "max",  "mean", "stddev", "iqr"};
	struct sample_run run;
	struct summary summary;
	json_t *json, *result;

	(void)state;
	sample_run_open(&run, "linux@qemu", 1);
	boot(&run, "linux@qemu", 0, "ticks", 100);
	load(&summary, &run, NULL);
	json = summary_json(&summary);
	assert_string_equal(json_string_value(json_object_get(json, "schema")), "aerobench.summary/1");
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "doctor"), "verdict")), "unfit");
	assert_int_equal(json_array_size(json_object_get(json, "results")), 3);
	result = json_array_get(json_object_get(json, "results"), 1);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		assert_non_null(json_object_get(result, members[i]));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(result, "params"), "threads")), 4);
	assert_string_equal(json_string_value(json_object_get(json_object_get(result, "params"), "place")), "same");
	assert_true(json_is_null(json_object_get(result, "p99")));
	assert_true(json_is_real(json_object_get(result, "p90")));
	assert_close(json_real_value(json_object_get(result, "p50")), 2.25);
	assert_close(json_real_value(json_object_get(result, "raw_p50")), 2.75);
	json_decref(json);
	summary_free(&summary);
	sample_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_pools_its_runs_and_divides_by_the_operations),
	    cmocka_unit_test(rows_are_ordered_by_name_then_number_then_subject),
	    cmocka_unit_test(equal_counts_are_one_run_seen_twice),
	    cmocka_unit_test(counts_that_differ_are_pooled_and_not_called_exact),
	    cmocka_unit_test(ticks_become_nanoseconds_by_the_streams_clock),
	    cmocka_unit_test(the_control_of_its_own_boot_is_subtracted_from_each_boot),
	    cmocka_unit_test(streams_say_which_samples_hold_no_control),
	    cmocka_unit_test(nothing_is_subtracted_where_raw_numbers_are_asked_for),
	    cmocka_unit_test(below_the_grain_n_and_2n_operations_say_what_one_costs),
	    cmocka_unit_test(raw_numbers_are_never_replaced_by_differences),
	    cmocka_unit_test(what_has_no_numbers_has_a_note),
	    cmocka_unit_test(a_selection_keeps_the_control_beside_its_rows),
	    cmocka_unit_test(one_damaged_log_and_there_is_no_row_at_all),
	    cmocka_unit_test(boots_of_different_programs_are_not_mixed),
	    cmocka_unit_test(the_json_has_the_schemas_members_and_null_for_the_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
