/* SPDX-License-Identifier: MIT */
/* Which boots of a capture can be of one run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect_kind.h"
#include "memory.h"
#include "sample_stream.h"
#include "scratch.h"

/* A boot that tells these samples and this build; NULL: it does not. second: a benchmark that it measures besides, or NULL. */
static void say(struct sample_stream *stream, const char *samples, const char *commit, const char *second)
{
	static const uint32_t values[] = {5};
	static uint32_t first = 100;
	uint32_t own = first++;

	sample_open(stream, "aerokernel");
	if (samples != NULL)
		sample_env(stream, "samples", samples);
	if (commit != NULL)
		sample_env(stream, "commit", commit);
	sample_bench(stream, "clock_read", "", false);
	if (second != NULL)
		sample_bench(stream, second, "", false);
	sample_run(stream, "clock_read", "", &own, 1, 4);
	if (second != NULL)
		sample_run(stream, second, "", values, 1, 4);
	sample_done(stream, 0);
}

static void check(const struct sample_stream *stream, const struct sample_stream *other, const char *wanted)
{
	struct stream streams[2];
	char *difference;

	collect_kind_stream(&streams[0], STORE_OK, stream->bytes, stream->len_bytes);
	collect_kind_stream(&streams[1], STORE_OK, other->bytes, other->len_bytes);
	difference = collect_kind_difference(&streams[0], &streams[1]);
	assert_string_equal(difference != NULL ? difference : "", wanted);
	free(difference);
	stream_free(&streams[0]);
	stream_free(&streams[1]);
}

static void what_differs_is_named_and_what_is_not_told_does_not_differ(void **state)
{
	struct sample_stream whole, few, other, silent, wake, yield;

	(void)state;
	say(&whole, "1000", "abc", "wake");
	say(&few, "20", "abc", "wake");
	say(&other, "1000", "def", "wake");
	say(&silent, NULL, NULL, NULL);
	say(&wake, NULL, NULL, "wake");
	say(&yield, NULL, NULL, "yield");
	check(&whole, &whole, "");
	check(&few, &whole, "samples=20 instead of 1000");
	check(&other, &whole, "commit=def instead of abc");
	check(&wake, &whole, "");
	check(&yield, &wake, "benchmarks clock_read,yield instead of clock_read,wake");
	check(&silent, &wake, "benchmarks clock_read instead of clock_read,wake");
	sample_free(&whole);
	sample_free(&few);
	sample_free(&other);
	sample_free(&silent);
	sample_free(&wake);
	sample_free(&yield);
}

static void boots_of_two_computers_are_of_two_kinds(void **state)
{
	struct sample_stream first, other, near;

	(void)state;
	say(&first, "1000", "abc", NULL);
	sample_clock_hz = 3000000000;
	say(&other, "1000", "abc", NULL);
	sample_clock_hz = 2002000000; /* another calibration of the first clock */
	say(&near, "1000", "abc", NULL);
	sample_clock_hz = 2000000000;
	check(&other, &first, "not the same computer: clock 3000.000 MHz and 2000.000 MHz");
	check(&near, &first, "");
	sample_free(&first);
	sample_free(&other);
	sample_free(&near);
}

/* The boots of a capture with so many streams of these samples. */
static char *capture_make(const char *const samples[], size_t count, struct collect_boots *boots)
{
	size_t len_bytes = 0;
	char *capture = memory_text("");

	for (size_t i = 0; i < count; i++) {
		struct sample_stream stream;

		say(&stream, samples[i], "abc", "wake");
		capture = memory_resize(capture, len_bytes + stream.len_bytes, 1);
		memcpy(capture + len_bytes, stream.bytes, stream.len_bytes);
		len_bytes += stream.len_bytes;
		sample_free(&stream);
	}
	collect_boots_read(boots, capture, len_bytes);
	assert_int_equal(boots->count, count);
	return capture;
}

static void boots_of_a_kind_are_taken_together_in_their_order(void **state)
{
	static const char *const samples[] = {"20", "1000", "20", "1000", "1000"};
	struct collect_boots boots, kind;
	char *capture = capture_make(samples, sizeof(samples) / sizeof(samples[0]), &boots);
	size_t from[5], taken[5], count = 0;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		from[i] = boots.boots[i].from;
	while (collect_kind_take(&boots, &kind)) {
		for (size_t i = 0; i < kind.count; i++)
			taken[count++] = kind.boots[i].from;
		collect_boots_free(&kind);
	}
	assert_int_equal(count, 5);
	assert_memory_equal(taken, ((size_t[]){from[0], from[2], from[1], from[3], from[4]}), sizeof(taken));
	assert_int_equal(boots.count, 0);
	collect_boots_free(&kind);
	collect_boots_free(&boots);
	free(capture);
}

/* A boot whose environment was lost is alike to all, and makes nothing alike. */
static void a_boot_that_tells_little_does_not_join_two_kinds(void **state)
{
	static const char *const samples[] = {NULL, "20", "1000", "20"};
	struct collect_boots boots, kind;
	char *capture = capture_make(samples, sizeof(samples) / sizeof(samples[0]), &boots);
	char *mixture = collect_kind_mixture(&boots);

	(void)state;
	assert_string_equal(mixture, "samples=1000 instead of 20");
	free(mixture);
	assert_true(collect_kind_take(&boots, &kind));
	assert_int_equal(kind.count, 3);
	assert_null(collect_kind_mixture(&kind));
	collect_boots_free(&kind);
	assert_true(collect_kind_take(&boots, &kind));
	assert_int_equal(kind.count, 1);
	collect_boots_free(&kind);
	assert_false(collect_kind_take(&boots, &kind));
	collect_boots_free(&boots);
	free(capture);
}

static void a_session_takes_no_boot_of_another_computer(void **state)
{
	char *directory = scratch_make(), *subjects[] = {(char *)"aerokernel@metal"};
	struct store_plan plan = {.subjects = subjects, .subject_count = 1, .samples = 4, .warmup = -1, .runs = 1};
	struct collect_boot boot = {.status = STORE_OK};
	struct sample_stream stream;
	struct error error = {0};
	struct store store;
	double clocks_hz[] = {3e9, 2e9};

	(void)state;
	say(&stream, "1000", "abc", NULL);
	boot.log = stream.bytes;
	boot.log_bytes = stream.len_bytes;
	for (size_t i = 0; i < 2; i++) {
		json_t *run = json_pack("{s:{s:{s:f}}}", "session", "facts", "clock_hz", clocks_hz[i]);
		char *difference;

		assert_int_equal(store_create(&store, directory, &plan, run, &error), 0);
		difference = collect_kind_foreign(&store, subjects[0], &boot);
		if (i == 0)
			assert_non_null(strstr(difference, "not the same computer: clock 3000.000 MHz and 2000.000"));
		else
			assert_null(difference);
		free(difference);
		store_close(&store);
	}
	sample_free(&stream);
}

static void a_boot_of_another_system_is_a_stranger(void **state)
{
	static const char *const systems[] = {"aerokernel", "linux", "aerokernel"};
	struct collect_boots boots;
	struct sample_stream streams[3];
	char *capture = memory_text(""), *os;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *longer;

		sample_open(&streams[i], systems[i]);
		sample_run(&streams[i], "clock_read", "", (uint32_t[]){(uint32_t)(100 + i)}, 1, 4);
		sample_done(&streams[i], 0);
		longer = memory_format("%s%.*s", capture, (int)streams[i].len_bytes, streams[i].bytes);
		free(capture);
		capture = longer;
		sample_free(&streams[i]);
	}
	collect_boots_read(&boots, capture, strlen(capture));
	assert_int_equal(boots.count, 3);
	assert_ptr_equal(collect_kind_stranger(&boots, "aerokernel@metal", &os), &boots.boots[1]);
	assert_memory_equal(capture + boots.boots[1].at, "@aero ", 6);
	assert_string_equal(os, "linux");
	free(os);
	assert_ptr_equal(collect_kind_stranger(&boots, "linux@host", &os), &boots.boots[0]);
	free(os);
	assert_ptr_equal(collect_kind_stranger(&boots, "aero@metal", &os), &boots.boots[0]);
	free(os);
	boots.count = 1;
	assert_null(collect_kind_stranger(&boots, "aerokernel@metal", &os));
	assert_null(os);
	boots.count = 3;
	collect_boots_free(&boots);
	free(capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_differs_is_named_and_what_is_not_told_does_not_differ),
	    cmocka_unit_test(boots_of_two_computers_are_of_two_kinds),
	    cmocka_unit_test(a_session_takes_no_boot_of_another_computer),
	    cmocka_unit_test(a_boot_of_another_system_is_a_stranger),
	    cmocka_unit_test(boots_of_a_kind_are_taken_together_in_their_order),
	    cmocka_unit_test(a_boot_that_tells_little_does_not_join_two_kinds),
	};

	return cmocka_run_group_tests_name("which boots can be of one run", tests, NULL, NULL);
}
