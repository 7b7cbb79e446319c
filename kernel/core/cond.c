/* SPDX-License-Identifier: MIT */
/*
 * A condition variable is a wait queue and nothing else: what it waits for is the caller's, under the caller's mutex.
 */
#include "core/cond.h"

void cond_init(struct cond *cond)
{
	wait_init(&cond->waiters);
}

void cond_wait(struct cond *cond, struct mutex *mutex)
{
	spin_lock(&cond->waiters.lock);
	wait_join(&cond->waiters);
	spin_unlock(&cond->waiters.lock);
	mutex_unlock(mutex);
	sched_block();
	mutex_lock(mutex);
}

int cond_wait_until(struct cond *cond, struct mutex *mutex, uint64_t deadline_tsc)
{
	int error;

	spin_lock(&cond->waiters.lock);
	mutex_unlock(mutex); /* under the queue's lock: a signal waits for it and then finds this thread in the queue */
	error = wait_block_until(&cond->waiters, deadline_tsc);
	mutex_lock(mutex);
	return error;
}

void cond_signal(struct cond *cond)
{
	spin_lock(&cond->waiters.lock);
	wait_wake_oldest(&cond->waiters);
}

void cond_broadcast(struct cond *cond)
{
	spin_lock(&cond->waiters.lock);
	wait_wake_everyone(&cond->waiters);
}
