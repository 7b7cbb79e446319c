/* SPDX-License-Identifier: MIT */
/*
 * Event: wake one or all, with nothing to hold. A counter of wakes; a waiter takes a ticket, the counter's value, looks
 * at its condition, and then blocks only if the counter still has that value. Compared and counted under the queue's
 * lock, so a wake either comes before the comparison and is seen there, or finds the waiter in the queue. An eventcount:
 * Reed & Kanodia, "Synchronization with eventcounts and sequencers", CACM 22(2), 1979.
 */
#pragma once

#include "core/wait.h"

struct event {
	struct wait_queue waiters;
	uint32_t wakes; /* written under waiters.lock */
};

void event_init(struct event *event);

static inline uint32_t event_ticket(const struct event *event)
{
	/* acquire: the caller looks at its condition after this load, and sees what was written before that wake */
	return __atomic_load_n(&event->wakes, __ATOMIC_ACQUIRE);
}

/* Blocks until a wake that came after the ticket. No spurious returns. */
void event_wait(struct event *event, uint32_t ticket);
/* The same, until the clock reaches deadline_tsc at most: 0 or -ETIMEDOUT. */
int event_wait_until(struct event *event, uint32_t ticket, uint64_t deadline_tsc);
/* Wakes the thread that has waited longest, if there is one. */
void event_wake_one(struct event *event);
void event_wake_all(struct event *event);
