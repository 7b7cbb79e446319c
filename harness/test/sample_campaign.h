/* SPDX-License-Identifier: MIT */
/*
 * A whole run for tests of what reads runs: made-up samples of the suite's benchmarks for Aerokernel and Linux on sim,
 * qemu and host, written to a store by the same writers as real ones. The same options give the same samples.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A subject that could not run, a point that was skipped and a verdict with reasons carry this text. */
extern const char *const sample_campaign_hostile;

struct sample_campaign {
	const char *results;   /* directory for runs */
	unsigned rounds;       /* boots of each subject */
	size_t n;              /* samples of a row */
	const char *benchmark; /* only this one and clock_read; NULL: all */
	const char *machine;   /* only subjects on this machine; NULL: all */
	bool builds;           /* other subjects: linux@qemu, and build=slow with thread_create half as dear again */
	bool growth;           /* other subjects: both systems on qemu and sim with 1, 2 and 8 CPUs */
};

/* Makes the run; the directory's path, allocated. Ends the test program if it cannot. */
char *sample_campaign_make(const struct sample_campaign *options);
