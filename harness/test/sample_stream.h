/* SPDX-License-Identifier: MIT */
/*
 * A stream for tests, written by the writer that the programs under test use: two env records, noise, a run with
 * parameters and warm-up, a series, a skip. Grows in memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bench/wire.h"

struct sample_stream {
	char *bytes;
	size_t len_bytes;
	struct wire wire;
};

/* Opens an empty stream with @aero and one @env record: os, cpus, clock_hz=2000000000. */
void sample_open(struct sample_stream *stream, const char *os);
/* One more pair of the environment; before the first run. */
void sample_env(struct sample_stream *stream, const char *key, const char *value);
/* What a benchmark says of itself; params: "place=same|other" or "". Before the first run. */
void sample_bench(struct sample_stream *stream, const char *name, const char *params, bool extra);
/* One run of n samples from values, repeated in turn, after two warm-up samples (900 and 300). params: "a=b c=d" or "". */
void sample_run(struct sample_stream *stream, const char *name, const char *params, const uint32_t *values,
		size_t count, size_t n);
/* A line of console noise. */
void sample_noise(struct sample_stream *stream, const char *line);
void sample_skip(struct sample_stream *stream, const char *name, const char *reason);
void sample_fail(struct sample_stream *stream, const char *name, const char *reason);
void sample_done(struct sample_stream *stream, unsigned failures);
/* The stream described above, done. */
void sample_whole(struct sample_stream *stream);
void sample_free(struct sample_stream *stream);
/* What a run's unit is from now on ("ticks" after sample_open()). */
extern const char *sample_unit;
extern unsigned sample_per;
/* SMIs of the points from now on; below 0, as after sample_open(): not told. */
extern int64_t sample_smis;
/* How many CPUs streams have that are opened from now on: 2 unless changed. */
extern unsigned sample_cpus;
/* How fast their clock ticks: 2000000000 unless changed. */
extern int64_t sample_clock_hz;
