/* SPDX-License-Identifier: MIT */
/*
 * The whole life of a kernel thread that does nothing: thread_join of the suite with kernel threads.
 *
 * One sample: the start stamp before kthread_create_on_node(), the stop stamp after kthread_stop() has returned with the
 * thread's result, both by the creator, a kernel thread on CPU 0. Between them the creator sleeps for a completion that
 * is the thread's last act, because a thread that is stopped before it has begun never calls its function.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	kthread_measure(run, AEROBENCH_JOIN);
}

BENCH(kthread_join, .run = measure, .unit = "ticks", .about = "kernel thread created to kthread_stop() returned",
      .params = {{"place", "same other"}}, .extra = true);
