/* SPDX-License-Identifier: MIT */
/*
 * Condition variable: FIFO. The waiter is in the queue before it releases the mutex, so a signal that follows a change
 * made under the mutex cannot miss it. May return spuriously by contract, though it does not.
 */
#pragma once

#include "core/mutex.h"

struct cond {
	struct wait_queue waiters;
};

void cond_init(struct cond *cond);
/* Releases mutex and blocks as one step, and holds mutex again on return. */
void cond_wait(struct cond *cond, struct mutex *mutex);
/* The same, until the clock reaches deadline_tsc at most: 0 or -ETIMEDOUT, with the mutex held either way. */
int cond_wait_until(struct cond *cond, struct mutex *mutex, uint64_t deadline_tsc);
void cond_signal(struct cond *cond);
void cond_broadcast(struct cond *cond);
