/* SPDX-License-Identifier: MIT */
/* SMIs of made-up boots, as people and programs read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_run.h"
#include "smis.h"

static const uint32_t samples[] = {50, 51, 52};

static void point(struct sample_stream *stream, const char *name, const char *params, int64_t smis)
{
	sample_smis = smis;
	sample_run(stream, name, params, samples, 3, 30);
}

/* A boot whose machine counts no SMIs, one without any, and one with three in two points, one of which has two series. */
static void three_boots(struct sample_run *run, struct summary *summary)
{
	struct error error = {0};

	sample_run_open(run, "aerokernel@metal", 3);
	for (int boot = 0; boot < 3; boot++) {
		struct sample_stream stream;

		sample_open(&stream, "aerokernel");
		point(&stream, "clock_read", "", boot - 1);
		point(&stream, "wake", "threads=4 series=first", boot == 0 ? -1 : boot == 1 ? 0 : 2);
		point(&stream, "wake", "threads=4 series=last", boot == 0 ? -1 : boot == 1 ? 0 : 2);
		point(&stream, "wake", "threads=8 series=first", boot == 0 ? -1 : 0);
		point(&stream, "wake", "threads=8 series=last", boot == 0 ? -1 : 0);
		sample_run_boot(run, "aerokernel@metal", (unsigned)boot, &stream);
	}
	assert_int_equal(summary_load(summary, &run->store, NULL, &error), 0);
	assert_int_equal(summary->stream_count, 3);
}

static void close_all(struct sample_run *run, struct summary *summary)
{
	summary_free(summary);
	sample_run_close(run);
}

static void points_that_were_hit_are_named_once_whatever_their_series(void **state)
{
	struct sample_run run;
	struct summary summary;
	char *text;

	(void)state;
	three_boots(&run, &summary);
	assert_null(smis_text(&summary, 0));
	text = smis_text(&summary, 1);
	assert_string_equal(text, "boot 1 of aerokernel@metal: no SMI hit any of its 3 points");
	free(text);
	text = smis_text(&summary, 2);
	assert_string_equal(text, "boot 2 of aerokernel@metal: 3 SMIs hit 2 of its 3 points: clock_read (1), wake "
				  "threads=4 (2)");
	free(text);
	close_all(&run, &summary);
}

static void lines_are_told_only_of_boots_that_know(void **state)
{
	struct sample_run run;
	struct summary summary;
	char *text = NULL;
	size_t text_bytes;
	FILE *file = open_memstream(&text, &text_bytes);

	(void)state;
	three_boots(&run, &summary);
	smis_print(file, &summary);
	fclose(file);
	assert_int_equal(strncmp(text, "\nboot 1 of", 10), 0);
	assert_non_null(strstr(text, "points.\nboot 2 of"));
	assert_string_equal(strrchr(text, '('), "(2).\n");
	free(text);
	close_all(&run, &summary);
}

static void json_has_the_number_of_each_boot_or_null(void **state)
{
	struct sample_run run;
	struct summary summary;
	json_t *json, *row, *boots;
	const char *params;

	(void)state;
	three_boots(&run, &summary);
	json = summary_json(&summary);
	row = json_array_get(json_object_get(json, "results"), 1); /* behind the control */
	assert_string_equal(json_string_value(json_object_get(row, "benchmark")), "wake");
	params = json_string_value(json_object_get(json_object_get(row, "params"), "series"));
	assert_string_equal(params, "first");
	boots = json_object_get(row, "per_run");
	assert_int_equal(json_array_size(boots), 3);
	assert_true(json_is_null(json_object_get(json_array_get(boots, 0), "smis")));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(boots, 1), "smis")), 0);
	assert_true(json_is_integer(json_object_get(json_array_get(boots, 1), "smis")));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(boots, 2), "smis")), 2);
	json_decref(json);
	close_all(&run, &summary);
}

static void of_many_points_the_first_are_named(void **state)
{
	struct sample_run run;
	struct summary summary;
	struct sample_stream stream;
	struct error error = {0};
	char *text;

	(void)state;
	sample_run_open(&run, "aerokernel@metal", 1);
	sample_open(&stream, "aerokernel");
	for (int i = 0; i < 14; i++) {
		char *params = memory_format("threads=%d", i);

		point(&stream, "wake", params, 1);
		free(params);
	}
	sample_run_boot(&run, "aerokernel@metal", 0, &stream);
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	text = smis_text(&summary, 0);
	assert_non_null(strstr(text, "14 SMIs hit 14 of its 14 points: wake threads=0 (1), "));
	assert_string_equal(strstr(text, "wake threads=11"), "wake threads=11 (1), and 2 more");
	free(text);
	close_all(&run, &summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(points_that_were_hit_are_named_once_whatever_their_series),
	    cmocka_unit_test(lines_are_told_only_of_boots_that_know),
	    cmocka_unit_test(json_has_the_number_of_each_boot_or_null),
	    cmocka_unit_test(of_many_points_the_first_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
