/* SPDX-License-Identifier: MIT */
/*
 * Seeded pseudo-random numbers without a library. splitmix_below() has no bias.
 */
#include "splitmix.h"

uint64_t splitmix_next(uint64_t *state)
{
	/* constants of the paper's figure 17: the golden gamma, then Stafford's "mix13" */
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019, algorithm 5. */
uint64_t splitmix_below(uint64_t *state, uint64_t bound)
{
	if (bound == 0)
		return splitmix_next(state);

	uint64_t reject_below = (0 - bound) % bound; /* 2^64 modulo bound: what would favour small results */

	for (;;) {
		unsigned __int128 product = (unsigned __int128)splitmix_next(state) * bound;

		if ((uint64_t)product >= reject_below)
			return (uint64_t)(product >> 64);
	}
}
