/* SPDX-License-Identifier: MIT */
/*
 * A fiber's whole life: start, and join it.
 *
 * One sample: the start stamp before os_fiber_start(), the stop stamp after os_fiber_join() has returned; the fiber's
 * function counts and returns. Warm: the fiber of the sample before has been joined, so a stack is ready. CPU 0, one
 * thread.
 */
#include "place.h"
#include "repeat.h"

static struct os_fiber fiber;
static uint32_t ran;

static void count(void *arg)
{
	(void)arg;
	ran++;
}

static void measure(struct bench_run *run)
{
	place_main(run);
	ran = 0;
	while (bench_next(run)) {
		uint64_t start = os_clock_start();
		int error = os_fiber_start(&fiber, count, NULL);

		if (error == 0) {
			os_fiber_join(&fiber);
			bench_record(run, start, os_clock_stop());
		}
		bench_check(run, error == 0, "the fiber can be started");
	}
	bench_check(run, run->failed != NULL || ran == run->total, "every fiber ran once");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
}

static void repeat(struct bench_run *run)
{
	uint64_t expected = 0;
	int error = 0;

	place_main(run);
	ran = 0;
	while (bench_next(run)) {
		unsigned copies = bench_copies(run);
		uint64_t start = os_clock_start();

		REPEAT_COPIES(copies, 1, error |= os_fiber_start(&fiber, count, NULL); os_fiber_join(&fiber);)
		bench_record(run, start, os_clock_stop());
		expected += copies;
		bench_check(run, error == 0, "the fiber can be started");
	}
	bench_check(run, run->failed != NULL || ran == (uint32_t)expected, "every fiber ran once");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
}

BENCH(fiber_done, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "os_fiber_start() and os_fiber_join(), until the join returns");
