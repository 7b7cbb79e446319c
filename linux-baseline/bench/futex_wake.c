/* SPDX-License-Identifier: MIT */
/*
 * Waking a thread by the bare system calls FUTEX_WAIT and FUTEX_WAKE: what every other wake-up on Linux is made of
 * (figure F3, papers.md section 2.3, series FX). The futex is the round number itself, so the predicate is set by the
 * store that protocol W makes before its stamp (waiters.h), and a waiter that comes too late does not sleep.
 *
 * One sample: t0 by the waker on CPU 0 before FUTEX_WAKE, t2 by the waiter as its first action after FUTEX_WAIT has
 * returned. place=same: both on CPU 0, after the call the waker yields, and that switch is part of the sample.
 * place=other: the waiter on CPU 1, idle before; two clocks, so the value is good to the offset between the CPUs'
 * clocks. The waiter slept in each sample, and each wake woke exactly one.
 */
#include "bench/futex.h"
#include "suite/waiters.h"

static struct waiters waiters;

static void *waiter_main(void *arg)
{
	struct waiter *waiter = arg;
	uint32_t round = 0;
	uint64_t stamp;

	do {
		waiter_arm(waiter, ++round);
		futex_wait(&waiters.round, round - 1);
		stamp = os_clock_stop();
	} while (waiter_woken(waiter, round, stamp));
	return NULL;
}

static void futex_wake(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	place_main(run);
	waiters_start(run, &waiters, 1, place_same(run), waiter_main, NULL);
	while (bench_next(run)) {
		uint64_t start;
		long woken;
		bool slept;

		do {
			waiters_settle(run, &waiters);
			waiters_release(&waiters);
			start = os_clock_start();
			woken = futex_wake_one(&waiters.round);
			slept = waiters_ran(run, &waiters);
		} while (!slept);
		bench_check(run, woken == 1 || run->failed != NULL, "FUTEX_WAKE woke the one waiter");
		bench_record(run, start, waiters.waiter[0].stamp);
	}
	share_set(&waiters.over, 1);
	if (waiters.count > 0) {
		waiters_settle(run, &waiters);
		waiters_release(&waiters);
		futex_wake_one(&waiters.round);
	}
	waiters_end(run, &waiters);
}

BENCH(futex_wake, .run = futex_wake, .unit = "ticks", .about = "FUTEX_WAKE to the waiter behind FUTEX_WAIT running",
      .params = {{"place", "same other"}});
