/* SPDX-License-Identifier: MIT */
/*
 * A log-linear histogram of 32-bit values after HdrHistogram (Gil Tene, hdrhistogram.org): 2,048 linear steps, then 1,024
 * in each doubling, so that a value is known to 3 decimal digits whatever its size. Prints the percentile distribution
 * that HdrHistogram's tools read (.hgrm).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct histogram {
	uint64_t *counts; /* HISTOGRAM_BUCKETS of them */
	uint64_t total;
	uint32_t max; /* of the values themselves */
};

/* 2^11 values below 2^11, then 2^10 steps for each further bit of 32: 11 bits are 3 decimal digits. */
enum { HISTOGRAM_STEP_BITS = 10, HISTOGRAM_BUCKETS = (32 - HISTOGRAM_STEP_BITS + 1) << HISTOGRAM_STEP_BITS };

void histogram_open(struct histogram *histogram);
void histogram_free(struct histogram *histogram);
void histogram_add(struct histogram *histogram, uint32_t value);

/* The bucket of a value, and the least and greatest value of a bucket. */
size_t histogram_bucket(uint32_t value);
uint32_t histogram_lowest(size_t bucket);
uint32_t histogram_highest(size_t bucket);

/* What the last lines say beside the distribution. */
struct histogram_moments {
	double mean, stddev;
};

/* From a value of the histogram to one that is printed. */
struct histogram_unit {
	double scale, offset;
};

/*
 * The distribution, 5 lines for each halving of the distance to 100 %: the greatest value of the bucket times scale less
 * offset, at least 0, because the tools know nothing below; the percentile as a fraction, the samples up to it, 1 / (1 - percentile). At least one value has been added.
 */
void histogram_print(const struct histogram *histogram, struct histogram_unit unit, struct histogram_moments moments,
		     FILE *file);
