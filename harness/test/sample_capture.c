/* SPDX-License-Identifier: MIT */
/* Captures of made-up boots: see sample_capture.h. */
#include "sample_capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "stats_random.h"
#include "stream_salvage.h"

/* --- Streams ------------------------------------------------------------------------------------------------------ */

void sample_capture_begin(struct sample_stream *stream)
{
	sample_open(stream, "aerokernel");
	wire_begin(&stream->wire, "env");
	wire_pair_number(&stream->wire, "points", 5);
	wire_end(&stream->wire);
	wire_begin(&stream->wire, "head");
	wire_end_crc_head(&stream->wire);
}

/* Four measured points, one of them with two series, and one that is skipped. seed: boots differ. */
void sample_capture_points(struct sample_stream *stream, uint64_t seed, unsigned points)
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

	sample_capture_begin(stream);
	sample_capture_points(stream, seed, 4);
	sample_run(stream, "barrier", "threads=4 place=other series=last", last, 3, 40);
	sample_skip(stream, "ipi", "needs 8 CPUs, here are 2");
	sample_done(stream, 0);
}

/* So that the text can be searched as a string. */
void sample_capture_terminate(struct sample_stream *stream)
{
	stream->bytes = memory_resize(stream->bytes, stream->len_bytes + 1, 1);
	stream->bytes[stream->len_bytes] = '\0';
}

void sample_capture_parse(struct stream *stream, const char *bytes, size_t len_bytes)
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
void sample_assert_sent(const struct stream *got, const struct stream *sent, size_t sent_count)
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

		sample_capture_parse(&stream, boot->log, boot->log_bytes);
		sample_assert_sent(&stream, sent, sent_count);
		assert_null(boot->reason);
		runs = stream.run_count;
		stream_free(&stream);
	} else if (boot->status == STORE_CUT) {
		struct stream_cut cut;

		assert_int_equal(stream_salvage(&cut, boot->log, boot->log_bytes, &error), 0);
		sample_assert_sent(&cut.stream, sent, sent_count);
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
struct collect_boots sample_collected(const char *bytes, size_t len_bytes, const struct stream *sent, size_t sent_count)
{
	struct collect_boots boots;

	collect_boots_read(&boots, bytes, len_bytes);
	for (size_t i = 0; i < boots.count; i++)
		check_boot(&boots.boots[i], sent, sent_count);
	return boots;
}

void sample_assert_one_whole(const char *bytes, size_t len_bytes, const struct stream *sent)
{
	struct collect_boots boots = sample_collected(bytes, len_bytes, sent, 1);

	assert_int_equal(boots.count, 1);
	if (boots.boots[0].status != STORE_OK)
		fail_msg("%s", boots.boots[0].reason);
	assert_int_equal(boots.boots[0].runs, sent->run_count);
	collect_boots_free(&boots);
}

struct sample_boot sample_boot_make(uint64_t seed)
{
	struct sample_boot sample;

	stream_make(&sample.text, seed);
	sample_capture_terminate(&sample.text);
	sample_capture_parse(&sample.stream, sample.text.bytes, sample.text.len_bytes);
	return sample;
}

void sample_boot_drop(struct sample_boot *sample)
{
	stream_free(&sample->stream);
	sample_free(&sample->text);
}
