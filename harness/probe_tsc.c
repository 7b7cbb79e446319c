/* SPDX-License-Identifier: MIT */
/* The TSC as a clock: what one tick is, how fine it is, what a reading costs. */
#include "probe.h"

#include <cpuid.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats_grain.h"

enum { PAIRS = 20000, WINDOW_MS = 200, LOOP = 1000 * 1000, LOOP_PARTS = 100 };

static uint64_t raw_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Ticks per second over one window. */
static double window_hz(void)
{
	struct timespec pause = {.tv_nsec = WINDOW_MS * 1000000L};
	uint64_t ns = raw_ns(), ticks = probe_clock_start();

	nanosleep(&pause, NULL);
	ns = raw_ns() - ns;
	ticks = probe_clock_start() - ticks;
	return (double)ticks * 1e9 / (double)ns;
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* Of sorted pairs; those that do not fit 32 bits are too rare to count. */
static double grain_of(const uint64_t *pairs)
{
	uint32_t *values = calloc(PAIRS, sizeof(*values));
	double grain = 0;

	if (values == NULL)
		return 0;
	for (size_t i = 0; i < PAIRS; i++)
		values[i] = pairs[i] < UINT32_MAX ? (uint32_t)pairs[i] : UINT32_MAX;
	grain = stats_grain_u32(values, PAIRS);
	free(values);
	return grain;
}

static void read_cost(struct probe_tsc *tsc)
{
	uint64_t *pairs = calloc(PAIRS, sizeof(*pairs));

	if (pairs == NULL)
		return;
	for (size_t i = 0; i < PAIRS; i++) {
		uint64_t start = probe_clock_start();

		pairs[i] = probe_clock_stop() - start;
	}
	qsort(pairs, PAIRS, sizeof(*pairs), by_value);
	tsc->read_p50 = (double)pairs[PAIRS / 2];
	tsc->read_p99 = (double)pairs[PAIRS / 100 * 99];
	tsc->grain_ticks = grain_of(pairs);
	free(pairs);
}

/* The median of a hundred parts, because some may be interrupted: an emulator is slow in every part. */
static double loop_ticks(void)
{
	uint64_t part[LOOP_PARTS];

	for (int i = 0; i < LOOP_PARTS; i++) {
		unsigned count = LOOP / LOOP_PARTS;
		uint64_t start = probe_clock_start();

		asm volatile("1: dec %0\n\tjnz 1b" : "+r"(count) : : "cc");
		part[i] = probe_clock_stop() - start;
	}
	qsort(part, LOOP_PARTS, sizeof(part[0]), by_value);
	return (double)part[LOOP_PARTS / 2] / (LOOP / LOOP_PARTS);
}

void probe_tsc(struct probe_tsc *tsc)
{
	unsigned eax, ebx, ecx, edx;
	double first, second;

	memset(tsc, 0, sizeof(*tsc));
	tsc->invariant = __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & 1u << 8) != 0;
	tsc->rdtscp = __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) != 0 && (edx & 1u << 27) != 0;
	first = window_hz();
	second = window_hz();
	tsc->hz = (first + second) / 2;
	tsc->disagreement_ppm = (first > second ? first - second : second - first) / tsc->hz * 1e6;
	read_cost(tsc);
	tsc->loop_ticks = loop_ticks();
}
