/* SPDX-License-Identifier: MIT */
/*
 * What a wake costs the waker.
 *
 * One sample: t0 before os_event_wake_one(), t1 after it has returned, both by the waker on CPU 0. place is the
 * waiter's CPU. With place=same a preemptive system may run the waiter inside the call, until it sleeps again: a second
 * mode, of two switches, the waiter's stamp and its next wait, which on such a system may be the usual one. The waiter
 * slept in each sample (waiters.h).
 */
#include "wake.h"

static struct wake wake;

static void measure(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	wake_begin(run, &wake, 1, place_same(run), WAKE_CALL);
	while (bench_next(run)) {
		wake_round(run, &wake, WAKE_CALL);
		bench_record(run, wake.start, wake.called);
	}
	wake_end(run, &wake);
}

BENCH(wake_call, .run = measure, .unit = "ticks", .about = "os_event_wake_one(): call to return, a thread waits",
      .params = {{"place", "same other"}});
