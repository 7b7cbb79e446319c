/* SPDX-License-Identifier: MIT */
/*
 * Protocol W (waiters.h) with a condition variable: what cond_signal and cond_broadcast have in common. The waiter
 * announces itself under the mutex and waits in a loop for the predicate, which the waker sets under the mutex; the waker
 * signals after it has released the mutex, so that a waiter need not sleep a second time for it.
 *
 * The waiter stamps as soon as os_cond_wait() has returned, which is after it has the mutex again: the contract shows no
 * earlier moment. The wake-up without a mutex is what the benchmarks with an event measure.
 */
#pragma once

#include "waiters.h"

struct cond {
	struct os_mutex mutex;
	struct os_cond cond;    /* waited for with mutex */
	uint64_t start;         /* t0, before the call */
	struct waiters waiters; /* .round is written under mutex */
};

enum cond_how { COND_SIGNAL, COND_BROADCAST };

static inline void *cond_waiter(void *arg)
{
	struct waiter *waiter = arg;
	struct cond *cond = waiter->mechanism;
	uint32_t round = 0;
	uint64_t stamp = 0;

	do {
		os_mutex_lock(&cond->mutex);
		waiter_arm(waiter, ++round);
		while (share_get(&cond->waiters.round) != round) {
			os_cond_wait(&cond->cond, &cond->mutex);
			stamp = os_clock_stop();
		}
		os_mutex_unlock(&cond->mutex);
	} while (waiter_woken(waiter, round, stamp));
	return NULL;
}

static inline void cond_begin(struct bench_run *run, struct cond *cond, unsigned waiters, bool same)
{
	place_main(run);
	os_mutex_init(&cond->mutex);
	os_cond_init(&cond->cond);
	waiters_start(run, &cond->waiters, waiters, same, cond_waiter, cond);
}

/* Everything before the signal. Taking the mutex proves that every waiter that announced itself is inside its wait. */
static inline void cond_release(struct bench_run *run, struct cond *cond)
{
	waiters_settle(run, &cond->waiters);
	os_mutex_lock(&cond->mutex);
	waiters_release(&cond->waiters);
	os_mutex_unlock(&cond->mutex);
}

/* One signal to waiters that slept, repeated until they did. Always inline: how is a constant, not a branch. */
static inline __attribute__((always_inline)) void cond_round(struct bench_run *run, struct cond *cond,
							     enum cond_how how)
{
	do {
		cond_release(run, cond);
		cond->start = os_clock_start();
		if (how == COND_BROADCAST)
			os_cond_broadcast(&cond->cond);
		else
			os_cond_signal(&cond->cond);
	} while (!waiters_ran(run, &cond->waiters));
}

static inline void cond_end(struct bench_run *run, struct cond *cond)
{
	share_set(&cond->waiters.over, 1);
	if (cond->waiters.count > 0) {
		cond_release(run, cond);
		os_cond_broadcast(&cond->cond);
	}
	waiters_end(run, &cond->waiters);
	os_cond_destroy(&cond->cond);
	os_mutex_destroy(&cond->mutex);
}
