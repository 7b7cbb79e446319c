/* SPDX-License-Identifier: MIT */
/*
 * Broadcasting to a condition variable that several threads wait for (figure F4, papers.md §2.3).
 *
 * One sample of each series: t0 by the signaller on CPU 0 after it has set the predicate and released the mutex and
 * before os_cond_broadcast(), t2 by a waiter as its first action after os_cond_wait() has returned; one way. Each
 * returns with the one mutex and releases it right after its stamp, so the mutex going from waiter to waiter is in
 * "last"; wake_all is the same without it. Series and placement are those of wake_all. All slept in each sample
 * (waiters.h).
 */
#include "condvar.h"

static struct condvar condvar;

static void measure(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	condvar_begin(run, &condvar, bench_int(run, "waiters"), place_same(run));
	while (bench_next(run)) {
		condvar_round(run, &condvar, CONDVAR_BROADCAST);
		waiters_record(run, &condvar.waiters, condvar.start);
	}
	condvar_end(run, &condvar);
}

BENCH(cond_broadcast, .run = measure, .unit = "ticks",
      .about = "os_cond_broadcast() to the waiters running, each with the mutex",
      .params = {{"waiters", "1 4 8"}, {"place", "same other"}}, .series = {"first", "each", "last"},
      .spread = "each waiter has another place in the queue; every 100 ms of virtual time QEMU lets another CPU run",
      .spread_at = "waiters=4:series=each waiters=8:series=each waiters=4:place=other waiters=8:place=other");
