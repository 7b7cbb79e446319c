/* SPDX-License-Identifier: MIT */
/*
 * From words of a command line to a stream: select benchmarks, warm up, measure, emit. A port calls runner_main() with
 * what only it can supply. Words are key=value:
 *
 *   bench=NAME,NAME…     which (default: all but the extra ones); NAME:PARAM=VALUE:PARAM=VALUE picks points of the grid
 *   samples=N warmup=N   per point (default 10000, and the larger of 200 and N/10)
 *   seed=N               order of the points, random delays (default 1)
 *   unit=NAME            what a tick of the clock is on this machine: ticks, or instructions under icount
 *   events=CODE/NAME,…   count these events in a second pass (counting.h; default: none, and no second pass)
 *   mode=bench|list|conform   measure; or one @bench record for each benchmark; or the conformance tests, as KTAP
 *   test=TEXT            mode=conform: only the tests whose name holds this text
 *
 * clock_read, the control, is measured first whatever was selected. Unknown words are passed to the port; a word that
 * nobody knows is an error that names it: one line on the console, and no stream.
 * mode=test, the kernel's own tests, is the kernel's: it looks for that word before it calls the runner.
 *
 * A word is given once, whoever's it is and on both systems: two words of one key are an error that names both, before
 * anything is measured, also where their values are the same. Neither the first nor the last wins, because whoever asked
 * for the other would not learn that it was not obeyed. What the kernel needs before it can say so (its console, memory, what
 * becomes of the machine: core/settings.h, "at boot") it takes from the first. The harness says it before the boot.
 */
#pragma once

#include "bench.h"
#include "counting.h"
#include "wire.h"

enum { RUNNER_PARAMS_MAX = 160 };

struct runner_point {
	const char *name;    /* the benchmark's */
	const char *params;  /* "place=other threads=4", "" without; at most RUNNER_PARAMS_MAX bytes, then cut */
	size_t index, count; /* number index, from 0, of so many */
	bool counting;       /* in the second pass, which has no rows */
};

/* What one series of a point measured, warm-up left out. */
struct runner_row {
	const char *series; /* "" for the one without a name */
	const char *unit;   /* of a sample */
	unsigned per;       /* operations in a sample */
	uint32_t *samples;  /* emitted already, and not looked at again: may be reordered */
	size_t count;
};

/*
 * Someone who is told how far the run is: always between points, never while one is measured, on the runner's thread. May
 * write lines to the console that do not begin with '@'. What it does is not measured, but it comes between points: memory
 * that it wants it takes in begin.
 */
struct runner_watch {
	/* So many points and rows at most will come, ticks being in this unit. False: no memory, which ends the run. */
	bool (*begin)(size_t points, size_t rows, const char *unit);
	/* Before a point, also one that is skipped then. */
	void (*point)(const struct runner_point *point);
	/* After that point: once for each row, after they were all emitted; or, once, why there is none. */
	void (*row)(const struct runner_row *row);
	void (*none)(const char *reason, bool failed);
	/* After @done. */
	void (*end)(unsigned failures);
};

struct runner_port {
	void (*write)(void *context, const char *bytes, size_t len_bytes);
	void *context;
	/*
	 * Emits the port's own @env pairs by wire_pair(); the runner has begun the record and ends it. The runner's own
	 * keys are cpus, clock_hz, benches, points, selection, samples, warmup, seed and boot_stamp. NULL: none.
	 */
	void (*env)(struct wire *wire);
	uint64_t boot_stamp; /* the clock when this system began: another one in each boot (wire.h) */
	/* Interrupts taken so far by all CPUs together, or -1 if unknown. NULL: unknown. */
	int64_t (*interrupts)(void);
	/* System management interrupts of this machine so far, or -1 if unknown. NULL: unknown. */
	int64_t (*smis)(void);
	/* Counts events. NULL: this system cannot. */
	const struct counting_port *counting;
	/*
	 * Asked when all points are over, before @done: why none of what was measured can be believed, or NULL. A reason is a
	 * failure of the stream. NULL here: nothing can be wrong.
	 */
	const char *(*verdict)(void);
	/* NULL: nobody watches. */
	const struct runner_watch *watch;
	/* Takes a word that the runner does not know; false: unknown, or its value is wrong. NULL: none. */
	bool (*word)(const char *key, const char *value);
};

/* What is said of two words of one key, behind both. */
#define RUNNER_TWICE "one word twice; give one of them"

enum { RUNNER_EINVAL = 22 /* errno.h's EINVAL, which freestanding code does not have */ };

/*
 * Returns the number of failures; 0 means that the stream ended with "@done 0". For
 * mode=conform it is the number of tests that failed. -EINVAL: a wrong word or no memory, already reported.
 */
int runner_main(const struct runner_port *port, int count, char *const words[]);
