/* SPDX-License-Identifier: MIT */
/*
 * The counter and the queue change together, under the queue's lock; waking happens after it.
 */
#include "core/event.h"

void event_init(struct event *event)
{
	wait_init(&event->waiters);
	event->wakes = 0;
}

void event_wait(struct event *event, uint32_t ticket)
{
	spin_lock(&event->waiters.lock);
	if (event->wakes != ticket) {
		spin_unlock(&event->waiters.lock);
		return;
	}
	wait_block(&event->waiters);
}

int event_wait_until(struct event *event, uint32_t ticket, uint64_t deadline_tsc)
{
	spin_lock(&event->waiters.lock);
	if (event->wakes != ticket) {
		spin_unlock(&event->waiters.lock);
		return 0;
	}
	return wait_block_until(&event->waiters, deadline_tsc);
}

/*
 * spin_lock() is a locked instruction and thereby a full fence: the condition that the caller has stored before is
 * visible before the new count is.
 */
void event_wake_one(struct event *event)
{
	spin_lock(&event->waiters.lock);
	__atomic_store_n(&event->wakes, event->wakes + 1, __ATOMIC_RELEASE);
	wait_wake_oldest(&event->waiters);
}

void event_wake_all(struct event *event)
{
	spin_lock(&event->waiters.lock);
	__atomic_store_n(&event->wakes, event->wakes + 1, __ATOMIC_RELEASE);
	wait_wake_everyone(&event->waiters);
}
