/* SPDX-License-Identifier: MIT */
/* A log-linear histogram: see export_histogram.h. */
#include "export_histogram.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

enum { STEPS = 1 << HISTOGRAM_STEP_BITS, LINES_PER_HALVING = 5 };

void histogram_open(struct histogram *histogram)
{
	*histogram = (struct histogram){.counts = memory_new(HISTOGRAM_BUCKETS, sizeof(*histogram->counts))};
}

void histogram_free(struct histogram *histogram)
{
	free(histogram->counts);
	*histogram = (struct histogram){0};
}

size_t histogram_bucket(uint32_t value)
{
	unsigned bits = value != 0 ? 32 - (unsigned)__builtin_clz(value) : 0;
	unsigned shift = bits > HISTOGRAM_STEP_BITS + 1 ? bits - HISTOGRAM_STEP_BITS - 1 : 0;

	/* shift > 0: the top bits are STEPS … 2 STEPS - 1, so that each doubling follows the one before. */
	return ((size_t)shift << HISTOGRAM_STEP_BITS) + (value >> shift);
}

static unsigned shift_of(size_t bucket)
{
	return bucket < 2 * STEPS ? 0 : (unsigned)(bucket >> HISTOGRAM_STEP_BITS) - 1;
}

uint32_t histogram_lowest(size_t bucket)
{
	unsigned shift = shift_of(bucket);

	return (uint32_t)(bucket - ((size_t)shift << HISTOGRAM_STEP_BITS)) << shift;
}

uint32_t histogram_highest(size_t bucket)
{
	return histogram_lowest(bucket) + ((uint32_t)1 << shift_of(bucket)) - 1;
}

void histogram_add(struct histogram *histogram, uint32_t value)
{
	histogram->counts[histogram_bucket(value)]++;
	histogram->total++;
	if (value > histogram->max)
		histogram->max = value;
}

/* The next percentile to report: LINES_PER_HALVING steps in each halving of what is left to 100. */
static double next_level(double level)
{
	double halvings = floor(log2(100 / (100 - level))) + 1;

	return level + 100 / (LINES_PER_HALVING * exp2(halvings));
}

/* A bucket's lines: one for each level that it reaches. Returns the next level. */
static double print_bucket(FILE *file, double value, uint64_t count, uint64_t total, double level)
{
	while (level < 100 && 100.0 * (double)count / (double)total >= level) {
		fprintf(file, "%12.3f %2.12f %10ju %14.2f\n", value, level / 100, (uintmax_t)count,
			1 / (1 - level / 100));
		level = next_level(level);
		if (count == total)
			break;
	}
	return level;
}

static double printed(struct histogram_unit unit, uint32_t value)
{
	return fmax(0, value * unit.scale - unit.offset);
}

void histogram_print(const struct histogram *histogram, struct histogram_unit unit, struct histogram_moments moments,
		     FILE *file)
{
	uint64_t count = 0;
	double level = 0, value = 0;

	fprintf(file, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
	for (size_t i = 0; i < HISTOGRAM_BUCKETS && count < histogram->total; i++) {
		if (histogram->counts[i] == 0)
			continue;
		count += histogram->counts[i];
		value = printed(unit, histogram_highest(i));
		level = print_bucket(file, value, count, histogram->total, level);
	}
	fprintf(file, "%12.3f %2.12f %10ju\n", value, 1.0, (uintmax_t)count);
	fprintf(file, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", moments.mean, moments.stddev);
	fprintf(file, "#[Max     = %12.3f, Total count    = %12ju]\n", printed(unit, histogram->max),
		(uintmax_t)histogram->total);
	fprintf(file, "#[Buckets = %12d, SubBuckets     = %12d]\n", 32 - HISTOGRAM_STEP_BITS, 2 * STEPS);
}
