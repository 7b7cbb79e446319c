/* SPDX-License-Identifier: MIT */
/*
 * From words of a command line to a stream: select benchmarks, warm up, measure, emit. A port calls runner_main() with
 * what only it can supply. Words are key=value:
 *
 *   bench=NAME,NAME…     which (default: all); NAME:PARAM=VALUE:PARAM=VALUE picks points of the grid
 *   samples=N warmup=N   per point (default 10000, and the larger of 200 and N/10)
 *   seed=N               order of the points, random delays (default 1)
 *   unit=NAME            what a tick of the clock is on this machine: ticks, or instructions under icount
 *   mode=bench|list|conform|test
 *
 * clock_read, the control, is measured first whatever was selected. Unknown words are passed to the port; a word that
 * nobody knows is an error that names it.
 */
#pragma once

#include "bench.h"
#include "wire.h"

struct runner_port {
	void (*write)(void *context, const char *bytes, size_t len_bytes);
	void *context;
	/* Emits the port's own @env pairs by wire_pair(); the runner has begun the record and ends it. */
	void (*env)(struct wire *wire);
	/* Interrupts taken so far by all CPUs together, or -1 if unknown. */
	int64_t (*interrupts)(void);
	/* Takes a word that the runner does not know; false: unknown. */
	bool (*word)(const char *key, const char *value);
};

/* Returns the number of failures; 0 means that the stream ended with "@done 0". -EINVAL: a wrong word, already reported. */
int runner_main(const struct runner_port *port, int count, char *const words[]);
