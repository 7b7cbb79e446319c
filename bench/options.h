/* SPDX-License-Identifier: MIT */
/*
 * The runner's words of the command line, checked. See runner.h for what each means.
 */
#pragma once

#include "counting.h"
#include "grid.h"
#include "runner.h"

enum { OPTIONS_SAMPLES_MAX = 1000000, OPTIONS_SAMPLES_DEFAULT = 10000, OPTIONS_WARMUP_MIN = 200 };

struct options {
	struct word bench; /* at is NULL: all */
	struct word test;  /* at is NULL: all */
	struct word mode;
	const char *unit;
	uint64_t samples;
	uint64_t warmup; /* if warmup_given */
	uint64_t seed;
	bool warmup_given;
	struct counting counting; /* count is 0: no second pass */
};

/* The caller has seen that none is there twice (word_twice()). Those that the runner does not know go to the port. False: one of them is wrong. */
bool options_parse(struct options *options, const struct runner_port *port, int count, char *const words[],
		   struct complaint *complaint);
/* Samples and warm-up samples of one point of this benchmark. */
unsigned options_samples(const struct options *options, const struct bench *bench);
unsigned options_warmup(const struct options *options, const struct bench *bench);
/* What a tick of the clock is on this machine; a benchmark with a unit of its own does not record ticks. */
const char *options_unit(const struct options *options, const struct bench *bench);
