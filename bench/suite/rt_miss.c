/* SPDX-License-Identifier: MIT */
/*
 * Which periods and slices are feasible (figure F18a).
 *
 * One sample: how many of 100 successive periods were missed: their work ended after the next one had begun. The work is
 * a loop that is calibrated to 80 per cent of the slice, so that the rest is left for the system's own part of it: waking,
 * switching, accounting. by=deadline: a periodic thread with that slice, which the system may refuse (then the point is
 * skipped with the reason: refusals are no misses); by=sleep: an ordinary thread that sleeps until its next tick. On CPU
 * 0, otherwise idle. A virtual CPU that is not run by its host misses, too.
 */
#include "periodic.h"

enum { PERIODS = 100, CALIBRATION = 2000 };

/* Nothing but its own instructions: it costs the same each time, and loses time only where the CPU is taken away. */
static __attribute__((noinline)) void work(uint64_t turns)
{
	for (uint64_t i = 0; i < turns; i++)
		asm volatile("" : : "r"(i));
}

/* Turns that fit so many ticks: by the shortest of several tries. */
static uint64_t work_calibrate(uint64_t ticks)
{
	uint64_t shortest = UINT64_MAX;

	for (unsigned i = 0; i < 20; i++) {
		uint64_t start = os_clock_start(), stop;

		work(CALIBRATION);
		stop = os_clock_stop();
		if (stop - start < shortest)
			shortest = stop - start;
	}
	return ticks * CALIBRATION / (shortest > 0 ? shortest : 1);
}

static void measure(struct bench_run *run)
{
	uint64_t slice_ns = (uint64_t)bench_int(run, "period_us") * bench_int(run, "slice_percent") * 10;
	uint64_t turns = work_calibrate(periodic_ticks(slice_ns) / 10 * 8);
	struct periodic periodic;

	place_main(run);
	if (!periodic_begin(run, &periodic, slice_ns))
		return;
	periodic_wait(&periodic);
	while (bench_next(run)) {
		uint64_t missed = 0;

		for (uint64_t periods = 0; periods < PERIODS; periods++) {
			uint64_t passed;

			work(turns);
			passed = periodic_wait(&periodic);
			missed += passed;
			periods += passed;
		}
		bench_record(run, 0, missed < PERIODS ? missed : PERIODS);
	}
	periodic_end(&periodic);
}

BENCH(rt_miss, .run = measure, .unit = "misses", .about = "periods missed among 100, working for 80 % of the slice",
      .params = {{"period_us", "10 20 100 1000"}, {"slice_percent", "10 30 50 70 90"}, {"by", "deadline sleep"}},
      .max_samples = 3, .max_warmup = 1,
      .spread = "a miss now and then: where overhead and slice together just fill the period");
