/* SPDX-License-Identifier: MIT */
/* What is said about the clocks of made-up boots. */
#include "clock_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report_section.h"
#include "sample_run.h"

static const uint32_t samples[] = {50, 51, 52};

/* What a function writes into a file about a summary; allocated. */
static char *written(void (*write)(FILE *file, const struct summary *summary), const struct summary *summary)
{
	char *text = NULL;
	size_t text_bytes;
	FILE *file = open_memstream(&text, &text_bytes);

	write(file, summary);
	fclose(file);
	return text;
}

/* Boots whose environments have these bounds and failed pairs, NULL: none; what is said of them, "" for nothing. */
static void says(const char *subject, const char *unit, const char *const (*boots)[2], unsigned count,
		 const char *expected)
{
	struct sample_run run;
	struct summary summary;
	struct error error = {0};
	char *text, *shown, *reported;

	sample_run_open(&run, subject, count);
	for (unsigned boot = 0; boot < count; boot++) {
		struct sample_stream stream;

		sample_open(&stream, strncmp(subject, "linux", 5) == 0 ? "linux" : "aerokernel");
		if (boots[boot][0] != NULL)
			sample_env(&stream, "tsc_offset_bound_ticks", boots[boot][0]);
		if (boots[boot][1] != NULL)
			sample_env(&stream, "tsc_offset_failed", boots[boot][1]);
		sample_unit = unit;
		sample_run(&stream, "wake_cross", "", samples, 3, 30);
		sample_run_boot(&run, subject, boot, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	text = clock_text(&summary, subject);
	shown = written(clock_print, &summary);
	reported = written(report_verdict, &summary);
	assert_string_equal(text != NULL ? text : "", expected);
	assert_int_equal(strlen(shown), expected[0] != '\0' ? strlen(expected) + strlen("\n.\n") : 0);
	assert_non_null(strstr(shown, expected));
	assert_non_null(strstr(reported, expected));
	assert_int_equal(strstr(reported, "clocks") != NULL, expected[0] != '\0');
	free(reported);
	free(shown);
	free(text);
	summary_free(&summary);
	sample_run_close(&run);
}

static void the_worst_bound_of_the_boots_is_told_in_ticks_and_time(void **state)
{
	static const char *const boots[][2] = {{"90", "0"}, {"500", "0"}, {NULL, NULL}};

	(void)state;
	says("aerokernel@metal", "ticks", boots, 3,
	     "aerokernel@metal: the clocks of its CPUs differ by at most 500 ticks (250 ns): a latency from one CPU to "
	     "another is good to that");
}

static void a_pair_without_a_bound_is_told(void **state)
{
	static const char *const boots[][2] = {{"90", "0"}, {"80", "1"}};

	(void)state;
	says("aerokernel@metal", "ticks", boots, 2,
	     "aerokernel@metal: how far the clocks of some of its CPUs are apart is not known: nor is what a latency "
	     "from one CPU to another is good to");
}

static void nothing_is_told_of_instructions_or_where_nothing_was_found(void **state)
{
	static const char *const known[][2] = {{"90", "0"}}, *const unknown[][2] = {{NULL, NULL}, {"x", "y"}};

	(void)state;
	says("aerokernel@sim", "instructions", known, 1, "");
	says("aerokernel@metal", "ticks", unknown, 2, "");
	says("linux@host", "ticks", unknown, 2, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_worst_bound_of_the_boots_is_told_in_ticks_and_time),
	    cmocka_unit_test(a_pair_without_a_bound_is_told),
	    cmocka_unit_test(nothing_is_told_of_instructions_or_where_nothing_was_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
