/* SPDX-License-Identifier: MIT */
/*
 * The ways of a semaphore that is at zero; the others are inline.
 */
#include "core/sem.h"

void sem_init(struct sem *sem, unsigned count)
{
	sem->count = (int32_t)count;
	sem->grants = 0;
	wait_init(&sem->waiters);
}

void sem_down_slow(struct sem *sem)
{
	spin_lock(&sem->waiters.lock);
	if (sem->grants > 0) {
		sem->grants--;
		spin_unlock(&sem->waiters.lock);
		return;
	}
	wait_join_fifo(&sem->waiters);
	spin_unlock(&sem->waiters.lock);
	sched_block();
}

void sem_up_slow(struct sem *sem)
{
	struct thread *thread;

	spin_lock(&sem->waiters.lock);
	thread = wait_oldest_fifo(&sem->waiters);
	if (thread == NULL)
		sem->grants++;
	spin_unlock(&sem->waiters.lock);
	if (thread != NULL)
		sched_wake(thread);
}
