/* SPDX-License-Identifier: MIT */
/*
 * What a stream says of the machine it ran on, apart from its environment: that it was not what it said, and how
 * often its firmware took the CPUs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample_stream.h"
#include "stream.h"

static void sample_count(struct sample_stream *sample)
{
	wire_begin(&sample->wire, "count");
	wire_word(&sample->wire, "wake");
	wire_pair(&sample->wire, "event", "instructions");
	wire_pair_number(&sample->wire, "count", 7);
	wire_pair_number(&sample->wire, "iterations", 40);
	wire_pair_number(&sample->wire, "per", 2);
	wire_pair(&sample->wire, "place", "same");
	wire_end(&sample->wire);
}

static void sample_machine_fail(struct sample_stream *sample, const char *reason)
{
	wire_begin(&sample->wire, "fail");
	wire_word(&sample->wire, "machine");
	wire_pair(&sample->wire, "reason", reason);
	wire_end(&sample->wire);
}

static void a_machine_that_was_not_what_it_said_leaves_no_number(void **state)
{
	static const uint32_t values[] = {5};

	(void)state;
	for (int counted = 0; counted < 2; counted++) {
		struct error error = {0};
		struct sample_stream sample;
		struct stream stream;

		sample_open(&sample, "aerokernel");
		sample_run(&sample, "wake", "place=same", values, 1, 4);
		if (counted)
			sample_count(&sample);
		sample_machine_fail(&sample, "a CPU's clock was set during the run");
		sample_done(&sample, 1);
		assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), STATUS_FAILED);
		assert_int_equal(stream.run_count, 0);
		assert_null(stream.runs);
		assert_int_equal(stream.count_count, 0);
		assert_string_equal(error.text, "machine failed its own check: a CPU's clock was set during the run "
						"(failures in this boot: 1)");
		stream_free(&stream);
		sample_free(&sample);
	}
}

/* A run of four samples whose @end has these words between irqs= and crc=, in a stream that is whole otherwise. */
static int parse_end(struct stream *stream, const char *key, const char *value, const char *again)
{
	static const uint32_t values[] = {5, 6, 7, 8};
	struct sample_stream sample;
	struct error error = {0};
	int status;

	sample_open(&sample, "aerokernel");
	wire_run_crc_reset(&sample.wire);
	wire_begin(&sample.wire, "run");
	wire_word(&sample.wire, "wake");
	wire_pair(&sample.wire, "unit", "ticks");
	wire_pair_number(&sample.wire, "per", 1);
	wire_pair_number(&sample.wire, "n", 4);
	wire_pair_number(&sample.wire, "warmup", 0);
	wire_end(&sample.wire);
	wire_samples(&sample.wire, "s", values, 4);
	wire_begin(&sample.wire, "end");
	wire_word(&sample.wire, "wake");
	wire_pair_number(&sample.wire, "n", 4);
	wire_pair_number(&sample.wire, "overflow", 0);
	wire_pair_number(&sample.wire, "irqs", 9);
	if (key != NULL)
		wire_pair(&sample.wire, key, value);
	if (again != NULL)
		wire_pair(&sample.wire, key, again);
	wire_end_crc_run(&sample.wire);
	sample_done(&sample, 0);
	status = stream_parse(stream, sample.bytes, sample.len_bytes, &error);
	sample_free(&sample);
	return status;
}

static void smis_of_a_point_are_read_and_are_unknown_without(void **state)
{
	static const struct {
		const char *key, *value;
		int64_t smis;
	} known[] = {{NULL, NULL, -1}, {"smis", "0", 0}, {"smis", "3", 3}, {"smis", "9223372036854775807", INT64_MAX}};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct stream stream;

		assert_int_equal(parse_end(&stream, known[i].key, known[i].value, NULL), 0);
		assert_int_equal(stream.run_count, 1);
		assert_true(stream.runs[0].smis == known[i].smis);
		assert_int_equal(stream.runs[0].irqs, 9);
		stream_free(&stream);
	}
}

static void smis_that_are_no_number_are_refused(void **state)
{
	static const char *const wrong[][3] = {
	    {"smis", "-1", NULL},
	    {"smis", "", NULL},
	    {"smis", "01", NULL},
	    {"smis", "3x", NULL},
	    {"smis", "9223372036854775808", NULL},
	    {"smis", "3", "3"},
	    {"smi", "3", NULL},
	    {"irqs", "3", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct stream stream;

		assert_int_equal(parse_end(&stream, wrong[i][0], wrong[i][1], wrong[i][2]), STATUS_USAGE);
		assert_int_equal(stream.run_count, 0);
		stream_free(&stream);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_machine_that_was_not_what_it_said_leaves_no_number),
	    cmocka_unit_test(smis_of_a_point_are_read_and_are_unknown_without),
	    cmocka_unit_test(smis_that_are_no_number_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
