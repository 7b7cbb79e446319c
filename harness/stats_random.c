/* SPDX-License-Identifier: MIT */
/* Seeded random numbers: see stats_random.h. */
#include "stats_random.h"

uint64_t stats_random_next(struct stats_random *random)
{
	/* The increment is 2^64 over the golden ratio, the mixer Stafford's variant 13 (Steele, Lea & Flood 2014). */
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/*
 * Lemire 2019: the upper half of draw x limit is uniform but for 2^32 mod limit draws too many, which are the ones with
 * a small lower half; those are drawn again.
 */
uint32_t stats_random_below(struct stats_random *random, uint32_t limit)
{
	uint64_t product = (stats_random_next(random) >> 32) * limit;

	if ((uint32_t)product < limit) {
		uint32_t excess = -limit % limit;

		while ((uint32_t)product < excess)
			product = (stats_random_next(random) >> 32) * limit;
	}
	return (uint32_t)(product >> 32);
}

void stats_random_shuffle(struct stats_random *random, double *values, size_t n)
{
	for (size_t left = n; left > 1; left--) {
		size_t place = stats_random_below(random, (uint32_t)left);
		double value = values[place];

		values[place] = values[left - 1];
		values[left - 1] = value;
	}
}
