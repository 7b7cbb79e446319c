/* SPDX-License-Identifier: MIT */
/* What a stream says of the machine it ran on, apart from its environment: that it was not what it said. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_machine_that_was_not_what_it_said_leaves_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
