/* SPDX-License-Identifier: MIT */
/*
 * A kernel thread has a function run on another, busy CPU by interrupt: the nearest that Linux has to the Aerokernel's
 * ipi_oneway. Linux puts the call into that CPU's queue and sends an interrupt if the queue was empty; the handler works
 * the queue off.
 *
 * One sample: the start stamp on CPU 0 before smp_call_function_single() without wait, the stop stamp on CPU 1 as the
 * function's first action. One way; two clocks. CPU 1 spins in a kernel thread; each call is answered before the next.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	struct aerobench_request request = {.kind = AEROBENCH_CALL_ONEWAY, .threads = 1};

	place_main(run);
	kthread_cpus(run, &request, false);
	kthread_request(run, &request, 1000, 5000);
}

BENCH(kthread_call_oneway, .run = measure, .unit = "ticks",
      .about = "smp_call_function_single() to the function's first act, busy CPU", .min_cpus = 2, .extra = true);
