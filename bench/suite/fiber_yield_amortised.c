/* SPDX-License-Identifier: MIT */
/*
 * Switching between two fibers of one thread that yield to each other, over many switches.
 *
 * One sample: 20 switches. The start stamp before the first of ten os_fiber_yield() of the main part, the stop stamp
 * after the last has returned; the fiber yields back each time. CPU 0; the samples have no distribution of single
 * switches, which fiber_yield has.
 */
#include "place.h"
#include "repeat.h"

enum { YIELDS = 10, SWITCHES = 2 * YIELDS };

static struct {
	struct os_fiber fiber;
	uint32_t rounds; /* of ten yields; by the fiber */
	bool over;
} pair;

static void yield_back(void *arg)
{
	(void)arg;
	while (!pair.over) {
		REPEAT_10(os_fiber_yield();)
		pair.rounds++;
	}
}

static void measure(struct bench_run *run)
{
	place_main(run);
	pair.rounds = 0;
	pair.over = false;
	bench_check(run, os_fiber_start(&pair.fiber, yield_back, NULL) == 0, "the fiber can be started");
	if (run->failed != NULL)
		return;
	os_fiber_yield(); /* to its first yield */
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		REPEAT_10(os_fiber_yield();)
		bench_record(run, start, os_clock_stop());
	}
	bench_check(run, run->failed != NULL || pair.rounds == run->total,
		    "each yield was one switch there and one back");
	pair.over = true;
	os_fiber_join(&pair.fiber);
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
}

BENCH(fiber_yield_amortised, .run = measure, .unit = "ticks", .about = "20 switches by os_fiber_yield()",
      .per = SWITCHES);
