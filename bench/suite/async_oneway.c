/* SPDX-License-Identifier: MIT */
/*
 * An asynchronous event to a thread that is busy on another CPU (figure F3, series EV).
 *
 * One sample: the start stamp on CPU 0 before os_async_notify(), the stop stamp on CPU 1 as the function's first action.
 * One way; two clocks, so the value is good to the offset between the CPUs' clocks. Each event is answered before the
 * next one is sent. The floor is ipi_oneway.
 */
#include "async.h"

static struct async_targets all;

static void measure(struct bench_run *run)
{
	async_begin(run, &all, 1);
	while (bench_next(run)) {
		uint64_t start;

		async_pause(run);
		start = os_clock_start();
		os_async_notify(&all.target[0].event);
		async_await(&all);
		bench_record(run, start, all.target[0].stamp);
	}
	async_end(run, &all);
}

BENCH(async_oneway, .run = measure, .unit = "ticks",
      .about = "os_async_notify() to the function's first action, busy CPU", .min_cpus = 2);
