/* SPDX-License-Identifier: MIT */
/*
 * What comes over a line that cuts, garbles and repeats: whatever happens to a stream on its way, a number that is read
 * from it is one that was sent. Streams are damaged by seeded generators and compared with what they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_capture.h"
#include "stats_random.h"
#include "stream.h"
#include "stream_salvage.h"

enum { SEEDS = 300, BOTH = 2 };

/* --- Whole ---------------------------------------------------------------------------------------------------------- */

static void line_ends_control_bytes_and_noise_change_nothing(void **state)
{
	struct sample_boot sample = sample_boot_make(1);
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)state;
	fprintf(file, "%cBdsDxe: loading Boot0001\r\n\x1b[2J\x1b[01;01H\x1b]0;title\aGRUB  version 2.06 user@host", 0);
	for (size_t i = 0; i < sample.text.len_bytes; i++) {
		char byte = sample.text.bytes[i];

		if (byte == '@')
			fputs("\x1b[0m[  12.345] ", file);
		if (byte == '\n')
			putc('\r', file);
		putc(byte, file);
		if (byte == '\n')
			fputs("\0\0login: \x07", file);
	}
	fclose(file);
	sample_assert_one_whole(text, len, &sample.stream);
	free(text);
	sample_boot_drop(&sample);
}

static void a_stream_sent_twice_is_one_boot_and_two_streams_are_two(void **state)
{
	struct sample_boot a = sample_boot_make(1), b = sample_boot_make(2);
	struct stream sent[] = {a.stream, b.stream};
	char *twice =
	    memory_format("%.*s%.*s", (int)a.text.len_bytes, a.text.bytes, (int)a.text.len_bytes, a.text.bytes);
	char *both =
	    memory_format("%.*s%.*s", (int)a.text.len_bytes, a.text.bytes, (int)b.text.len_bytes, b.text.bytes);
	struct collect_boots boots;

	(void)state;
	boots = sample_collected(twice, strlen(twice), sent, 1);
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.again, 1);
	collect_boots_free(&boots);
	boots = sample_collected(both, strlen(both), sent, BOTH);
	assert_int_equal(boots.count, BOTH);
	assert_int_equal(boots.boots[1].status, STORE_OK);
	assert_int_equal(boots.boots[1].from, a.text.len_bytes);
	assert_int_equal(collect_boots_choose(&boots, 1), 1);
	collect_boots_free(&boots);
	free(both);
	free(twice);
	sample_boot_drop(&b);
	sample_boot_drop(&a);
}

/* Lines, and blocks of lines, that a terminal server sends again: everything is there, so the whole is proved. */
static void repeated_lines_and_blocks_are_left_out(void **state)
{
	struct sample_boot sample = sample_boot_make(4);
	struct stats_random random = {.state = 5};
	const char *text = sample.text.bytes, *end = text + sample.text.len_bytes;

	(void)state;
	for (unsigned round = 0; round < SEEDS; round++) {
		const char *from = text + stats_random_below(&random, sample.text.len_bytes), *to;
		size_t lines = 1 + stats_random_below(&random, 6);
		char *again;

		while (from > text && from[-1] != '\n')
			from--;
		for (to = from; lines > 0 && to < end; lines--)
			to = strchr(to, '\n') + 1;
		again = memory_format("%.*s%s", (int)(to - text), text, from);
		sample_assert_one_whole(again, strlen(again), &sample.stream);
		free(again);
	}
	sample_boot_drop(&sample);
}

static void every_line_twice_is_a_whole_stream(void **state)
{
	struct sample_boot sample = sample_boot_make(4);
	char *text = NULL, *copy = memory_format("%.*s", (int)sample.text.len_bytes, sample.text.bytes), *rest = copy,
	     *line;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)state;
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL)
		fprintf(file, "%s\n%s\n", line, line);
	fclose(file);
	sample_assert_one_whole(text, len, &sample.stream);
	free(copy);
	free(text);
	sample_boot_drop(&sample);
}

/* --- Not whole ------------------------------------------------------------------------------------------------------ */

static void every_cut_leaves_what_had_arrived(void **state)
{
	struct sample_boot sample = sample_boot_make(6);
	size_t before = 0;

	(void)state;
	for (size_t cut = 0; cut < sample.text.len_bytes; cut++) {
		struct collect_boots boots = sample_collected(sample.text.bytes, cut, &sample.stream, 1);

		assert_true(boots.count <= 1);
		if (boots.count == 1) {
			assert_true(boots.boots[0].status != STORE_OK);
			assert_true(boots.boots[0].runs >= before);
			before = boots.boots[0].runs;
		}
		collect_boots_free(&boots);
	}
	assert_int_equal(before, sample.stream.run_count);
	sample_assert_one_whole(sample.text.bytes, sample.text.len_bytes, &sample.stream);
	sample_boot_drop(&sample);
}

static void a_cut_says_how_far_it_came_and_what_is_missing(void **state)
{
	struct sample_boot sample = sample_boot_make(6);
	const char *barrier = strstr(sample.text.bytes, "@run barrier");
	size_t cut = (size_t)(strstr(barrier, "@s ") - sample.text.bytes) + 30;
	struct collect_boots boots = sample_collected(sample.text.bytes, cut, &sample.stream, 1);

	(void)state;
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_string_equal(boots.boots[0].reason,
			    "cut after 3 of 5 points: its @done did not arrive; barrier threads=4 place=other: 0 of 70 "
			    "samples arrived");
	collect_boots_free(&boots);
	sample_boot_drop(&sample);
}

static void a_lost_beginning_leaves_the_environment_out(void **state)
{
	struct sample_boot sample = sample_boot_make(7);
	const char *from = strstr(sample.text.bytes, "clock_hz=");
	size_t len = sample.text.len_bytes - (size_t)(from - sample.text.bytes);
	struct collect_boots boots = sample_collected(from, len, &sample.stream, 1);
	struct stream_cut cut;

	(void)state;
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_int_equal(boots.boots[0].runs, sample.stream.run_count);
	assert_non_null(strstr(boots.boots[0].reason, "environment unverified, so left out"));
	assert_int_equal(stream_salvage(&cut, boots.boots[0].log, boots.boots[0].log_bytes, NULL), 0);
	assert_false(cut.environment);
	assert_int_equal(cut.stream.env_count, 0);
	stream_cut_free(&cut);
	collect_boots_free(&boots);
	sample_boot_drop(&sample);
}

/* Flips so many bits at seeded places. */
static char *garbled(const struct sample_boot *sample, uint64_t seed, unsigned flips)
{
	struct stats_random random = {.state = seed};
	char *text = memory_format("%.*s", (int)sample->text.len_bytes, sample->text.bytes);

	for (; flips > 0; flips--)
		text[stats_random_below(&random, sample->text.len_bytes)] ^=
		    (char)(1 << stats_random_below(&random, 8));
	return text;
}

static void flipped_bits_never_make_a_number(void **state)
{
	struct sample_boot sample = sample_boot_make(8);
	size_t kept = 0, whole = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		char *text = garbled(&sample, seed, 1 + (unsigned)seed % 9);
		struct collect_boots boots = sample_collected(text, sample.text.len_bytes, &sample.stream, 1);

		for (size_t i = 0; i < boots.count; i++) {
			kept += boots.boots[i].runs;
			whole += boots.boots[i].status == STORE_OK;
		}
		collect_boots_free(&boots);
		free(text);
	}
	/* Few flips hit noise alone; most leave some runs as they were. */
	if (whole > SEEDS / 10)
		fail_msg("%zu whole", whole);
	assert_true(kept > SEEDS && kept < SEEDS * sample.stream.run_count);
	sample_boot_drop(&sample);
}

static void two_damaged_copies_of_a_stream_make_it_whole(void **state)
{
	struct sample_boot sample = sample_boot_make(9);
	size_t whole = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		char *first = garbled(&sample, 2 * seed, 1), *second = garbled(&sample, 2 * seed + 1, 1);
		char *text = memory_format("%s%s", first, second);
		struct collect_boots boots = sample_collected(text, strlen(text), &sample.stream, 1);

		for (size_t i = 0; i < boots.count; i++)
			whole += boots.boots[i].status == STORE_OK;
		collect_boots_free(&boots);
		free(text);
		free(second);
		free(first);
	}
	/* Both damaged in one run, or in what only @done proves. */
	if (whole < 40)
		fail_msg("%zu whole", whole);
	sample_boot_drop(&sample);
}

/* A run of each copy is cut in another place. */
static void what_one_copy_lacks_the_other_has(void **state)
{
	struct sample_boot sample = sample_boot_make(9);
	const char *text = sample.text.bytes, *a = strstr(text, "@s "),
		   *b = strstr(strstr(text, "@run barrier"), "@s ");
	char *both = memory_format("%.*s%s%.*s%s", (int)(a - text), text, a + 5, (int)(b - text), text, b + 5);

	(void)state;
	sample_assert_one_whole(both, strlen(both), &sample.stream);
	free(both);
	sample_boot_drop(&sample);
}

static void a_point_that_came_twice_and_differs_is_refused(void **state)
{
	struct sample_boot a, b;
	char *text;
	struct collect_boots boots;
	struct stream sent[BOTH];

	(void)state;
	a = sample_boot_make(10);
	b = sample_boot_make(11);
	sent[0] = a.stream;
	sent[1] = b.stream;
	/* The second stream's head is lost: it cannot be told that another boot begins. */
	text = memory_format("%.*s%s", (int)(strstr(a.text.bytes, "@run barrier") - a.text.bytes), a.text.bytes,
			     strstr(b.text.bytes, "@run wake"));
	boots = sample_collected(text, strlen(text), sent, BOTH);
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_non_null(strstr(boots.boots[0].reason, "it came twice, with other samples each time"));
	/* clock_read of the first, both series of barrier of the second. */
	assert_int_equal(boots.boots[0].runs, 3);
	collect_boots_free(&boots);
	free(text);
	sample_boot_drop(&a);
	sample_boot_drop(&b);
}

static void every_changed_byte_of_a_cut_log_is_noticed_or_harmless(void **state)
{
	struct sample_boot sample = sample_boot_make(12);
	size_t cut = sample.text.len_bytes - 60;
	char *text = memory_format("%.*s", (int)cut, sample.text.bytes);

	(void)state;
	for (size_t at = 0; at < cut; at++) {
		for (unsigned bit = 0; bit < 8; bit += 5) {
			struct stream_cut read;

			text[at] ^= (char)(1 << bit);
			if (stream_salvage(&read, text, cut, NULL) == 0)
				sample_assert_sent(&read.stream, &sample.stream, 1);
			stream_cut_free(&read);
			text[at] ^= (char)(1 << bit);
		}
	}
	free(text);
	sample_boot_drop(&sample);
}

static void a_cut_stream_that_tells_of_a_failure_has_no_number(void **state)
{
	struct sample_stream stream;
	struct stream_cut cut;
	struct error error = {0};

	(void)state;
	sample_capture_begin(&stream);
	sample_capture_points(&stream, 1, 2);
	sample_fail(&stream, "barrier", "the threads never met");
	assert_int_equal(stream_salvage(&cut, stream.bytes, stream.len_bytes, &error), STATUS_FAILED);
	assert_int_equal(cut.stream.run_count, 0);
	assert_non_null(strstr(error.text, "the threads never met"));
	stream_cut_free(&cut);
	sample_free(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line_ends_control_bytes_and_noise_change_nothing),
	    cmocka_unit_test(a_stream_sent_twice_is_one_boot_and_two_streams_are_two),
	    cmocka_unit_test(repeated_lines_and_blocks_are_left_out),
	    cmocka_unit_test(every_line_twice_is_a_whole_stream),
	    cmocka_unit_test(every_cut_leaves_what_had_arrived),
	    cmocka_unit_test(a_cut_says_how_far_it_came_and_what_is_missing),
	    cmocka_unit_test(a_lost_beginning_leaves_the_environment_out),
	    cmocka_unit_test(flipped_bits_never_make_a_number),
	    cmocka_unit_test(two_damaged_copies_of_a_stream_make_it_whole),
	    cmocka_unit_test(what_one_copy_lacks_the_other_has),
	    cmocka_unit_test(a_point_that_came_twice_and_differs_is_refused),
	    cmocka_unit_test(every_changed_byte_of_a_cut_log_is_noticed_or_harmless),
	    cmocka_unit_test(a_cut_stream_that_tells_of_a_failure_has_no_number),
	};

	return cmocka_run_group_tests_name("salvage", tests, NULL, NULL);
}
