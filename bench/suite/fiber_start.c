/* SPDX-License-Identifier: MIT */
/*
 * From the start of a fiber to its first instruction.
 *
 * One sample: the start stamp before os_fiber_start(), the stop stamp by the fiber as its first action; in between the
 * starter yields. Warm: the fiber of the sample before has been joined, so a stack is ready. CPU 0, one thread.
 */
#include "place.h"

static struct {
	struct os_fiber fiber;
	uint64_t stop;
	uint32_t stamps;
} child;

static void stamp(void *arg)
{
	(void)arg;
	child.stop = os_clock_stop();
	child.stamps++;
}

static void measure(struct bench_run *run)
{
	place_main(run);
	child.stamps = 0;
	while (bench_next(run)) {
		uint64_t start = os_clock_start();
		int error = os_fiber_start(&child.fiber, stamp, NULL);

		if (error == 0) {
			os_fiber_yield();
			bench_record(run, start, child.stop);
			os_fiber_join(&child.fiber);
		}
		bench_check(run, error == 0, "the fiber can be started");
	}
	bench_check(run, run->failed != NULL || child.stamps == run->total, "every fiber ran once");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
}

BENCH(fiber_start, .run = measure, .unit = "ticks", .about = "os_fiber_start(), then the fiber's first instruction");
