/* SPDX-License-Identifier: MIT */
/*
 * How late a sleeper wakes.
 *
 * One sample: the ticks from the start stamp before os_sleep_ns(ns) to the stop stamp after it has returned, less the
 * ns asked for; on CPU 0, otherwise idle. It holds the call, the arming of the timer, the interrupt out of idle, the
 * switch, and whatever slack the system allows itself; each sleep is relative, so none makes up for another. A sleep
 * that is too short fails the benchmark. Checked also: the caller slept in half of the samples or more (it need not
 * when it is interrupted for so long before it sleeps that the time is over). Under icount the clock leaps to the next timer
 * while all CPUs sleep, so that slack is in the count, a nanosecond as an instruction.
 */
#include "place.h"

enum { NS_PER_S = 1000 * 1000 * 1000 };

static void measure(struct bench_run *run)
{
	uint64_t ns = bench_int(run, "ns");
	uint64_t asked_ticks = ns * os_clock_hz() / NS_PER_S; /* below 2^64 up to 1 s at 18 GHz */
	uint64_t blocks = os_thread_blocks();

	place_main(run);
	while (bench_next(run)) {
		uint64_t start, stop;

		place_settle(run, PLACE_MAIN);
		start = os_clock_start();
		os_sleep_ns(ns);
		stop = os_clock_stop();
		bench_check(run, stop - start >= asked_ticks, "a sleep lasts at least as long as asked for");
		bench_record(run, start + asked_ticks, stop);
	}
	bench_check(run, os_thread_blocks() - blocks >= run->total / 2, "the caller sleeps");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part stayed on CPU 0");
}

BENCH(sleep_late, .run = measure, .unit = "ticks",
      .about = "os_sleep_ns(): time until its return, less the time asked for", .params = {{"ns", "50000 1000000"}},
      .max_samples = 1000, .max_warmup = 50);
