/* SPDX-License-Identifier: MIT */
/*
 * Waking a thread on another, idle CPU (figure F3, papers.md §2.3).
 *
 * One sample: t0 by the waker on CPU 0 before os_event_wake_one(), t2 by the waiter on CPU 1 as its first action
 * after os_event_wait() has returned. One way; two clocks, so the value is good to the offset between the CPUs'
 * clocks. How CPU 1 idles (halted, polling, how deep) decides the value, and depends on how long it has been idle: 20
 * to 200 us here. Under icount the sample adds the instructions of both CPUs. The waiter slept in each sample
 * (waiters.h).
 */
#include "wake.h"

static struct wake wake;

static void measure(struct bench_run *run)
{
	wake_begin(run, &wake, 1, false, WAKE_ONE);
	while (bench_next(run)) {
		wake_round(run, &wake, WAKE_ONE);
		bench_record(run, wake.start, wake.waiters.waiter[0].stamp);
	}
	wake_end(run, &wake);
}

BENCH(wake_cross, .run = measure, .unit = "ticks", .about = "os_event_wake_one() to the waiter running, two CPUs",
      .min_cpus = 2);
