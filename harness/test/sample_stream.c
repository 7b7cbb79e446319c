/* SPDX-License-Identifier: MIT */
/* A stream for tests: see sample_stream.h. */
#include "sample_stream.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

const char *sample_unit = "ticks";
unsigned sample_per = 1;
int64_t sample_smis = -1;
unsigned sample_cpus = 2;
int64_t sample_clock_hz = 2000000000;

static void sample_write(void *context, const char *bytes, size_t len_bytes)
{
	struct sample_stream *stream = context;

	stream->bytes = memory_resize(stream->bytes, stream->len_bytes + len_bytes, 1);
	memcpy(stream->bytes + stream->len_bytes, bytes, len_bytes);
	stream->len_bytes += len_bytes;
}

void sample_open(struct sample_stream *stream, const char *os)
{
	memset(stream, 0, sizeof(*stream));
	sample_unit = "ticks";
	sample_per = 1;
	sample_smis = -1;
	wire_open(&stream->wire, sample_write, stream);
	wire_begin(&stream->wire, "aero");
	wire_number(&stream->wire, WIRE_VERSION);
	wire_end(&stream->wire);
	wire_begin(&stream->wire, "env");
	wire_pair(&stream->wire, "os", os);
	wire_pair_number(&stream->wire, "cpus", sample_cpus);
	wire_pair_number(&stream->wire, "clock_hz", sample_clock_hz);
	wire_end(&stream->wire);
}

void sample_env(struct sample_stream *stream, const char *key, const char *value)
{
	wire_begin(&stream->wire, "env");
	wire_pair(&stream->wire, key, value);
	wire_end(&stream->wire);
}

static void sample_params(struct sample_stream *stream, const char *params)
{
	char *copy = memory_text(params), *rest = copy, *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		wire_pair(&stream->wire, word, value);
	}
	free(copy);
}

void sample_bench(struct sample_stream *stream, const char *name, const char *params, bool extra)
{
	static const char *const texts[] = {"series", "about", "spread", "spread_at"};
	struct wire *wire = &stream->wire;

	wire_begin(wire, "bench");
	wire_word(wire, name);
	wire_pair(wire, "unit", "ticks");
	wire_pair_number(wire, "per", 1);
	wire_pair_number(wire, "min_cpus", 0);
	wire_pair_number(wire, "max_samples", 0);
	wire_pair_number(wire, "extra", extra);
	wire_pair_number(wire, "bare", 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		wire_pair(wire, texts[i], "");
	sample_params(stream, params);
	wire_end(wire);
}

void sample_run(struct sample_stream *stream, const char *name, const char *params, const uint32_t *values,
		size_t count, size_t n)
{
	static const uint32_t warmup[] = {900, 300};
	uint32_t *samples = memory_new(n, sizeof(*samples));
	struct wire *wire = &stream->wire;

	for (size_t i = 0; i < n; i++)
		samples[i] = values[i % count];
	wire_run_crc_reset(wire);
	wire_begin(wire, "run");
	wire_word(wire, name);
	wire_pair(wire, "unit", sample_unit);
	wire_pair_number(wire, "per", sample_per);
	wire_pair_number(wire, "n", (int64_t)n);
	wire_pair_number(wire, "warmup", 2);
	sample_params(stream, params);
	wire_end(wire);
	wire_samples(wire, "w", warmup, 2);
	wire_samples(wire, "s", samples, n);
	wire_begin(wire, "end");
	wire_word(wire, name);
	wire_pair_number(wire, "n", (int64_t)n);
	wire_pair_number(wire, "overflow", 0);
	wire_pair_number(wire, "irqs", -1);
	if (sample_smis >= 0)
		wire_pair_number(wire, "smis", sample_smis);
	wire_end_crc_run(wire);
	free(samples);
}

void sample_noise(struct sample_stream *stream, const char *line)
{
	sample_write(stream, line, strlen(line));
	sample_write(stream, "\n", 1);
}

static void sample_reason(struct sample_stream *stream, const char *record, const char *name, const char *reason)
{
	wire_begin(&stream->wire, record);
	wire_word(&stream->wire, name);
	wire_pair(&stream->wire, "place", "other");
	wire_pair(&stream->wire, "reason", reason);
	wire_end(&stream->wire);
}

void sample_skip(struct sample_stream *stream, const char *name, const char *reason)
{
	sample_reason(stream, "skip", name, reason);
}

void sample_fail(struct sample_stream *stream, const char *name, const char *reason)
{
	sample_reason(stream, "fail", name, reason);
}

void sample_done(struct sample_stream *stream, unsigned failures)
{
	wire_begin(&stream->wire, "done");
	wire_number(&stream->wire, failures);
	wire_pair_number(&stream->wire, "runs", stream->wire.runs);
	wire_end_crc_stream(&stream->wire);
}

void sample_whole(struct sample_stream *stream)
{
	static const uint32_t values[] = {182, 156, 157, 4294967295u, 0, 26};

	sample_open(stream, "aerokernel 100%");
	sample_noise(stream, "boot: hello, this @run is no record");
	sample_run(stream, "clock_read", "", values, 2, 17);
	sample_noise(stream, "");
	sample_run(stream, "wake", "threads=4 place=same", values, 6, 33);
	sample_run(stream, "wake", "threads=4 place=other series=last", values, 3, 16);
	sample_skip(stream, "ipi", "needs 2 CPUs, here is 1");
	sample_done(stream, 0);
}

void sample_free(struct sample_stream *stream)
{
	free(stream->bytes);
	stream->bytes = NULL;
	stream->len_bytes = 0;
}
