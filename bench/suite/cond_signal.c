/* SPDX-License-Identifier: MIT */
/*
 * Signalling a condition variable that one thread waits for (figure F3, papers.md section 2.3).
 *
 * One sample: t0 by the signaller on CPU 0 after it has set the predicate and released the mutex and before
 * os_cond_signal(), t2 by the waiter as its first action after os_cond_wait() has returned, which is with the mutex, nobody else
 * wanting it. One way. place is the waiter's CPU; with place=same the signaller yields after the call, and that switch is
 * part of the sample. The waiter slept in each sample (waiters.h).
 */
#include "cond.h"

static struct cond cond;

static void cond_signal(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	cond_begin(run, &cond, 1, place_same(run));
	while (bench_next(run)) {
		cond_round(run, &cond, COND_SIGNAL);
		bench_record(run, cond.start, cond.waiters.waiter[0].stamp);
	}
	cond_end(run, &cond);
}

BENCH(cond_signal, .run = cond_signal, .unit = "ticks",
      .about = "os_cond_signal() to the waiter running, with the mutex", .params = {{"place", "same other"}});
