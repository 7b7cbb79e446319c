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
 * nobody knows, or one of the above a second time, is an error that names it: one line on the console, and no stream.
 * mode=test, the kernel's own tests, is the kernel's: it looks for that word before it calls the runner.
 */
#pragma once

#include "bench.h"
#include "counting.h"
#include "wire.h"

struct runner_port {
	void (*write)(void *context, const char *bytes, size_t len_bytes);
	void *context;
	/*
	 * Emits the port's own @env pairs by wire_pair(); the runner has begun the record and ends it. The runner's own
	 * keys are cpus, clock_hz, benches, points, samples, warmup and seed. NULL: none.
	 */
	void (*env)(struct wire *wire);
	/* Interrupts taken so far by all CPUs together, or -1 if unknown. NULL: unknown. */
	int64_t (*interrupts)(void);
	/* Counts events. NULL: this system cannot. */
	const struct counting_port *counting;
	/* Takes a word that the runner does not know; false: unknown, or its value is wrong. NULL: none. */
	bool (*word)(const char *key, const char *value);
};

enum { RUNNER_EINVAL = 22 /* errno.h's EINVAL, which freestanding code does not have */ };

/*
 * Returns the number of failures; 0 means that the stream ended with "@done 0". For
 * mode=conform it is the number of tests that failed. -EINVAL: a wrong word or no memory, already reported.
 */
int runner_main(const struct runner_port *port, int count, char *const words[]);
