/* SPDX-License-Identifier: MIT */
/*
 * Seeded pseudo-random numbers: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014, figure 17). The state is one word, every seed is good, and the same seed gives the same numbers on every
 * system.
 */
#pragma once

#include <stdint.h>

/* The next 64 bits. */
uint64_t splitmix_next(uint64_t *state);
/* Uniform in [0, bound); bound 0 stands for 2^64. */
uint64_t splitmix_below(uint64_t *state, uint64_t bound);
