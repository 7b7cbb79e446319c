/* SPDX-License-Identifier: MIT */
/*
 * Protocol W (waiters.h) with an event: what wake_same, wake_cross, wake_call and wake_all have in common.
 */
#pragma once

#include "waiters.h"

struct wake {
	struct os_event event;
	uint64_t start; /* t0, before the call */
	/* t1, after it; only by WAKE_CALL, because reading the clock delays a waiter on the same CPU. */
	uint64_t called;
	struct waiters waiters;
};

enum wake_how { WAKE_ONE, WAKE_CALL, WAKE_ALL };

static inline void *wake_waiter(void *arg)
{
	struct waiter *waiter = arg;
	struct wake *wake = waiter->mechanism;
	uint32_t round = 0;
	uint64_t stamp;

	do {
		uint32_t ticket = os_event_ticket(&wake->event);

		waiter_arm(waiter, ++round);
		os_event_wait(&wake->event, ticket);
		stamp = os_clock_stop();
	} while (waiter_woken(waiter, round, stamp));
	return NULL;
}

static inline void wake_begin(struct bench_run *run, struct wake *wake, unsigned waiters, bool same, enum wake_how how)
{
	place_main(run);
	os_event_init(&wake->event);
	wake->waiters.apart = waiters > 1 || how == WAKE_CALL;
	waiters_start(run, &wake->waiters, waiters, same, wake_waiter, wake);
}

/* One wake of waiters that slept, repeated until they did. Always inline: how is a constant, not a branch. */
static inline __attribute__((always_inline)) void wake_round(struct bench_run *run, struct wake *wake,
							     enum wake_how how)
{
	bool slept;

	do {
		waiters_settle(run, &wake->waiters);
		waiters_release(&wake->waiters);
		wake->start = os_clock_start();
		if (how == WAKE_ALL)
			os_event_wake_all(&wake->event);
		else
			os_event_wake_one(&wake->event);
		if (how == WAKE_CALL)
			wake->called = os_clock_stop();
		slept = waiters_ran(run, &wake->waiters);
		if (waiters_unproven(&wake->waiters)) {
			waiters_settle(run, &wake->waiters);
			waiters_release(&wake->waiters);
			os_event_wake_all(&wake->event);
			slept = waiters_ran(run, &wake->waiters);
		}
	} while (!slept);
}

static inline void wake_end(struct bench_run *run, struct wake *wake)
{
	share_set(&wake->waiters.over, 1);
	if (wake->waiters.count > 0) {
		waiters_settle(run, &wake->waiters);
		waiters_release(&wake->waiters);
		os_event_wake_all(&wake->event);
	}
	waiters_end(run, &wake->waiters);
}
