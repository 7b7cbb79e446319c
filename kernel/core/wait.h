/* SPDX-License-Identifier: MIT */
/*
 * The one way to block until something happens: a FIFO of threads under a spin lock. Event, mutex, condition variable,
 * semaphore and barrier are thin users of it, all of the same form:
 *
 *   waiter: lock; look at the state; wait_block(): join the queue, unlock, block
 *   waker:  lock; change the state; wait_wake_oldest() or wait_wake_everyone(): take out, unlock, wake
 *
 * The waiter is in the queue before it lets go of the lock, so no wake can fall between its look and its sleep; that
 * the waker may make it ready while it still runs is what core/sched.h allows. Whoever takes a thread out of the queue
 * owes it exactly one wake. Interrupt handlers never touch a wait queue.
 *
 * So that waking everybody costs the waker O(CPUs of the waiters) and not O(waiters), the waiters sort themselves: those
 * of one CPU are a group, linked by next and ready to be pushed into their CPU's inbox as one chain. The rules:
 *   - Every waiter is in the FIFO. Every waiter is in one group too, but perhaps the oldest one: who comes to an empty
 *     queue stays alone, which is the common case and costs nothing, until the second one comes and is of its CPU.
 *   - A group's threads are in the order of the FIFO, and so are the groups of one CPU. Hence the head of the FIFO, if it
 *     is in a group, is that group's first, and each CPU gets its threads in the order in which they came.
 *   - A group's record is one that its first thread carries. Each thread was made with a record and always carries one;
 *     when the first of several leaves it exchanges records with the next, so a group's record never moves.
 *   - A waiter with a time limit is a closed group by itself: it has to be claimed, so it is woken on its own.
 * How a waiter finds its CPU's group is in wait.c; not finding it costs the waker one more push and nothing else.
 * Model: kernel/model/wait.pml.
 */
#pragma once

#include "core/sched.h"
#include "core/spin.h"

struct wait_queue {
	struct spin lock;
	struct thread *head, *tail;         /* under lock; oldest first */
	struct wait_group *oldest, *newest; /* under lock: all groups */
};

static inline void wait_init(struct wait_queue *queue)
{
	spin_init(&queue->lock);
	queue->head = NULL;
	queue->tail = NULL;
	queue->oldest = NULL;
	queue->newest = NULL;
}

/* Appends the calling thread to a queue whose waiters are only ever woken one by one. Lock held. */
static inline void wait_join_fifo(struct wait_queue *queue)
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

/* Puts the calling thread before all others: for one that was woken and has to wait on in its old place. As above. */
void wait_join_first(struct wait_queue *queue);

/* Appends the calling thread. Lock held. */
void wait_join(struct wait_queue *queue);
/* What is left of wait_block() in a queue with other waiters. */
void wait_block_behind(struct wait_queue *queue);

/* Appends the calling thread, unlocks, and blocks until it is woken. Lock held; released on return. */
static inline void wait_block(struct wait_queue *queue)
{
	struct thread *self = this_cpu->current;

	if (queue->head != NULL) {
		wait_block_behind(queue);
		return;
	}
	self->wait_next = NULL;
	self->wait_prev = NULL;
	queue->head = self;
	queue->tail = self;
	spin_unlock(&queue->lock);
	sched_block();
}

static inline bool wait_anyone(const struct wait_queue *queue)
{
	return queue->head != NULL;
}

/* Takes out the thread that has waited longest, whom nobody but wakers can claim. Lock held; there is one. */
static inline struct thread *wait_take_first(struct wait_queue *queue)
{
	struct thread *first = queue->head, *next = first->wait_next;

	queue->head = next;
	if (next == NULL)
		queue->tail = NULL;
	else
		next->wait_prev = NULL;
	return first;
}

/* The same for a queue with wait_join_fifo(). NULL: nobody waits. Wake it by sched_wake(), best unlocked. */
static inline struct thread *wait_oldest_fifo(struct wait_queue *queue)
{
	return queue->head == NULL ? NULL : wait_take_first(queue);
}

/* The same for any queue; takes those out whose limit has claimed them, too. */
struct thread *wait_oldest(struct wait_queue *queue);
/* What is left of wait_wake_oldest() if the first is in a group. */
void wait_wake_first(struct wait_queue *queue);

/* Takes out the thread that has waited longest, if there is one, unlocks, and wakes it. Lock held; released on return. */
static inline void wait_wake_oldest(struct wait_queue *queue)
{
	struct thread *thread = queue->head;

	if (thread == NULL) {
		spin_unlock(&queue->lock);
		return;
	}
	if (thread->group->queue == queue) {
		wait_wake_first(queue);
		return;
	}
	wait_take_first(queue); /* alone, and so without a limit */
	spin_unlock(&queue->lock);
	sched_wake(thread);
}

/*
 * Takes out all, unlocks, and wakes them, in O(CPUs of the waiters + waiters with a time limit): each group in one push,
 * and each CPU with at most one interrupt. The CPUs wake in parallel. Lock held; released on return. Not for queues with
 * wait_join_fifo().
 */
void wait_wake_everyone(struct wait_queue *queue);
/*
 * Appends the calling thread, unlocks, and blocks until it is woken or the clock reaches deadline_tsc: 0 or -ETIMEDOUT.
 * Lock held; released on return.
 */
int wait_block_until(struct wait_queue *queue, uint64_t deadline_tsc);
