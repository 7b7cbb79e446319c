/* SPDX-License-Identifier: MIT */
/*
 * Many samples in little room, without losing a spike: runs of neighbours become their smallest, middle and largest
 * value. Every sample is in exactly one bucket, so the extremes of the buckets are those of the samples. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Three values that were measured: none is an average. */
struct bucket {
	uint32_t min, median, max; /* median: of an even number of samples the lower of the two in the middle */
};

/*
 * Divides n samples in time order into at most limit > 0 buckets of sizes that differ by at most one; buckets has room
 * for that many. Returns how many there are: n if that is less than limit.
 */
size_t bucket_fill(struct bucket *buckets, size_t limit, const uint32_t *samples, size_t n);
