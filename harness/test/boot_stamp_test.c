/* SPDX-License-Identifier: MIT */
/*
 * Two boots of one image on one line, whose heads differ in nothing but their stamp (bench/wire.h): however the line cuts
 * and garbles them, what is read of a boot was said by that boot. The same damage mixes boots whose stamps are equal, so it
 * is the stamp that keeps them apart.
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

enum { SEEDS = 400, POINTS = 4, SAMPLES = 40, BOOTS = 2 };

/* Each boot's samples lie in a range of their own, so that a number tells who said it. */
static const uint32_t LOW[BOOTS] = {1000, 2000}, HIGH[BOOTS] = {1999, 2999};

static struct sample_stream boot_say(unsigned boot, const char *stamp)
{
	static const char *const names[POINTS] = {"clock_read", "yield_pair", "wake_cross", "barrier"};
	struct stats_random random = {.state = boot};
	struct sample_stream stream;
	uint32_t values[SAMPLES];

	sample_open(&stream, "aerokernel");
	sample_env(&stream, "points", "4");
	sample_env(&stream, "boot_stamp", stamp);
	wire_begin(&stream.wire, "head");
	wire_end_crc_head(&stream.wire);
	for (unsigned p = 0; p < POINTS; p++) {
		for (unsigned i = 0; i < SAMPLES; i++)
			values[i] = LOW[boot] + (uint32_t)stats_random_below(&random, HIGH[boot] - LOW[boot] + 1);
		sample_run(&stream, names[p], "", values, SAMPLES, SAMPLES);
	}
	sample_done(&stream, 0);
	return stream;
}

static size_t pick(struct stats_random *random, size_t below)
{
	return (size_t)stats_random_below(random, below);
}

/* The first up to where power failed; of the second what came once the line was there again; some bytes are garbled. */
static char *join(const struct sample_stream boots[BOOTS], uint64_t seed, size_t *len_bytes)
{
	struct stats_random random = {.state = seed};
	size_t kept = pick(&random, boots[0].len_bytes + 1), lost = pick(&random, boots[1].len_bytes);
	size_t garbled = pick(&random, 3);
	char *text = memory_new(kept + 1 + boots[1].len_bytes - lost, 1);

	memcpy(text, boots[0].bytes, kept);
	text[kept] = '\n';
	memcpy(text + kept + 1, boots[1].bytes + lost, boots[1].len_bytes - lost);
	*len_bytes = kept + 1 + boots[1].len_bytes - lost;
	for (size_t i = 0; i < garbled; i++)
		text[pick(&random, *len_bytes)] ^= (char)(1 << pick(&random, 7));
	return text;
}

/* Whose samples are in the runs: a bit for each boot. */
static unsigned speakers(const struct stream *stream)
{
	unsigned found = 0;

	for (size_t i = 0; i < stream->run_count; i++) {
		for (size_t s = 0; s < stream->runs[i].n; s++) {
			for (unsigned boot = 0; boot < BOOTS; boot++)
				found |= (unsigned)(stream->runs[i].samples[s] >= LOW[boot] &&
						    stream->runs[i].samples[s] <= HIGH[boot])
					 << boot;
		}
	}
	return found;
}

static unsigned speakers_of(const struct collect_boot *boot)
{
	struct stream stream = {0};
	struct stream_cut cut;
	unsigned found = 0;

	if (boot->status == STORE_OK && stream_parse(&stream, boot->log, boot->log_bytes, NULL) == 0) {
		found = speakers(&stream);
		stream_free(&stream);
	} else if (boot->status == STORE_CUT) {
		if (stream_salvage(&cut, boot->log, boot->log_bytes, NULL) == 0)
			found = speakers(&cut.stream);
		stream_cut_free(&cut);
	}
	return found;
}

/* In how many of the captures a boot has points of both; *alone: how many boots with points there were of one alone. */
static unsigned mixed_captures(const char *const stamps[BOOTS], unsigned *alone)
{
	struct sample_stream boots[BOOTS] = {boot_say(0, stamps[0]), boot_say(1, stamps[1])};
	unsigned mixed = 0;

	*alone = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		size_t len_bytes;
		char *text = join(boots, seed, &len_bytes);
		struct collect_boots found;

		collect_boots_read(&found, text, len_bytes);
		for (size_t i = 0; i < found.count; i++) {
			unsigned who = speakers_of(&found.boots[i]);

			mixed += who == 3;
			*alone += who == 1 || who == 2;
		}
		collect_boots_free(&found);
		free(text);
	}
	sample_free(&boots[0]);
	sample_free(&boots[1]);
	return mixed;
}

static void boots_that_differ_in_their_stamp_alone_are_never_mixed(void **state)
{
	unsigned alone;

	(void)state;
	assert_int_equal(mixed_captures((const char *[]){"9000000001", "9000000002"}, &alone), 0);
	assert_true(alone > SEEDS / 2);
}

static void the_same_damage_mixes_boots_without_a_stamp_of_their_own(void **state)
{
	unsigned alone;

	(void)state;
	assert_true(mixed_captures((const char *[]){"9000000001", "9000000001"}, &alone) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(boots_that_differ_in_their_stamp_alone_are_never_mixed),
	    cmocka_unit_test(the_same_damage_mixes_boots_without_a_stamp_of_their_own),
	};

	return cmocka_run_group_tests_name("boot_stamp", tests, NULL, NULL);
}
