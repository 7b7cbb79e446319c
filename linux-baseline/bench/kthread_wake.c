/* SPDX-License-Identifier: MIT */
/*
 * Waking a kernel thread: wake_same and wake_cross of the suite with kernel threads (figure F3, papers.md section 2.3).
 *
 * One sample: t0 by the waker, a kernel thread on CPU 0, before wake_up_process(), t2 by the waiter as its first action
 * after schedule() has returned. One way; place=other: two clocks, and CPU 1 is idle before. With place=same the waker
 * then yields, and that switch is part of the sample. The waiter slept in each sample: its voluntary switches are
 * counted, and a try in which it had not is repeated, never recorded.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	kthread_measure(run, AEROBENCH_WAKE);
}

BENCH(kthread_wake, .run = measure, .unit = "ticks", .about = "wake_up_process() to the kernel thread running",
      .params = {{"place", "same other"}}, .extra = true);
