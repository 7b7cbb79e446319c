/* SPDX-License-Identifier: MIT */
/*
 * What takes a busy CPU away from its only thread: a selfish-detour loop (measuring.md §7).
 *
 * One sample of each series: a window of 100 us in which the thread does nothing but read the clock. "gap" is the
 * largest gap between two successive reads; "lost" is the sum, over the gaps longer than 9 times the shortest, of
 * what they have above the shortest. The shortest gap is found before: reads until 100 rounds of 1,000 in a row find
 * no shorter one. A gap that begins in the window counts in full. cpu is the first one, which often serves the
 * system, or the last. Both series are dominated by few windows: see the tail, not the median. In a system that
 * leaves the CPU alone "lost" is 0 in every window, unless the machine below takes the CPU away.
 */
#include "place.h"

/* 9: the threshold of the selfish benchmark of netgauge, as a multiple of the shortest gap. */
enum { WINDOWS_PER_S = 10000, THRESHOLD = 9, CALM_ROUNDS = 100, READS = 1000 };

struct window {
	uint64_t gap, lost; /* ticks */
	uint64_t reads;
};

static uint64_t shortest_gap(void)
{
	uint64_t shortest = UINT64_MAX, last = os_clock_stop();

	for (unsigned calm = 0; calm < CALM_ROUNDS; calm++) {
		for (unsigned i = 0; i < READS; i++) {
			uint64_t now = os_clock_stop();

			if (now - last < shortest) {
				shortest = now - last;
				calm = 0;
			}
			last = now;
		}
	}
	return shortest > 0 ? shortest : 1; /* a clock coarser than its own reading */
}

static struct window window_watch(uint64_t len_ticks, uint64_t shortest)
{
	struct window window = {.gap = 0, .lost = 0, .reads = 0};
	uint64_t begin = os_clock_stop(), last = begin;

	while (last - begin < len_ticks) {
		uint64_t now = os_clock_stop(), gap = now - last;

		last = now;
		window.reads++;
		if (gap > window.gap)
			window.gap = gap;
		if (gap > THRESHOLD * shortest)
			window.lost += gap - shortest;
	}
	return window;
}

static void measure(struct bench_run *run)
{
	unsigned cpu = bench_is(run, "cpu", "first") ? PLACE_MAIN : os_cpu_count() - 1;
	uint64_t len_ticks = os_clock_hz() / WINDOWS_PER_S, shortest, reads = 0;

	if (bench_is(run, "cpu", "last") && cpu == PLACE_MAIN) {
		bench_skip(run, "cpu=last needs 2 CPUs");
		return;
	}
	place_main(run);
	bench_check(run, os_thread_move(cpu) == 0 && os_cpu_self() == cpu, "the main part runs on the watched CPU");
	shortest = shortest_gap();
	while (bench_next(run)) {
		struct window window = window_watch(len_ticks, shortest);

		reads += window.reads;
		bench_record_series(run, 0, 0, window.gap);
		bench_record_series(run, 1, 0, window.lost);
	}
	bench_check(run, reads >= 10ul * run->total, "the thread reads the clock many times a window");
	bench_check(run, os_cpu_self() == cpu, "the main part stayed on the watched CPU");
	place_main(run);
}

BENCH(noise, .run = measure, .unit = "ticks",
      .about = "largest gap, and ticks lost to gaps, in 100 us of reading the clock", .params = {{"cpu", "first last"}},
      .series = {"gap", "lost"}, .bare = true);
