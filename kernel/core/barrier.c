/* SPDX-License-Identifier: MIT */
/*
 * The blocking barrier; the spinning one is inline.
 */
#include "core/barrier.h"

void barrier_init(struct barrier *barrier, unsigned parties)
{
	wait_init(&barrier->waiters);
	barrier->parties = parties;
	barrier->arrived = 0;
}

void barrier_wait(struct barrier *barrier)
{
	struct thread *threads;

	spin_lock(&barrier->waiters.lock);
	if (++barrier->arrived < barrier->parties) {
		wait_join(&barrier->waiters);
		spin_unlock(&barrier->waiters.lock);
		sched_block();
		return;
	}
	barrier->arrived = 0;
	threads = wait_everyone(&barrier->waiters);
	spin_unlock(&barrier->waiters.lock);
	wait_wake_list(threads);
}
