/* SPDX-License-Identifier: MIT */
/*
 * An asynchronous event to every other CPU, one after the other (figure F4, series EV).
 *
 * One sample of each series: the start stamp on CPU 0 before the first os_async_notify(); the stop stamp by the
 * function's first action on the CPU that is first, on each in turn, on the one that is last. The threads there spin.
 * Clocks of several CPUs, so values are good to the offset between them. The floor is ipi_broadcast with how=loop.
 */
#include "async.h"

static struct async_targets all;

static void record(struct bench_run *run, uint64_t start)
{
	uint64_t first = all.target[0].stamp, last = first;

	for (unsigned i = 1; i < all.count; i++) {
		uint64_t stamp = all.target[i].stamp;

		/* signed: stamps of two CPUs may lie on both sides of any of them */
		first = (int64_t)(stamp - first) < 0 ? stamp : first;
		last = (int64_t)(stamp - last) > 0 ? stamp : last;
	}
	bench_record_series(run, 0, start, first);
	bench_record_series(run, 1, start, all.target[run->iteration % all.count].stamp);
	bench_record_series(run, 2, start, last);
}

static void measure(struct bench_run *run)
{
	unsigned others = os_cpu_count() - 1;

	async_begin(run, &all, others < ASYNC_TARGETS_MAX ? others : ASYNC_TARGETS_MAX);
	while (bench_next(run)) {
		uint64_t start;

		async_pause(run);
		start = os_clock_start();
		for (unsigned i = 0; i < all.count; i++)
			os_async_notify(&all.target[i].event);
		async_await(&all);
		record(run, start);
	}
	async_end(run, &all);
}

BENCH(async_broadcast, .run = measure, .unit = "ticks",
      .about = "os_async_notify() to every other CPU, to the functions' first actions",
      .series = {"first", "each", "last"}, .min_cpus = 2, .max_samples = 2000);
