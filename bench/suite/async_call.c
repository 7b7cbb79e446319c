/* SPDX-License-Identifier: MIT */
/*
 * What an asynchronous event costs its sender.
 *
 * One sample: os_async_notify() to a thread that is busy on another CPU, from before the call to its return, on CPU 0.
 * Each event is answered before the next one is sent, so each call sends an interrupt or a signal.
 */
#include "async.h"

static struct async_targets all;

static void measure(struct bench_run *run)
{
	async_begin(run, &all, 1);
	while (bench_next(run)) {
		uint64_t start, stop;

		async_pause(run);
		start = os_clock_start();
		os_async_notify(&all.target[0].event);
		stop = os_clock_stop();
		async_await(&all);
		bench_record(run, start, stop);
	}
	async_end(run, &all);
}

BENCH(async_call, .run = measure, .unit = "ticks", .about = "os_async_notify(), call to return", .min_cpus = 2);
