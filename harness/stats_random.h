/* SPDX-License-Identifier: MIT */
/*
 * Random numbers for permutations, resampling and simulation: the seed decides every draw, so that a result can be made
 * again. SplitMix64 (Steele, Lea & Flood 2014): one word of state, every seed is good, no draw depends on the machine.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct stats_random {
	uint64_t state; /* the seed, to begin with */
};

/* 64 uniform bits. */
uint64_t stats_random_next(struct stats_random *random);
/* Uniform in [0, limit), without bias; limit > 0. */
uint32_t stats_random_below(struct stats_random *random, uint32_t limit);
/* Puts the values into a random order, each order equally likely (Durstenfeld 1964). n < 2^32. */
void stats_random_shuffle(struct stats_random *random, double *values, size_t n);
