/* SPDX-License-Identifier: MIT */
/* Simulated runs: see sample_noise.h. */
#include "sample_noise.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Normal numbers inside a run come from a table: its quantisation is far below any effect, and it costs no logarithm. */
enum { TABLE_BITS = 14, TABLE = 1 << TABLE_BITS };

double noise_unit(struct stats_random *random)
{
	/* 53 bits, the middle of each step: (k + 1/2) / 2^53 would round up to 1 for the last k, 52 bits do not. */
	return ((double)(stats_random_next(random) >> 12) + 0.5) * 0x1p-52;
}

/* Box & Muller 1958. */
double noise_normal(struct stats_random *random)
{
	double radius = sqrt(-2 * log(noise_unit(random)));

	return radius * cos(2 * M_PI * noise_unit(random));
}

struct noise noise_plain(uint64_t seed)
{
	return (struct noise){.random = {seed}, .median = 1000, .sigma = 0.1};
}

/* The same for every seed, standardised, so that samples from it have mean 0 and variance 1. */
static const double *normal_table(void)
{
	static double table[TABLE];
	static bool made;
	struct stats_random random = {1958};
	double mean = 0, squares = 0;

	if (made)
		return table;
	for (size_t i = 0; i < TABLE; i++) {
		table[i] = noise_normal(&random);
		mean += table[i] / TABLE;
	}
	for (size_t i = 0; i < TABLE; i++)
		squares += (table[i] - mean) * (table[i] - mean) / TABLE;
	for (size_t i = 0; i < TABLE; i++)
		table[i] = (table[i] - mean) / sqrt(squares);
	made = true;
	return table;
}

/* What is drawn once a run. */
struct level {
	double log_median, sigma, outliers, second;
};

static struct level draw_level(struct noise *noise, double position)
{
	double location = noise->run_sd * noise_normal(&noise->random);
	double spread = noise->run_spread * noise_normal(&noise->random);
	double tail = noise->run_tail * noise_normal(&noise->random);
	double share = 0.5 + noise_unit(&noise->random);

	return (struct level){.log_median = log(noise->median) + location + noise->drift * position,
			      .sigma = noise->sigma * exp(spread),
			      .outliers = fmin(0.5, noise->outliers * exp(tail)),
			      .second = noise->second * share};
}

void noise_fill(struct noise *noise, double position, uint32_t *samples, size_t n)
{
	struct level level = draw_level(noise, position);
	const double *table = normal_table();
	double innovation = sqrt(1 - noise->ar * noise->ar);
	double z = table[stats_random_below(&noise->random, TABLE)];

	for (size_t i = 0; i < n; i++) {
		/* One draw: 14 bits for the step, 25 each for the two coins. */
		uint64_t bits = stats_random_next(&noise->random);
		double value;

		z = noise->ar * z + innovation * table[bits & (TABLE - 1)];
		value = exp(level.log_median + level.sigma * z);
		if ((double)(bits >> TABLE_BITS & 0x1ffffff) < level.second * 0x2000000)
			value *= 1.6;
		if ((double)(bits >> 39) < level.outliers * 0x2000000)
			value *= 2 * pow(noise_unit(&noise->random), -1 / 1.5);
		samples[i] = value < UINT32_MAX ? (uint32_t)(value + 0.5) : UINT32_MAX;
	}
}
