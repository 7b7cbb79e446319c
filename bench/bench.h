/* SPDX-License-Identifier: MIT */
/*
 * What a benchmark author includes. A benchmark is one file with one BENCH(): its header comment says what one sample
 * is and where the two stamps are; its function loops over bench_next(), records ticks, and checks itself. It neither
 * prints nor allocates in the loop. A failed check discards the samples: nothing is reported from a run that is wrong.
 */
#pragma once

#include "os.h"

enum { BENCH_PARAMS_MAX = 4, BENCH_SERIES_MAX = 4, BENCH_COPIES_STEP = 16 };

/* One axis of the benchmark's grid. Every combination of values is measured as a row of its own. */
struct bench_param {
	const char *name;   /* "threads", "place" */
	const char *values; /* separated by one space: "2 4 8", "same other" */
};

struct bench_run;

struct bench {
	const char *name;  /* the source file's name: stream key, result key */
	const char *about; /* one line: what one sample is */
	const char *unit;  /* of what is recorded: "ticks" */
	void (*run)(struct bench_run *run);
	/*
	 * Optional, for operations too short for the clock, and only without named series: the same operation
	 * bench_copies() times back to back between one start and one stop stamp, sample after sample.
	 */
	void (*repeat)(struct bench_run *run);
	struct bench_param params[BENCH_PARAMS_MAX];
	/* Names of what is recorded side by side; none: one series without a name. */
	const char *series[BENCH_SERIES_MAX];
	unsigned per;          /* operations in one sample, 1 if 0: the harness divides */
	unsigned min_cpus;     /* fewer: skipped with the reason */
	unsigned max_samples;  /* bound for benchmarks whose one sample is long; 0: none */
	unsigned max_warmup;   /* the same for warm-up samples */
	const char *spread;    /* why warm samples under sim are not all equal; NULL: they are */
	const char *spread_at; /* where: "PARAM=VALUE:… …", all pairs of one must hold; series=NAME; NULL: all */
	bool bare;             /* a sample is not what lies between a start and a stop stamp: no control is in it */
	bool extra;            /* long, or of use in few runs: measured only where bench= names it, and last */
};

/*
 * Registers a benchmark: a pointer in a linker section, because structs in a section get padded. The first argument
 * is the file's name without .c; the others initialise struct bench.
 */
#define BENCH(id, ...)                                                     \
	static const struct bench bench_##id = {.name = #id, __VA_ARGS__}; \
	static const struct bench *const bench_pointer_##id __attribute__((used, section("aero_benches"))) = &bench_##id

/* One measurement of one point of the grid. The runner owns it; benchmarks use the functions below. */
struct bench_run {
	const struct bench *bench;
	unsigned value[BENCH_PARAMS_MAX]; /* index into each parameter's values */
	uint32_t *samples[BENCH_SERIES_MAX];
	unsigned recorded[BENCH_SERIES_MAX];
	unsigned iteration; /* of bench_next() */
	unsigned total;     /* warm-up and samples: iterations that bench_next() grants */
	unsigned copies;    /* while repeating: n, a multiple of BENCH_COPIES_STEP */
	unsigned overflow;  /* deltas that did not fit 32 bits */
	unsigned backward;  /* stop stamps before start stamps */
	uint64_t random;    /* state of the generator */
	const char *failed; /* the first failed check, or NULL */
	const char *skipped;
};

/* The loop condition: true while a further sample is wanted. */
static inline bool bench_next(struct bench_run *run)
{
	return run->failed == NULL && run->iteration < run->total && run->iteration++ < run->total;
}

/*
 * In .repeat: how many operations to do between the stamps of the sample that bench_next() has just granted, n and 2n in
 * turn. A multiple of BENCH_COPIES_STEP, so that they can be unrolled. (t(2n) - t(n)) / n is one operation without any
 * cost that both have (measuring.md §2, "Below the grain").
 */
static inline unsigned bench_copies(const struct bench_run *run)
{
	return run->iteration % 2 == 1 ? run->copies : 2 * run->copies;
}

/* Records one sample of series 0 … from its two stamps, in the clock's ticks. One per series and iteration. */
static inline void bench_record_series(struct bench_run *run, unsigned series, uint64_t start, uint64_t stop)
{
	uint64_t ticks = stop - start;
	unsigned at = run->recorded[series];

	if ((int64_t)ticks < 0) {
		run->backward++;
		ticks = 0;
	}
	if (ticks > UINT32_MAX) {
		run->overflow++;
		ticks = UINT32_MAX;
	}
	if (at < run->total)
		run->samples[series][at] = (uint32_t)ticks;
	run->recorded[series] = at + 1;
}

static inline void bench_record(struct bench_run *run, uint64_t start, uint64_t stop)
{
	bench_record_series(run, 0, start, stop);
}

/* The benchmark's own check. The first one that fails ends the measurement: message, no numbers, failing exit. */
static inline void bench_check(struct bench_run *run, bool holds, const char *claim)
{
	if (!holds && run->failed == NULL)
		run->failed = claim;
}

/* Not measurable on this system or machine (too few CPUs for this point of the grid): reported with the reason. */
static inline void bench_skip(struct bench_run *run, const char *reason)
{
	run->skipped = reason;
}

/* The number that parameter name has at this point; the name must be one of the benchmark's own. */
unsigned bench_int(const struct bench_run *run, const char *name);
/* Whether parameter name has this value at this point. */
bool bench_is(const struct bench_run *run, const char *name, const char *value);
/* Uniform in [low, high], from the run's stored seed. */
uint64_t bench_random(struct bench_run *run, uint64_t low, uint64_t high);
