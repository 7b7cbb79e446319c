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
	spin_lock(&barrier->waiters.lock);
	if (++barrier->arrived < barrier->parties) {
		wait_block(&barrier->waiters);
		return;
	}
	barrier->arrived = 0;
	wait_wake_everyone(&barrier->waiters);
}
