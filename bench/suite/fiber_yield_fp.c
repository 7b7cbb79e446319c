/* SPDX-License-Identifier: MIT */
/*
 * One switch between two fibers of one thread that both use floating point (figure F6).
 *
 * One sample: as fiber_yield, but each fiber adds a term to a sum of its own before each of its yields, outside the
 * stamps. By the ABI no vector register survives a function call, so a switch of fibers has none to save. Checked: both
 * sums are right in the end. The thread of the two is not the main part (fp.h).
 */
#include "fp.h"

static struct {
	struct os_fiber fiber;
	struct fp_sum here, there;
	uint64_t stop;
	uint32_t stamps;
	bool over;
} pair;

static void stamp(void *arg)
{
	(void)arg;
	while (!pair.over) {
		fp_add(&pair.there);
		os_fiber_yield();
		pair.stop = os_clock_stop();
		pair.stamps++;
	}
}

static void *measure_apart(void *arg)
{
	struct bench_run *run = arg;
	uint32_t samples = 0;

	bench_check(run, os_fiber_start(&pair.fiber, stamp, NULL) == 0, "the fiber can be started");
	if (run->failed != NULL)
		return NULL;
	os_fiber_yield(); /* to its first yield */
	while (bench_next(run)) {
		uint64_t start;

		fp_add(&pair.here);
		samples++;
		start = os_clock_start();
		os_fiber_yield();
		bench_record(run, start, pair.stop);
	}
	bench_check(run, run->failed != NULL || pair.stamps == run->total, "each yield was one switch");
	pair.over = true;
	os_fiber_join(&pair.fiber);
	bench_check(run, fp_right(&pair.here, samples) && fp_right(&pair.there, samples + 1),
		    "no fiber's sum was disturbed");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the thread stayed on CPU 0");
	return NULL;
}

static void measure(struct bench_run *run)
{
	pair.here = pair.there = (struct fp_sum){.sum = 0};
	pair.stamps = 0;
	pair.over = false;
	fp_apart(run, measure_apart);
}

BENCH(fiber_yield_fp, .run = measure, .unit = "ticks",
      .about = "one switch: os_fiber_yield() to the other fiber running, both with floating point");
