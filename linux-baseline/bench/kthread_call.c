/* SPDX-License-Identifier: MIT */
/*
 * A kernel thread calls a function on another, busy CPU by interrupt and waits: what remote_call is on the Aerokernel.
 *
 * One sample: the start stamp before smp_call_function_single() with wait, the stop stamp after its return, both on CPU
 * 0. A round trip: there an interrupt, back a cache line. CPU 1 spins in a kernel thread.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	struct aerobench_request request = {.kind = AEROBENCH_CALL, .threads = 1};

	place_main(run);
	kthread_cpus(run, &request, false);
	kthread_request(run, &request, 1000, 5000);
}

BENCH(kthread_call, .run = measure, .unit = "ticks", .about = "smp_call_function_single() that waits, busy CPU",
      .min_cpus = 2, .extra = true);
