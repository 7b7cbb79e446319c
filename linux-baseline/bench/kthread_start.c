/* SPDX-License-Identifier: MIT */
/*
 * From creating a kernel thread to its first instruction: thread_start of the suite with kernel threads.
 *
 * One sample: the start stamp before kthread_create_on_node(), by the creator, a kernel thread on CPU 0; the stop stamp
 * by the new thread as the first action of its function. One way; place=other: two clocks. What a create is,
 * kthread_create says. With place=same the creator then sleeps until the thread has run, and that switch is part of the
 * sample; with place=other the thread's CPU is idle at the start.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	kthread_measure(run, AEROBENCH_START);
}

BENCH(kthread_start, .run = measure, .unit = "ticks", .about = "kernel thread created to its first instruction",
      .params = {{"place", "same other"}}, .extra = true);
