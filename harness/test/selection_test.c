/* SPDX-License-Identifier: MIT */
/* Streams that measured what they were told to, and streams of everything else that a person may boot instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_stream.h"
#include "selection.h"

/* What a boot says that measured yield and so many of the four points of wake, of which it cannot measure the last. */
static void say(struct sample_stream *stream, const char *selection, const char *points, unsigned wakes)
{
	static const char *const params[] = {"place=same", "place=near", "place=far"};
	static const uint32_t values[] = {50, 51};

	sample_open(stream, "aerokernel");
	sample_env(stream, "points", points);
	if (selection != NULL)
		sample_env(stream, "selection", selection);
	sample_bench(stream, "clock_read", "", false);
	if (wakes > 0)
		sample_bench(stream, "wake", "place=same|near|far|other", false);
	sample_bench(stream, "yield", "", false);
	sample_run(stream, "clock_read", "", values, 2, 4);
	for (unsigned i = 0; i < wakes && i < 3; i++)
		sample_run(stream, "wake", params[i], values, 2, 4);
	if (wakes > 3)
		sample_skip(stream, "wake", "one CPU"); /* place=other */
	sample_run(stream, "yield", "series=first", values, 2, 4);
	sample_run(stream, "yield", "series=last", values, 2, 4);
	sample_done(stream, 0);
}

/* What is said of that stream under these words; "" for nothing. */
static void check(const char *words, const char *selection, const char *points, unsigned wakes, const char *wanted)
{
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};
	char *difference;

	say(&sample, selection, points, wakes);
	if (stream_parse(&stream, sample.bytes, sample.len_bytes, &error) != 0)
		fail_msg("%s", error.text);
	difference = selection_difference(&stream, words, true);
	assert_string_equal(difference != NULL ? difference : "", wanted);
	free(difference);
	stream_free(&stream);
	sample_free(&sample);
}

static void what_was_asked_for_is_no_difference(void **state)
{
	(void)state;
	check("samples=4 seed=7", "all", "6", 4, "");
	check("samples=4 bench=yield,wake seed=7", "named", "6", 4, "");
	check("bench=wake:place=same,yield", "named", "3", 1, "");
	check("bench=wake:place=near,wake:place=same,yield", "named", "4", 2, "");
	check("bench=yield", "named", "2", 0, "");
}

static void another_entry_of_the_menu_is_told_from_the_suite(void **state)
{
	(void)state;
	check("samples=4", "named", "6", 4, "it measured some benchmarks by name, not the whole suite");
	check("bench=wake,yield samples=4", "all", "6", 4, "it measured the whole suite, not wake,yield");
}

static void other_benchmarks_than_those_are_named(void **state)
{
	(void)state;
	check("bench=yield", "named", "6", 4, "it measured wake, which was not asked for");
	check("bench=yield,barrier", "named", "2", 0, "it did not measure barrier");
	check("bench=yield,wake:place=other", "named", "3", 1, "it measured wake place=same, which was not asked for");
	check("bench=wak,yield,wake_all", "named", "6", 4, "it measured wake, which was not asked for");
}

static void points_that_have_not_come_are_counted(void **state)
{
	(void)state;
	check("bench=wake,yield", "named", "4", 2, "it measured 2 of the 4 points of wake");
	check("bench=yield,wake:place=same,wake:place=far", "named", "3", 1,
	      "it measured 0 of the 1 points of wake:place=far");
	check("samples=4", "all", "136", 4, "it has 6 points, and says that they are 136");
}

static void streams_of_before_they_said_so_are_judged_by_their_points(void **state)
{
	(void)state;
	check("samples=4", NULL, "6", 4, "");
	check("bench=wake,yield", NULL, "6", 4, "");
	check("bench=yield", NULL, "6", 4, "it measured wake, which was not asked for");
}

static void of_a_boot_that_was_cut_the_head_is_judged(void **state)
{
	struct sample_stream sample;
	struct stream stream;
	char *difference;

	(void)state;
	say(&sample, "named", "6", 4);
	sample.len_bytes = (size_t)((char *)memmem(sample.bytes, sample.len_bytes, "@run wake", 9) - sample.bytes);
	assert_int_not_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, NULL), 0);
	assert_null(selection_difference(&stream, "bench=wake,yield", false));
	difference = selection_difference(&stream, "samples=4", false);
	assert_string_equal(difference, "it measured some benchmarks by name, not the whole suite");
	free(difference);
	stream_free(&stream);
	sample_free(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_asked_for_is_no_difference),
	    cmocka_unit_test(another_entry_of_the_menu_is_told_from_the_suite),
	    cmocka_unit_test(other_benchmarks_than_those_are_named),
	    cmocka_unit_test(points_that_have_not_come_are_counted),
	    cmocka_unit_test(streams_of_before_they_said_so_are_judged_by_their_points),
	    cmocka_unit_test(of_a_boot_that_was_cut_the_head_is_judged),
	};

	return cmocka_run_group_tests_name("selection", tests, NULL, NULL);
}
