/* SPDX-License-Identifier: MIT */
/*
 * The reading end of bench/wire.h: a whole raw log in, everything it proves out, or one line that says which record is
 * wrong. Strict: an unknown record, a wrong order, a count or CRC that does not match, a second point of the same name,
 * or bytes after @done are errors, and then no number leaves this file: a stream that is not whole and clean has no runs.
 * Lines that do not begin with '@' are console noise and are kept for messages. Memory is bounded by the input's size.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Larger inputs are refused: 1 GiB is 100 times the largest planned run. */
enum { STREAM_BYTES_MAX = 1 << 30, STREAM_PARAMS_MAX = 16, STREAM_SAMPLES_MAX = 1 << 24 };

/* Streams of before bare= do not say. */
enum { STREAM_BARE_UNKNOWN = -1 };

struct stream_pair {
	char *key;
	char *value; /* decoded */
};

/* A point of a benchmark's grid: the parameters in the order of the stream; a named series is the last one, "series". */
struct stream_point {
	char *benchmark;
	struct stream_pair params[STREAM_PARAMS_MAX];
	size_t param_count;
};

/* One @run or @repeat … @end: the samples of one series at one point. */
struct stream_run {
	struct stream_point point;
	char *unit;        /* "ticks", "instructions" */
	unsigned per;      /* operations in one sample; the reader divides; at least 1 */
	uint32_t *samples; /* n of them, in time order */
	size_t n;          /* at least 1 */
	uint32_t *warmup;  /* warmup_count of them; the first is the cold one */
	size_t warmup_count;
	uint64_t overflow; /* samples that did not fit and are UINT32_MAX */
	int64_t irqs;      /* interrupts during the run on all CPUs; -1: unknown */
	int64_t smis;      /* system management interrupts during the point, all its series together; -1: unknown */
	/* Of a @repeat: samples are so many operations and twice as many, in turn; n is even. @run: 0. */
	unsigned copies;
	unsigned line; /* of its @run, from 1 */
};

/* One @skip or @fail. */
struct stream_note {
	struct stream_point point;
	char *reason;
	unsigned line;
};

/* One @bench: what mode=list lists, or what the stream measures. */
struct stream_bench {
	struct stream_point point;   /* the name, and each parameter with its values separated by '|' */
	char *unit, *series, *about; /* series: names separated by '|', "" for the one series without a name */
	char *spread;                /* why warm samples that count instructions differ; "": they should not */
	char *spread_at;             /* at which points, "PARAM=VALUE:… …"; "": at all */
	uint64_t per, min_cpus, max_samples;
	uint64_t extra; /* 1: measured only where it is named */
	int bare;       /* 1: a sample is not what lies between a start and a stop stamp; or STREAM_BARE_UNKNOWN */
};

/* One @count: how often an event occurred while a point ran once more, for counting. */
struct stream_count {
	struct stream_point point; /* without a series: a point's series are counted together */
	char *event;
	int64_t count;       /* on all CPUs, in all iterations; -1: not counted all the time */
	uint64_t iterations; /* at least 1 */
	uint64_t per;        /* operations in one iteration; at least 1 */
};

struct stream {
	struct stream_pair *env; /* all @env pairs in order */
	size_t env_count;
	struct stream_run *runs; /* empty unless the whole stream was good and @done said 0 failures */
	size_t run_count;
	struct stream_run *repeats; /* each of a point that is in runs, in the order of the stream */
	size_t repeat_count;
	struct stream_note *skips;
	size_t skip_count;
	struct stream_note *fails; /* kept when the stream failed */
	size_t fail_count;
	struct stream_bench *benches; /* none in streams of before they told of themselves */
	size_t bench_count;
	struct stream_count *counts; /* none unless events were asked for */
	size_t count_count;
	struct stream_note *nocounts; /* events that cannot be counted there: the name is point.benchmark */
	size_t nocount_count;
	char **noise; /* console lines, in order, without newline, unprintable bytes as '?' */
	size_t noise_count;
};

/*
 * Parses a whole raw log. Returns 0 with everything filled, or with the error set and no runs: STATUS_USAGE for a stream
 * that is broken (truncated, corrupted, reordered, empty), STATUS_FAILED for a whole stream that reports failures of its
 * own. env, fails and noise hold what was read until then, for messages only. Call stream_free() in every case.
 */
int stream_parse(struct stream *stream, const char *bytes, size_t len_bytes, struct error *error);
void stream_free(struct stream *stream);

/* The value of an @env key, or NULL. */
const char *stream_env(const struct stream *stream, const char *key);
/* Whether two runs are series of one point. */
bool stream_point_same(const struct stream_point *a, const struct stream_point *b);
/* The value of a parameter of the point, or NULL. */
const char *stream_point_value(const struct stream_point *point, const char *key);
/* "place=same threads=4" in the order of the stream, "" without parameters; allocated. Equal texts are the same point. */
char *stream_point_params(const struct stream_point *point);
