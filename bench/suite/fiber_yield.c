/* SPDX-License-Identifier: MIT */
/*
 * One switch between two fibers of one thread.
 *
 * One sample: the start stamp before the main part's os_fiber_yield(), the stop stamp by the fiber as the first action
 * after its own os_fiber_yield() has returned. One way, one switch, CPU 0; the switch back is not timed.
 * fiber_yield_amortised has the same without two clock reads a switch.
 */
#include "place.h"
#include "repeat.h"

static struct {
	struct os_fiber fiber;
	uint64_t stop;
	uint32_t stamps;
	bool over;
} pair;

static void stamp(void *arg)
{
	(void)arg;
	while (!pair.over) {
		os_fiber_yield();
		pair.stop = os_clock_stop();
		pair.stamps++;
	}
}

static void measure(struct bench_run *run)
{
	place_main(run);
	pair.stamps = 0;
	pair.over = false;
	bench_check(run, os_fiber_start(&pair.fiber, stamp, NULL) == 0, "the fiber can be started");
	if (run->failed != NULL)
		return;
	os_fiber_yield(); /* to its first yield */
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		os_fiber_yield();
		bench_record(run, start, pair.stop);
	}
	bench_check(run, run->failed != NULL || pair.stamps == run->total, "each yield was one switch");
	pair.over = true;
	os_fiber_join(&pair.fiber);
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
}

static void count(void *arg)
{
	(void)arg;
	while (!pair.over) {
		pair.stamps++;
		os_fiber_yield();
	}
}

/* Half of the copies are switches there, the other half back. */
static void repeat(struct bench_run *run)
{
	uint64_t expected = 1;

	place_main(run);
	pair.stamps = 0;
	pair.over = false;
	bench_check(run, os_fiber_start(&pair.fiber, count, NULL) == 0, "the fiber can be started");
	if (run->failed != NULL)
		return;
	os_fiber_yield();
	while (bench_next(run)) {
		unsigned copies = bench_copies(run);
		uint64_t start = os_clock_start();

		REPEAT_COPIES(copies, 2, os_fiber_yield();)
		bench_record(run, start, os_clock_stop());
		expected += copies / 2;
	}
	bench_check(run, run->failed != NULL || pair.stamps == (uint32_t)expected, "each yield was one switch");
	pair.over = true;
	os_fiber_join(&pair.fiber);
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
}

BENCH(fiber_yield, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "one switch: os_fiber_yield() to the other fiber running");
