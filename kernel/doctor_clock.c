/* SPDX-License-Identifier: MIT */
/*
 * The clock's grain and cost by fenced pairs of readings, and a loop whose speed every real CPU shares.
 */
#include "doctor.h"

enum { PAIRS = 20000, LOOP = 10000, LOOP_PARTS = 100 };

/* measuring.md §2, "Grain": values with less than 0.1 % of the mass say nothing; nor do those that occur once, and zeros. */
enum { GRAIN_MASS_DIVISOR = 1000 };

static void sift(uint32_t *values, size_t at, size_t count)
{
	for (;;) {
		size_t child = 2 * at + 1;
		uint32_t value = values[at];

		if (child >= count)
			return;
		if (child + 1 < count && values[child + 1] > values[child])
			child++;
		if (value >= values[child])
			return;
		values[at] = values[child];
		values[child] = value;
		at = child;
	}
}

/* Heapsort (Williams 1964): no stack, no memory, no bad case. */
static void sort(uint32_t *values, size_t count)
{
	for (size_t at = count / 2; at-- > 0;)
		sift(values, at, count);
	for (size_t last = count; last-- > 1;) {
		uint32_t value = values[0];

		values[0] = values[last];
		values[last] = value;
		sift(values, 0, last);
	}
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* --- Grain: the rule of harness/stats_grain.h, in whole numbers ------------------------------------------------------ */

/* Grains are in 1/SCALE ticks, chances in 1/CERTAIN. */
static const uint64_t SCALE = 10000, CERTAIN = 1000000000000;

enum {
	GRAIN_VALUES = 1000,       /* that many can have the mass */
	GRAIN_MIN = 8,             /* finer steps are not told from rounding */
	GRAIN_CHANCE_PERCENT = 15, /* how often chance may fit so many values with so many tries */
};

/* Different values with mass, ascending. */
struct values {
	uint32_t at[GRAIN_VALUES];
	size_t count;
};

static void values_gather(struct values *values, const uint32_t *sorted, size_t count)
{
	values->count = 0;
	for (size_t at = 0, next; at < count && values->count < GRAIN_VALUES; at = next) {
		for (next = at + 1; next < count && sorted[next] == sorted[at];)
			next++;
		if (next - at > 1 && (next - at) * GRAIN_MASS_DIVISOR >= count && sorted[at] > 0)
			values->at[values->count++] = sorted[at];
	}
}

/*
 * The grain of which the smallest value is the k-th multiple and all others are some, each rounded down or up; 0: there is none.
 * *chance: of values without a grain to fit this one.
 */
static uint64_t fit(const struct values *values, uint64_t k, uint64_t *chance)
{
	uint64_t low = (values->at[0] - 1) * SCALE / k, high = (values->at[0] + 1) * SCALE / k, before = k;

	*chance = CERTAIN;
	for (size_t i = 1; i < values->count; i++) {
		uint64_t value = values->at[i] * SCALE, grain = (low + high) / 2;
		uint64_t multiple = (value + grain / 2) / grain, least = (value - SCALE) / multiple,
			 most = (value + SCALE) / multiple;

		low = least > low ? least : low;
		high = most < high ? most : high;
		if (low >= high)
			return 0;
		if (multiple > before) /* of the distance between two multiples one value fits into 2 ticks */
			*chance = *chance * 2 / grain * SCALE;
		else if (before > k)
			*chance /= 2;
		before = multiple;
	}
	return before > k ? (low + high) / 2 : 0;
}

/* The largest grain that the values have and chance would not give, or 0. */
static uint64_t search(const struct values *values)
{
	for (uint64_t k = 1; values->count > 0 && values->at[0] / k >= GRAIN_MIN; k++) {
		uint64_t chance, grain = fit(values, k, &chance);

		if (grain >= GRAIN_MIN * SCALE) /* a finer one is still easier to find */
			return chance <= CERTAIN / 100 * GRAIN_CHANCE_PERCENT / k ? grain : 0;
	}
	return 0;
}

void doctor_clock_judge(struct doctor_clock *clock, const uint32_t *values, size_t count)
{
	static struct values different; /* one caller at a time */
	uint64_t divisor = 0, grain = 0;

	clock->read_p50 = values[count / 2];
	clock->read_p99 = values[count / 100 * 99];
	values_gather(&different, values, count);
	for (size_t i = 0; i < different.count; i++)
		divisor = gcd(different.at[i], divisor);
	if (divisor < GRAIN_MIN)
		grain = search(&different);
	clock->grain_hundredths = grain > 0 ? (grain + SCALE / 200) / (SCALE / 100) : divisor > 0 ? divisor * 100 : 100;
}

static void pairs_read(uint32_t *values)
{
	for (unsigned at = 0; at < PAIRS; at++) {
		uint64_t start = clock_start(), ticks = clock_stop() - start;

		values[at] = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
	}
}

/* The median of the parts, because some may be interrupted: an emulator is slow in every part. */
static uint64_t loop_hundredths(void)
{
	uint32_t part[LOOP_PARTS];

	for (unsigned at = 0; at < LOOP_PARTS; at++) {
		uint64_t start = clock_start(), ticks;

		cpu_count_down(LOOP);
		ticks = clock_stop() - start;
		part[at] = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
	}
	sort(part, LOOP_PARTS);
	return part[LOOP_PARTS / 2] * 100ull / LOOP;
}

void doctor_clock_probe(struct doctor_clock *clock)
{
	static uint32_t values[PAIRS];

	pairs_read(values); /* the first pass touches the pages and warms the path */
	pairs_read(values);
	sort(values, PAIRS);
	doctor_clock_judge(clock, values, PAIRS);
	clock->loop_hundredths = loop_hundredths();
}
