/* SPDX-License-Identifier: MIT */
/*
 * Creating a kernel thread, warm, as the creator sees it: thread_create of the suite with kernel threads (figure F2,
 * papers.md section 2.2, series LK).
 *
 * One sample: the start stamp before kthread_create_on_node(), the stop stamp after kthread_bind() and
 * wake_up_process(), both by the creator, a kernel thread on CPU 0. Only the three together make a thread that runs on a
 * certain CPU. The first of them sleeps until the thread kthreadd has made the new one and that has run once, wherever
 * the scheduler puts both; the second waits until it sleeps, for a whole tick of the timer if it has to wait at all. The
 * new thread's end is not timed. place is its CPU; the other CPU is idle at the start.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	kthread_measure(run, AEROBENCH_CREATE);
}

BENCH(kthread_create, .run = measure, .unit = "ticks", .about = "kernel thread created, bound and woken: to the return",
      .params = {{"place", "same other"}}, .extra = true);
