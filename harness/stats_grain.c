/* SPDX-License-Identifier: MIT */
/*
 * The grain of a clock: see stats_grain.h. A candidate is the smallest value divided by a whole number. Each value v,
 * taken as k g rounded, confines g to ((v - 1) / k, (v + 1) / k); a candidate stands while these intervals have a
 * point in common, and its grain is the middle of what they leave.
 */
#include "stats_grain.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

/* measuring.md §2, "Grain": values with less of the mass, and those that occur once, are no multiples of anything. */
#define GRAIN_MASS 0.001
enum { GRAIN_VALUES = 1000 }; /* that many can have it */
/* Finer steps are not told from rounding, and do no harm: most values lie within one tick of a multiple of 3 anyhow. */
#define GRAIN_MIN 8
/* How often chance may fit so many values with so many tries. */
#define GRAIN_CHANCE 0.15

/* Different values with mass, ascending. */
struct values {
	uint32_t at[GRAIN_VALUES];
	size_t count;
};

static void values_gather(struct values *values, const uint32_t *sorted, size_t n)
{
	values->count = 0;
	for (size_t at = 0, next; at < n && values->count < GRAIN_VALUES; at = next) {
		for (next = at + 1; next < n && sorted[next] == sorted[at];)
			next++;
		if (next - at > 1 && (double)(next - at) >= GRAIN_MASS * (double)n && sorted[at] > 0)
			values->at[values->count++] = sorted[at];
	}
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b != 0) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * The grain of which the smallest value is the k-th multiple and all others are some; NaN: there is none. *chance: how
 * probable it is that values without a grain fit this one: of the distance between two multiples one value fits into 2
 * ticks, two neighbours fit into 1.
 */
static double fit(const struct values *values, double k, double *chance)
{
	double low = (values->at[0] - 1) / k, high = (values->at[0] + 1) / k, before = k;

	*chance = 1;
	for (size_t i = 1; i < values->count; i++) {
		double value = values->at[i], grain = (low + high) / 2, multiple = round(value / grain);

		low = fmax(low, (value - 1) / multiple);
		high = fmin(high, (value + 1) / multiple);
		if (low >= high)
			return NAN;
		if (multiple > before)
			*chance *= 2 / grain;
		else if (before > k)
			*chance /= 2;
		before = multiple;
	}
	return before > k ? (low + high) / 2 : NAN;
}

/* The largest grain that the values have and chance would not give, or NaN. */
static double search(const struct values *values)
{
	for (double k = 1; values->count > 0 && values->at[0] / k >= GRAIN_MIN; k++) {
		double chance, grain = fit(values, k, &chance);

		/* A finer one is still easier to find. */
		if (grain >= GRAIN_MIN)
			return k * chance <= GRAIN_CHANCE ? grain : NAN;
	}
	return NAN;
}

double stats_grain_u32(const uint32_t *sorted, size_t n)
{
	struct values *values = memory_new(1, sizeof(*values));
	uint32_t divisor = 0;
	double grain = NAN;

	values_gather(values, sorted, n);
	for (size_t i = 0; i < values->count; i++)
		divisor = gcd(values->at[i], divisor);
	if (divisor < GRAIN_MIN)
		grain = search(values);
	free(values);
	return !isnan(grain) ? grain : divisor > 0 ? divisor : 1;
}
