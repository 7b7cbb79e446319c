/* SPDX-License-Identifier: MIT */
/*
 * Protocol W (waiters.h) with a condition variable: what cond_signal and cond_broadcast have in common. The waiter
 * announces itself under the mutex and waits in a loop for the predicate, which the waker sets under the mutex; the
 * waker signals after it has released the mutex, so that a waiter need not sleep a second time for it.
 *
 * The waiter stamps as soon as os_cond_wait() has returned, which is after it has the mutex again: the contract shows
 * no earlier moment. The wake-up without a mutex is what the benchmarks with an event measure.
 */
#pragma once

#include "waiters.h"

struct condvar {
	struct os_mutex mutex;
	struct os_cond cond;    /* waited for with mutex */
	uint64_t start;         /* t0, before the call */
	struct waiters waiters; /* .round is written under mutex */
};

enum condvar_how { CONDVAR_SIGNAL, CONDVAR_BROADCAST };

static inline void *condvar_waiter(void *arg)
{
	struct waiter *waiter = arg;
	struct condvar *condvar = waiter->mechanism;
	uint32_t round = 0;
	uint64_t stamp = 0;

	do {
		os_mutex_lock(&condvar->mutex);
		waiter_arm(waiter, ++round);
		while (share_get(&condvar->waiters.round) != round) {
			os_cond_wait(&condvar->cond, &condvar->mutex);
			stamp = os_clock_stop();
		}
		os_mutex_unlock(&condvar->mutex);
	} while (waiter_woken(waiter, round, stamp));
	return NULL;
}

static inline void condvar_begin(struct bench_run *run, struct condvar *condvar, unsigned waiters, bool same)
{
	place_main(run);
	os_mutex_init(&condvar->mutex);
	os_cond_init(&condvar->cond);
	condvar->waiters.apart = waiters > 1;
	waiters_start(run, &condvar->waiters, waiters, same, condvar_waiter, condvar);
}

/* Everything before the signal. Taking the mutex proves that every waiter that announced itself is inside its wait. */
static inline void condvar_release(struct bench_run *run, struct condvar *condvar)
{
	waiters_settle(run, &condvar->waiters);
	os_mutex_lock(&condvar->mutex);
	waiters_release(&condvar->waiters);
	os_mutex_unlock(&condvar->mutex);
}

/* One signal to waiters that slept, repeated until they did. Always inline: how is a constant, not a branch. */
static inline __attribute__((always_inline)) void condvar_round(struct bench_run *run, struct condvar *condvar,
								enum condvar_how how)
{
	bool slept;

	do {
		condvar_release(run, condvar);
		condvar->start = os_clock_start();
		if (how == CONDVAR_BROADCAST)
			os_cond_broadcast(&condvar->cond);
		else
			os_cond_signal(&condvar->cond);
		slept = waiters_ran(run, &condvar->waiters);
		if (waiters_unproven(&condvar->waiters)) {
			condvar_release(run, condvar);
			os_cond_broadcast(&condvar->cond);
			slept = waiters_ran(run, &condvar->waiters);
		}
	} while (!slept);
}

static inline void condvar_end(struct bench_run *run, struct condvar *condvar)
{
	share_set(&condvar->waiters.over, 1);
	if (condvar->waiters.count > 0) {
		condvar_release(run, condvar);
		os_cond_broadcast(&condvar->cond);
	}
	waiters_end(run, &condvar->waiters);
	os_cond_destroy(&condvar->cond);
	os_mutex_destroy(&condvar->mutex);
}
