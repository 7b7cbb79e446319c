/* SPDX-License-Identifier: MIT */
/* What a stream says of itself is text, whoever wrote it: it stands in tables and moves no cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample_stream.h"
#include "stream.h"

static void control_bytes_of_names_values_and_reasons_are_shown_as_a_mark(void **state)
{
	struct sample_stream sample;
	struct error error = {0};
	struct stream stream;
	uint32_t value = 5;

	(void)state;
	sample_open(&sample, "aerokernel");
	sample_env(&sample, "cpu_model", "A\x1b[2J \xc2\xb5 100%\x7f");
	sample_run(&sample, "yi\x1b[5meld", "place=same", &value, 1, 4);
	sample_skip(&sample, "wake", "bad\nsecond line");
	sample_done(&sample, 0);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), 0);
	assert_string_equal(stream_env(&stream, "cpu_model"), "A?[2J \xc2\xb5 100%?");
	assert_string_equal(stream.runs[0].point.benchmark, "yi?[5meld");
	assert_string_equal(stream.skips[0].reason, "bad?second line");
	stream_free(&stream);
	sample_free(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(control_bytes_of_names_values_and_reasons_are_shown_as_a_mark),
	};

	return cmocka_run_group_tests_name("the text of a stream", tests, NULL, NULL);
}
