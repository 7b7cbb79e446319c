/* SPDX-License-Identifier: MIT */
/*
 * Waking a thread on the waker's own CPU.
 *
 * One sample: t0 by the waker before os_event_wake_one(), t2 by the waiter as its first action after os_event_wait()
 * has returned. One way, both on CPU 0: after the call the waker yields, and that switch is part of the sample. A
 * preemptive system may switch inside the call, which is a second mode. The waiter slept in each sample (waiters.h).
 */
#include "wake.h"

static struct wake wake;

static void measure(struct bench_run *run)
{
	wake_begin(run, &wake, 1, true, WAKE_ONE);
	while (bench_next(run)) {
		wake_round(run, &wake, WAKE_ONE);
		bench_record(run, wake.start, wake.waiters.waiter[0].stamp);
	}
	wake_end(run, &wake);
}

BENCH(wake_same, .run = measure, .unit = "ticks", .about = "os_event_wake_one() to the waiter running, one CPU");
