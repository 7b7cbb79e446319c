/* SPDX-License-Identifier: MIT */
/*
 * Waking all waiters at once (figure F4, papers.md §2.3).
 *
 * One sample of each series: t0 by the waker on CPU 0 before os_event_wake_all(), t2 by a waiter as its first action
 * after os_event_wait() has returned; one way. Series "first" and "last" are the earliest and the latest waiter of
 * that broadcast, "each" is one of them, another one every sample. With place=other the waiters are on the other CPUs
 * in turn, one a CPU if there are as many; with two CPUs all are on CPU 1 and run one after the other. With
 * place=same all are on CPU 0, and run when the waker yields. All slept in each sample (waiters.h). "each" is spread
 * over the places in the queue even where every broadcast is the same. Two CPUs under sim take turns, and also every
 * 100 ms of virtual time (QEMU, accel/tcg: TCG_KICK_PERIOD), once in some thousand samples while the waker is at work:
 * then a waiter runs, and asks for its interrupt, a little earlier; with several waiters "first" and "last" show it.
 */
#include "wake.h"

static struct wake wake;

static void measure(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	wake_begin(run, &wake, bench_int(run, "waiters"), place_same(run), WAKE_ALL);
	while (bench_next(run)) {
		wake_round(run, &wake, WAKE_ALL);
		waiters_record(run, &wake.waiters, wake.start);
	}
	wake_end(run, &wake);
}

BENCH(wake_all, .run = measure, .unit = "ticks", .about = "os_event_wake_all() to the waiters running",
      .params = {{"waiters", "1 4 8"}, {"place", "same other"}}, .series = {"first", "each", "last"},
      .spread = "each waiter has another place in the queue; every 100 ms of virtual time QEMU lets another CPU run",
      .spread_at = "waiters=4:series=each waiters=8:series=each waiters=4:place=other waiters=8:place=other");
