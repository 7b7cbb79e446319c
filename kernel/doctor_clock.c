/* SPDX-License-Identifier: MIT */
/*
 * The clock's grain and cost by fenced pairs of readings, and a loop whose speed every real CPU shares.
 */
#include "doctor.h"

enum { PAIRS = 20000, LOOP = 10000, LOOP_PARTS = 100 };

/* measuring.md §2, "Grain": values with less than 0.1 % of the mass say nothing; nor do those that occur once. */
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

void doctor_clock_judge(struct doctor_clock *clock, const uint32_t *values, size_t count)
{
	uint64_t grain = 0;

	clock->read_p50 = values[count / 2];
	clock->read_p99 = values[count / 100 * 99];
	for (size_t at = 0, next; at < count; at = next) {
		for (next = at + 1; next < count && values[next] == values[at];)
			next++;
		if (next - at > 1 && (next - at) * GRAIN_MASS_DIVISOR >= count)
			grain = gcd(values[at], grain);
	}
	clock->grain_ticks = grain > 0 ? grain : 1;
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
