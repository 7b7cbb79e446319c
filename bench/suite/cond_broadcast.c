/* SPDX-License-Identifier: MIT */
/*
 * Broadcasting to a condition variable that several threads wait for (figure F4, papers.md section 2.3).
 *
 * One sample of each series: t0 by the signaller on CPU 0 after it has set the predicate and released the mutex and before
 * os_cond_broadcast(), t2 by a waiter as its first action after os_cond_wait() has returned; one way. Each returns with the
 * one mutex and releases it right after its stamp, so the mutex going from waiter to waiter is in "last"; wake_all is the
 * same without it. Series and placement are those of wake_all. All slept in each sample (waiters.h).
 */
#include "cond.h"

static struct cond cond;

static void cond_broadcast(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	cond_begin(run, &cond, bench_int(run, "waiters"), place_same(run));
	while (bench_next(run)) {
		cond_round(run, &cond, COND_BROADCAST);
		waiters_record(run, &cond.waiters, cond.start);
	}
	cond_end(run, &cond);
}

BENCH(cond_broadcast, .run = cond_broadcast, .unit = "ticks",
      .about = "os_cond_broadcast() to the waiters running, each with the mutex",
      .params = {{"waiters", "1 4 8"}, {"place", "same other"}}, .series = {"first", "each", "last"});
