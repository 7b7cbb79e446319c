/* SPDX-License-Identifier: MIT */
/*
 * Two barriers, both reusable at once. The blocking one is a count under a wait queue's lock: the last to arrive takes
 * all others out of the queue, so an early bird of the next round joins an empty one. The spinning one is central with a
 * generation in place of a sense: Mellor-Crummey & Scott, ACM TOCS 9(1), 1991, §3.1; each of its words has a cache line.
 */
#pragma once

#include "core/wait.h"

struct barrier {
	struct wait_queue waiters;
	unsigned parties, arrived; /* arrived under waiters.lock */
};

void barrier_init(struct barrier *barrier, unsigned parties);
/* Blocks until all parties have arrived. */
void barrier_wait(struct barrier *barrier);

struct spin_barrier {
	uint32_t missing __attribute__((aligned(64)));    /* atomic: parties that have not arrived */
	uint32_t generation __attribute__((aligned(64))); /* atomic; written by the last to arrive */
	uint32_t parties;
};

static inline void spin_barrier_init(struct spin_barrier *barrier, unsigned parties)
{
	barrier->missing = parties;
	barrier->generation = 0;
	barrier->parties = parties;
}

/* Spins until all parties have arrived. */
static inline void spin_barrier_wait(struct spin_barrier *barrier)
{
	/* before arriving: it cannot change as long as the caller is missing */
	uint32_t generation = __atomic_load_n(&barrier->generation, __ATOMIC_RELAXED);

	/* acq_rel: all that any party wrote before is visible to the last one, and through it to all */
	if (__atomic_fetch_sub(&barrier->missing, 1, __ATOMIC_ACQ_REL) == 1) {
		__atomic_store_n(&barrier->missing, barrier->parties, __ATOMIC_RELAXED);
		/* release: the count is whole again before anybody can leave and come back */
		__atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_RELEASE);
		return;
	}
	while (__atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation)
		cpu_relax();
}
