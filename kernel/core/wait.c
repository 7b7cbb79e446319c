/* SPDX-License-Identifier: MIT */
/*
 * What is not on every waiter's way: queues as a whole, and waits with a time limit.
 */
#include "core/wait.h"

#include "core/error.h"
#include "core/timer.h"

void wait_join_first(struct wait_queue *queue)
{
	struct thread *self = this_cpu->current, *first = queue->head;

	self->wait_next = first;
	self->wait_prev = NULL;
	if (first == NULL)
		queue->tail = self;
	else
		first->wait_prev = self;
	queue->head = self;
}

struct thread *wait_everyone(struct wait_queue *queue)
{
	struct thread *oldest = queue->head, **link = &oldest;

	queue->head = NULL;
	queue->tail = NULL;
	for (struct thread *thread = oldest; thread != NULL; thread = *link) {
		if (wait_claim(thread)) {
			link = &thread->wait_next;
		} else {
			*link = thread->wait_next;
			thread->wait_prev = NULL; /* tells wait_leave() that it is out */
		}
	}
	return oldest;
}

void wait_wake_list(struct thread *oldest)
{
	struct percpu *cpu = this_cpu->self;

	while (oldest != NULL) {
		struct percpu *home = oldest->home;
		struct thread *first = oldest, *newest = oldest;

		oldest = oldest->wait_next;
		if (home == cpu) {
			sched_ready(cpu, first);
			continue;
		}
		while (oldest != NULL && oldest->home == home) {
			oldest->next = newest;
			newest = oldest;
			oldest = oldest->wait_next;
		}
		sched_send(home, newest, first);
	}
}

/* Takes the calling thread out of the queue, if nobody else has. Lock held. */
static void wait_leave(struct wait_queue *queue)
{
	struct thread *self = this_cpu->current;

	if (self->wait_prev == NULL && queue->head != self)
		return;
	if (self->wait_prev == NULL)
		queue->head = self->wait_next;
	else
		self->wait_prev->wait_next = self->wait_next;
	if (self->wait_next == NULL)
		queue->tail = self->wait_prev;
	else
		self->wait_next->wait_prev = self->wait_prev;
}

int wait_block_until(struct wait_queue *queue, uint64_t deadline_tsc)
{
	struct thread *self = this_cpu->current;
	struct timer timer = {.deadline_tsc = deadline_tsc, .thread = self};
	bool timed_out;

	self->timed = THREAD_WAITING;
	wait_join(queue);
	spin_unlock(&queue->lock);
	timer_add(&timer);
	sched_block();
	timer_cancel(&timer);
	timed_out = self->timed == THREAD_TIMED_OUT;
	if (timed_out) {
		spin_lock(&queue->lock);
		wait_leave(queue);
		spin_unlock(&queue->lock);
	}
	self->timed = THREAD_UNTIMED;
	return timed_out ? -ETIMEDOUT : 0;
}
