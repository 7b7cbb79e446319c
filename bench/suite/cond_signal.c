/* SPDX-License-Identifier: MIT */
/*
 * Signalling a condition variable that one thread waits for (figure F3, papers.md §2.3).
 *
 * One sample: t0 by the signaller on CPU 0 after it has set the predicate and released the mutex and before
 * os_cond_signal(), t2 by the waiter as its first action after os_cond_wait() has returned, which is with the mutex,
 * nobody else wanting it. One way. place is the waiter's CPU; with place=same the signaller yields after the call,
 * and that switch is part of the sample. The waiter slept in each sample (waiters.h).
 */
#include "condvar.h"

static struct condvar condvar;

static void measure(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	condvar_begin(run, &condvar, 1, place_same(run));
	while (bench_next(run)) {
		condvar_round(run, &condvar, CONDVAR_SIGNAL);
		bench_record(run, condvar.start, condvar.waiters.waiter[0].stamp);
	}
	condvar_end(run, &condvar);
}

BENCH(cond_signal, .run = measure, .unit = "ticks", .about = "os_cond_signal() to the waiter running, with the mutex",
      .params = {{"place", "same other"}});
