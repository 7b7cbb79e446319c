/* SPDX-License-Identifier: MIT */
/*
 * The one way to block until something happens: a FIFO of threads under a spin lock. Event, mutex, condition variable,
 * semaphore and barrier are thin users of it, all of the same form:
 *
 *   waiter: lock; look at the state; wait_join(); unlock; sched_block()
 *   waker:  lock; change the state; wait_oldest() or wait_everyone(); unlock; wake what came out
 *
 * The waiter is in the queue before it lets go of the lock, so no wake can fall between its look and its sleep; that
 * the waker may make it ready while it still runs is what core/sched.h allows. Whoever takes a thread out of the queue
 * owes it exactly one wake. Interrupt handlers never touch a wait queue.
 */
#pragma once

#include "core/sched.h"
#include "core/spin.h"

struct wait_queue {
	struct spin lock;
	struct thread *head, *tail; /* under lock; oldest first */
};

static inline void wait_init(struct wait_queue *queue)
{
	spin_init(&queue->lock);
	queue->head = NULL;
	queue->tail = NULL;
}

/* Appends the calling thread. Lock held. */
static inline void wait_join(struct wait_queue *queue)
{
	struct thread *self = this_cpu->current, *last = queue->tail;

	self->wait_next = NULL;
	self->wait_prev = last;
	if (last == NULL)
		queue->head = self;
	else
		last->wait_next = self;
	queue->tail = self;
}

/* Puts the calling thread before all others: for one that was woken and has to wait on in its old place. Lock held. */
void wait_join_first(struct wait_queue *queue);

static inline bool wait_anyone(const struct wait_queue *queue)
{
	return queue->head != NULL;
}

/* Claims a waiter for a waker. False: its time limit has claimed it, and it is not to be woken. */
static inline bool wait_claim(struct thread *thread)
{
	uint32_t waiting = THREAD_WAITING;

	if (__builtin_expect(__atomic_load_n(&thread->timed, __ATOMIC_RELAXED) == THREAD_UNTIMED, 1))
		return true;
	return __atomic_compare_exchange_n(&thread->timed, &waiting, THREAD_WOKEN, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

/* Takes out the thread that has waited longest; NULL: nobody waits. Lock held. Wake it by sched_wake(), best unlocked. */
static inline struct thread *wait_oldest(struct wait_queue *queue)
{
	struct thread *thread;

	do {
		thread = queue->head;
		if (thread == NULL)
			return NULL;
		queue->head = thread->wait_next;
		if (queue->head == NULL)
			queue->tail = NULL;
		else
			queue->head->wait_prev = NULL;
	} while (!wait_claim(thread));
	return thread;
}

/* Takes out all, oldest first, linked by wait_next. Lock held. Wake them by wait_wake_list(). */
struct thread *wait_everyone(struct wait_queue *queue);
/* Wakes such a list: each run of threads of one CPU in one push, and each CPU with at most one interrupt. */
void wait_wake_list(struct thread *oldest);
/*
 * Appends the calling thread, unlocks, and blocks until it is woken or the clock reaches deadline_tsc: 0 or -ETIMEDOUT.
 * Lock held; released on return.
 */
int wait_block_until(struct wait_queue *queue, uint64_t deadline_tsc);
