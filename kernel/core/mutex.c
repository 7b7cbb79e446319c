/* SPDX-License-Identifier: MIT */
/*
 * The ways of a mutex that is contended; the others are inline.
 */
#include "core/mutex.h"

#include "core/panic.h"

void mutex_init(struct mutex *mutex)
{
	mutex->state = MUTEX_FREE;
	mutex->coming = false;
	wait_init(&mutex->waiters);
}

/*
 * Under the queue's lock the state goes to WANTED before the thread joins the queue, so whoever unlocks from then on
 * comes to mutex_unlock_slow() and takes a waiter out. If the exchange finds the mutex free, it has thereby taken it;
 * only others that still wait keep it WANTED.
 */
void mutex_lock_slow(struct mutex *mutex)
{
	bool woken = false;

	for (;;) {
		spin_lock(&mutex->waiters.lock);
		if (woken)
			mutex->coming = false;
		if (__atomic_exchange_n(&mutex->state, MUTEX_WANTED, __ATOMIC_ACQUIRE) == MUTEX_FREE)
			break;
		if (woken)
			wait_join_first(&mutex->waiters);
		else
			wait_join_fifo(&mutex->waiters);
		spin_unlock(&mutex->waiters.lock);
		sched_block();
		woken = true;
	}
	if (!wait_anyone(&mutex->waiters)) /* only the holder, and under the lock: nobody can be about to join */
		__atomic_store_n(&mutex->state, MUTEX_HELD, __ATOMIC_RELAXED);
	spin_unlock(&mutex->waiters.lock);
}

/*
 * The mutex is free already; a waiter may be there to be woken. If one is on its way from an earlier unlock, that is
 * enough: it takes the mutex or makes it WANTED again, and whoever unlocks then comes back here.
 */
void mutex_unlock_slow(struct mutex *mutex)
{
	struct thread *thread = NULL;

	spin_lock(&mutex->waiters.lock);
	if (!mutex->coming)
		thread = wait_oldest_fifo(&mutex->waiters);
	if (thread != NULL)
		mutex->coming = true;
	spin_unlock(&mutex->waiters.lock);
	if (thread != NULL)
		sched_wake(thread);
}
