/* SPDX-License-Identifier: MIT */
/*
 * Ticket spin lock: first come, first served. For threads only: no interrupt handler takes one, so locking does not
 * turn interrupts off. The holder must not block. Uncontended, lock is one locked instruction and unlock a plain
 * increment. Tickets: Mellor-Crummey & Scott, "Algorithms for Scalable Synchronization", ACM TOCS 9(1), 1991.
 */
#pragma once

#include <stdint.h>
#include "core/lock_hooks.h"
#include "x86/cpu.h"

struct spin {
	uint32_t next;  /* ticket of the next arrival; atomic */
	uint32_t owner; /* ticket that holds the lock; written by the holder only */
	struct lock_hooks hooks;
};

static inline void spin_init(struct spin *spin)
{
	spin->next = 0;
	spin->owner = 0;
	lock_hook_init(&spin->hooks);
}

static inline void spin_lock(struct spin *spin)
{
	uint32_t ticket;

	lock_hook_wait(&spin->hooks);
	ticket = __atomic_fetch_add(&spin->next, 1, __ATOMIC_ACQUIRE);
	/* acquire: what the former holder wrote before its unlock is seen after the loop */
	while (__atomic_load_n(&spin->owner, __ATOMIC_ACQUIRE) != ticket)
		cpu_relax();
	lock_hook_taken(&spin->hooks);
}

static inline void spin_unlock(struct spin *spin)
{
	lock_hook_release(&spin->hooks);
	/* orders the holder's accesses before the hand-over: on x86 a matter of the compiler only, stores stay in order */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	spin->owner++; /* the only writer: one plain add instead of an atomic load and store */
}
