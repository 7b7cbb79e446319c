/* SPDX-License-Identifier: MIT */
/*
 * Mutex: blocks, not recursive. One word; uncontended, lock and unlock are one atomic instruction each. Waiters queue in
 * FIFO order; a freed mutex may be taken by a running thread before the waiter that was woken for it runs, which then
 * waits on in its old place. One at a time is woken, so that none comes back behind a younger one. With three states as in
 * Drepper, "Futexes are tricky", 2011, but the third one is entered under the queue's lock only, and left when nobody waits.
 */
#pragma once

#include "core/wait.h"

enum { MUTEX_FREE, MUTEX_HELD, MUTEX_WANTED /* held, and the holder has to look for waiters when it unlocks */ };

struct mutex {
	uint32_t state; /* atomic */
	struct wait_queue waiters;
	bool coming; /* a waiter was woken and has not come to the queue's lock yet; by that lock */
};

void mutex_init(struct mutex *mutex);
void mutex_lock_slow(struct mutex *mutex);
void mutex_unlock_slow(struct mutex *mutex);

static inline bool mutex_try(struct mutex *mutex)
{
	uint32_t is_free = MUTEX_FREE;

	/* acquire: what the former holder wrote is visible */
	return __atomic_compare_exchange_n(&mutex->state, &is_free, MUTEX_HELD, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline void mutex_lock(struct mutex *mutex)
{
	if (__builtin_expect(!mutex_try(mutex), 0))
		mutex_lock_slow(mutex);
}

static inline void mutex_unlock(struct mutex *mutex)
{
	/* release: what the holder wrote is visible to the next one */
	if (__builtin_expect(__atomic_exchange_n(&mutex->state, MUTEX_FREE, __ATOMIC_RELEASE) != MUTEX_HELD, 0))
		mutex_unlock_slow(mutex);
}
