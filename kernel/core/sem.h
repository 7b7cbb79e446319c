/* SPDX-License-Identifier: MIT */
/*
 * Counting semaphore: blocks at zero, strictly first come, first served. The count goes below zero by one for each
 * thread that waits or is about to; an up that finds it negative owes one of them a wake. If that one has not joined the
 * queue yet, the wake is left for it in grants. Uncontended, down and up are one atomic instruction each.
 */
#pragma once

#include "core/wait.h"

struct sem {
	int32_t count; /* atomic */
	struct wait_queue waiters;
	uint32_t grants; /* under waiters.lock: ups whose waiter has not arrived yet */
};

/* count: at most 2^31 - 1. */
void sem_init(struct sem *sem, unsigned count);
void sem_down_slow(struct sem *sem);
void sem_up_slow(struct sem *sem);

static inline void sem_down(struct sem *sem)
{
	/* acquire: what was written before the up that made room is visible */
	if (__builtin_expect(__atomic_fetch_sub(&sem->count, 1, __ATOMIC_ACQUIRE) <= 0, 0))
		sem_down_slow(sem);
}

static inline void sem_up(struct sem *sem)
{
	if (__builtin_expect(__atomic_fetch_add(&sem->count, 1, __ATOMIC_RELEASE) < 0, 0))
		sem_up_slow(sem);
}
