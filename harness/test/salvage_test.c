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

#include "collect_boots.h"
#include "memory.h"
#include "sample_stream.h"
#include "stats_random.h"
#include "stream.h"
#include "stream_salvage.h"

enum { SEEDS = 300, BOTH = 2 };

/* --- Streams ------------------------------------------------------------------------------------------------------ */

static void stream_begin(struct sample_stream *stream)
{
	sample_open(stream, "aerokernel");
	wire_begin(&stream->wire, "env");
	wire_pair_number(&stream->wire, "points", 5);
	wire_end(&stream->wire);
	wire_begin(&stream->wire, "head");
	wire_end_crc_head(&stream->wire);
}

/* Four measured points, one of them with two series, and one that is skipped. seed: boots differ. */
static void stream_points(struct sample_stream *stream, uint64_t seed, unsigned points)
{
	static const char *const params[] = {"", "threads=2 place=same", "threads=2 place=other",
					     "threads=4 place=other"};
	static const char *const names[] = {"clock_read", "wake", "wake", "barrier"};
	struct stats_random random = {.state = seed};
	uint32_t values[70];

	for (unsigned p = 0; p < points; p++) {
		for (size_t i = 0; i < 70; i++)
			values[i] = (uint32_t)stats_random_below(&random, p == 0 ? 2 : 5000);
		sample_noise(stream, "[    1.5] some console's line");
		sample_run(stream, names[p], params[p], values, 70, 70);
	}
}

static void stream_make(struct sample_stream *stream, uint64_t seed)
{
	static const uint32_t last[] = {9, 8, 7};

	stream_begin(stream);
	stream_points(stream, seed, 4);
	sample_run(stream, "barrier", "threads=4 place=other series=last", last, 3, 40);
	sample_skip(stream, "ipi", "needs 8 CPUs, here are 2");
	sample_done(stream, 0);
}

/* So that the text can be searched as a string. */
static void terminate(struct sample_stream *stream)
{
	stream->bytes = memory_resize(stream->bytes, stream->len_bytes + 1, 1);
	stream->bytes[stream->len_bytes] = '\0';
}

static void parse(struct stream *stream, const char *bytes, size_t len_bytes)
{
	struct error error = {0};

	if (stream_parse(stream, bytes, len_bytes, &error) != 0)
		fail_msg("%s", error.text);
}

/* --- What must always hold ------------------------------------------------------------------------------------------- */

static const struct stream_run *find(const struct stream *stream, const struct stream_run *run)
{
	char *params = stream_point_params(&run->point);
	const struct stream_run *found = NULL;

	for (size_t i = 0; i < stream->run_count && found == NULL; i++) {
		char *others = stream_point_params(&stream->runs[i].point);

		if (strcmp(others, params) == 0 && strcmp(stream->runs[i].point.benchmark, run->point.benchmark) == 0)
			found = &stream->runs[i];
		free(others);
	}
	free(params);
	return found;
}

static bool same_run(const struct stream_run *a, const struct stream_run *b)
{
	return a->n == b->n && a->warmup_count == b->warmup_count && a->per == b->per &&
	       strcmp(a->unit, b->unit) == 0 && memcmp(a->samples, b->samples, a->n * sizeof(*a->samples)) == 0 &&
	       memcmp(a->warmup, b->warmup, a->warmup_count * sizeof(*a->warmup)) == 0;
}

/* Every number of got was sent as part of one of the streams. */
static void assert_sent(const struct stream *got, const struct stream *sent, size_t sent_count)
{
	for (size_t i = 0; i < got->run_count; i++) {
		bool known = false;

		for (size_t j = 0; j < sent_count; j++) {
			const struct stream_run *run = find(&sent[j], &got->runs[i]);

			known = known || (run != NULL && same_run(run, &got->runs[i]));
		}
		assert_true(known);
	}
	for (size_t i = 0; i < got->env_count; i++) {
		const char *value = stream_env(&sent[0], got->env[i].key);

		assert_non_null(value);
		assert_string_equal(value, got->env[i].value);
	}
}

/* Reads a boot as readers of a store do, and checks it. Returns how many runs it has. */
static size_t check_boot(const struct collect_boot *boot, const struct stream *sent, size_t sent_count)
{
	struct error error = {0};
	size_t runs = 0;

	if (boot->status == STORE_OK) {
		struct stream stream;

		parse(&stream, boot->log, boot->log_bytes);
		assert_sent(&stream, sent, sent_count);
		assert_null(boot->reason);
		runs = stream.run_count;
		stream_free(&stream);
	} else if (boot->status == STORE_CUT) {
		struct stream_cut cut;

		assert_int_equal(stream_salvage(&cut, boot->log, boot->log_bytes, &error), 0);
		assert_sent(&cut.stream, sent, sent_count);
		assert_string_equal(cut.reason, boot->reason);
		assert_int_equal(strncmp(cut.reason, "cut after ", 10), 0);
		runs = cut.stream.run_count;
		stream_cut_free(&cut);
	} else {
		assert_non_null(boot->reason);
	}
	assert_int_equal(runs, boot->runs);
	return runs;
}

/* Takes a capture apart and checks each boot. */
static struct collect_boots collected(const char *bytes, size_t len_bytes, const struct stream *sent, size_t sent_count)
{
	struct collect_boots boots;

	collect_boots_read(&boots, bytes, len_bytes);
	for (size_t i = 0; i < boots.count; i++)
		check_boot(&boots.boots[i], sent, sent_count);
	return boots;
}

static void assert_one_whole(const char *bytes, size_t len_bytes, const struct stream *sent)
{
	struct collect_boots boots = collected(bytes, len_bytes, sent, 1);

	assert_int_equal(boots.count, 1);
	if (boots.boots[0].status != STORE_OK)
		fail_msg("%s", boots.boots[0].reason);
	assert_int_equal(boots.boots[0].runs, sent->run_count);
	collect_boots_free(&boots);
}

/* A stream, its bytes, and what it says. */
struct sample {
	struct sample_stream text;
	struct stream stream;
};

static struct sample sample_make(uint64_t seed)
{
	struct sample sample;

	stream_make(&sample.text, seed);
	terminate(&sample.text);
	parse(&sample.stream, sample.text.bytes, sample.text.len_bytes);
	return sample;
}

static void sample_drop(struct sample *sample)
{
	stream_free(&sample->stream);
	sample_free(&sample->text);
}

/* --- Whole ---------------------------------------------------------------------------------------------------------- */

static void line_ends_control_bytes_and_noise_change_nothing(void **state)
{
	struct sample sample = sample_make(1);
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
	assert_one_whole(text, len, &sample.stream);
	free(text);
	sample_drop(&sample);
}

static void a_stream_sent_twice_is_one_boot_and_two_streams_are_two(void **state)
{
	struct sample a = sample_make(1), b = sample_make(2);
	struct stream sent[] = {a.stream, b.stream};
	char *twice =
	    memory_format("%.*s%.*s", (int)a.text.len_bytes, a.text.bytes, (int)a.text.len_bytes, a.text.bytes);
	char *both =
	    memory_format("%.*s%.*s", (int)a.text.len_bytes, a.text.bytes, (int)b.text.len_bytes, b.text.bytes);
	struct collect_boots boots;

	(void)state;
	boots = collected(twice, strlen(twice), sent, 1);
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.again, 1);
	collect_boots_free(&boots);
	boots = collected(both, strlen(both), sent, BOTH);
	assert_int_equal(boots.count, BOTH);
	assert_int_equal(boots.boots[1].status, STORE_OK);
	assert_int_equal(boots.boots[1].from, a.text.len_bytes);
	assert_int_equal(collect_boots_choose(&boots, 1), 1);
	collect_boots_free(&boots);
	free(both);
	free(twice);
	sample_drop(&b);
	sample_drop(&a);
}

/* Lines, and blocks of lines, that a terminal server sends again: everything is there, so the whole is proved. */
static void repeated_lines_and_blocks_are_left_out(void **state)
{
	struct sample sample = sample_make(4);
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
		assert_one_whole(again, strlen(again), &sample.stream);
		free(again);
	}
	sample_drop(&sample);
}

static void every_line_twice_is_a_whole_stream(void **state)
{
	struct sample sample = sample_make(4);
	char *text = NULL, *copy = memory_format("%.*s", (int)sample.text.len_bytes, sample.text.bytes), *rest = copy,
	     *line;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)state;
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL)
		fprintf(file, "%s\n%s\n", line, line);
	fclose(file);
	assert_one_whole(text, len, &sample.stream);
	free(copy);
	free(text);
	sample_drop(&sample);
}

/* --- Not whole ------------------------------------------------------------------------------------------------------ */

static void every_cut_leaves_what_had_arrived(void **state)
{
	struct sample sample = sample_make(6);
	size_t before = 0;

	(void)state;
	for (size_t cut = 0; cut < sample.text.len_bytes; cut++) {
		struct collect_boots boots = collected(sample.text.bytes, cut, &sample.stream, 1);

		assert_true(boots.count <= 1);
		if (boots.count == 1) {
			assert_true(boots.boots[0].status != STORE_OK);
			assert_true(boots.boots[0].runs >= before);
			before = boots.boots[0].runs;
		}
		collect_boots_free(&boots);
	}
	assert_int_equal(before, sample.stream.run_count);
	assert_one_whole(sample.text.bytes, sample.text.len_bytes, &sample.stream);
	sample_drop(&sample);
}

static void a_cut_says_how_far_it_came_and_what_is_missing(void **state)
{
	struct sample sample = sample_make(6);
	const char *barrier = strstr(sample.text.bytes, "@run barrier");
	size_t cut = (size_t)(strstr(barrier, "@s ") - sample.text.bytes) + 30;
	struct collect_boots boots = collected(sample.text.bytes, cut, &sample.stream, 1);

	(void)state;
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_string_equal(boots.boots[0].reason,
			    "cut after 3 of 5 points: its @done did not arrive; barrier threads=4 place=other: 0 of 70 "
			    "samples arrived");
	collect_boots_free(&boots);
	sample_drop(&sample);
}

static void a_lost_beginning_leaves_the_environment_out(void **state)
{
	struct sample sample = sample_make(7);
	const char *from = strstr(sample.text.bytes, "clock_hz=");
	size_t len = sample.text.len_bytes - (size_t)(from - sample.text.bytes);
	struct collect_boots boots = collected(from, len, &sample.stream, 1);
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
	sample_drop(&sample);
}

/* Flips so many bits at seeded places. */
static char *garbled(const struct sample *sample, uint64_t seed, unsigned flips)
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
	struct sample sample = sample_make(8);
	size_t kept = 0, whole = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		char *text = garbled(&sample, seed, 1 + (unsigned)seed % 9);
		struct collect_boots boots = collected(text, sample.text.len_bytes, &sample.stream, 1);

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
	sample_drop(&sample);
}

static void two_damaged_copies_of_a_stream_make_it_whole(void **state)
{
	struct sample sample = sample_make(9);
	size_t whole = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		char *first = garbled(&sample, 2 * seed, 1), *second = garbled(&sample, 2 * seed + 1, 1);
		char *text = memory_format("%s%s", first, second);
		struct collect_boots boots = collected(text, strlen(text), &sample.stream, 1);

		for (size_t i = 0; i < boots.count; i++)
			whole += boots.boots[i].status == STORE_OK;
		collect_boots_free(&boots);
		free(text);
		free(second);
		free(first);
	}
	/* A copy whose @head is damaged has no run. */
	if (whole < 35)
		fail_msg("%zu whole", whole);
	sample_drop(&sample);
}

/* A run of each copy is cut in another place. */
static void what_one_copy_lacks_the_other_has(void **state)
{
	struct sample sample = sample_make(9);
	const char *text = sample.text.bytes, *a = strstr(text, "@s "),
		   *b = strstr(strstr(text, "@run barrier"), "@s ");
	char *both = memory_format("%.*s%s%.*s%s", (int)(a - text), text, a + 5, (int)(b - text), text, b + 5);

	(void)state;
	assert_one_whole(both, strlen(both), &sample.stream);
	free(both);
	sample_drop(&sample);
}

static void a_point_that_came_twice_and_differs_is_refused(void **state)
{
	struct sample a, b;
	char *text;
	struct collect_boots boots;
	struct stream sent[BOTH];

	(void)state;
	a = sample_make(10);
	b = sample_make(11);
	sent[0] = a.stream;
	sent[1] = b.stream;
	/* The second stream's head is lost: it cannot be told that another boot begins. */
	text = memory_format("%.*s%s", (int)(strstr(a.text.bytes, "@run barrier") - a.text.bytes), a.text.bytes,
			     strstr(b.text.bytes, "@run wake"));
	boots = collected(text, strlen(text), sent, BOTH);
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_non_null(strstr(boots.boots[0].reason, "it came twice, with other samples each time"));
	/* clock_read of the first, both series of barrier of the second. */
	assert_int_equal(boots.boots[0].runs, 3);
	collect_boots_free(&boots);
	free(text);
	sample_drop(&a);
	sample_drop(&b);
}

static void every_changed_byte_of_a_cut_log_is_noticed_or_harmless(void **state)
{
	struct sample sample = sample_make(12);
	size_t cut = sample.text.len_bytes - 60;
	char *text = memory_format("%.*s", (int)cut, sample.text.bytes);

	(void)state;
	for (size_t at = 0; at < cut; at++) {
		for (unsigned bit = 0; bit < 8; bit += 5) {
			struct stream_cut read;

			text[at] ^= (char)(1 << bit);
			if (stream_salvage(&read, text, cut, NULL) == 0)
				assert_sent(&read.stream, &sample.stream, 1);
			stream_cut_free(&read);
			text[at] ^= (char)(1 << bit);
		}
	}
	free(text);
	sample_drop(&sample);
}

static void a_cut_stream_that_tells_of_a_failure_has_no_number(void **state)
{
	struct sample_stream stream;
	struct stream_cut cut;
	struct error error = {0};

	(void)state;
	stream_begin(&stream);
	stream_points(&stream, 1, 2);
	sample_fail(&stream, "barrier", "the threads never met");
	assert_int_equal(stream_salvage(&cut, stream.bytes, stream.len_bytes, &error), STATUS_FAILED);
	assert_int_equal(cut.stream.run_count, 0);
	assert_non_null(strstr(error.text, "the threads never met"));
	stream_cut_free(&cut);
	sample_free(&stream);
}

/* --- Two boots as one ------------------------------------------------------------------------------------------------- */

/* A stream of another machine state: another clock, so another @head. */
static struct sample sample_other(uint64_t seed)
{
	struct sample sample;

	sample_clock_hz = 2100000000;
	sample = sample_make(seed);
	sample_clock_hz = 2000000000;
	return sample;
}

static const char *behind_first_run(const struct sample *sample)
{
	return strchr(strstr(sample->text.bytes, "@end clock_read"), '\n') + 1;
}

/* Power was cut in mid-run, and the line lost the first kilobytes of the next boot: to its second run, or to its @head. */
static void runs_of_a_boot_whose_beginning_is_lost_never_join_another_boot(void **state)
{
	struct sample a = sample_make(13), b = sample_other(14);
	const char *from[] = {behind_first_run(&b), strstr(b.text.bytes, "@head crc=")};

	(void)state;
	for (unsigned i = 0; i < BOTH; i++) {
		char *text = memory_format("%.*s%s", (int)(behind_first_run(&a) - a.text.bytes), a.text.bytes, from[i]);
		struct collect_boots boots = collected(text, strlen(text), &a.stream, 1);

		assert_int_equal(boots.count, 1);
		assert_int_equal(boots.boots[0].status, STORE_CUT);
		assert_int_equal(boots.boots[0].runs, 1);
		assert_non_null(strstr(boots.boots[0].reason, "of another boot"));
		collect_boots_free(&boots);
		free(text);
	}
	sample_drop(&b);
	sample_drop(&a);
}

/* --- The head ------------------------------------------------------------------------------------------------------- */

static void a_head_that_does_not_match_or_stands_elsewhere_is_refused(void **state)
{
	static const uint32_t value = 5;

	(void)state;
	for (unsigned wrong = 0; wrong < 3; wrong++) {
		struct sample_stream text;
		struct stream stream;
		struct error error = {0};

		stream_begin(&text);
		sample_run(&text, "wake", "", &value, 1, 4);
		if (wrong == 1) {
			wire_begin(&text.wire, "head");
			wire_end_crc_head(&text.wire);
		}
		sample_done(&text, 0);
		terminate(&text);
		if (wrong == 2)
			strstr(text.bytes, "points=5")[7] = '6';
		assert_int_equal(stream_parse(&stream, text.bytes, text.len_bytes, &error),
				 wrong == 0 ? 0 : STATUS_USAGE);
		if (wrong == 2)
			assert_non_null(strstr(error.text, "the CRC of the environment does not match"));
		stream_free(&stream);
		sample_free(&text);
	}
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
	    cmocka_unit_test(runs_of_a_boot_whose_beginning_is_lost_never_join_another_boot),
	    cmocka_unit_test(a_head_that_does_not_match_or_stands_elsewhere_is_refused),
	};

	return cmocka_run_group_tests_name("salvage", tests, NULL, NULL);
}
