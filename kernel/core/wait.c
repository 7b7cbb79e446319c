/* SPDX-License-Identifier: MIT */
/*
 * What is not on every waiter's way: queues as a whole, and waits with a time limit.
 */
#include "core/wait.h"

#include "core/error.h"
#include "core/panic.h"
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

/* --- Groups ------------------------------------------------------------------------------------------------------------ */

/*
 * Where this CPU notes the group that its threads joined last in a queue of such an address: a hint, because queues share
 * places, and because whoever empties the group does not know of it. It holds if the record is this queue's now and open to
 * this CPU. Both are set and cleared under this queue's lock only, so under that lock the answer is exact, also for a record
 * that has been anywhere else since; the others' writes that may fall in between are why the fields are atomic. Threads,
 * and thereby records, stay what they are for ever. Multiplicative hash: Knuth, TAOCP vol. 3, §6.4.
 */
static struct wait_group **wait_hint(struct percpu *cpu, const struct wait_queue *queue)
{
	return &cpu->wait_hints[(uintptr_t)queue * 0x9e3779b97f4a7c15 / (UINT64_MAX / WAIT_HINTS + 1)];
}

static bool wait_group_is_open(const struct wait_group *group, const struct wait_queue *queue, const struct percpu *cpu)
{
	return group != NULL && __atomic_load_n(&group->queue, __ATOMIC_RELAXED) == queue &&
	       __atomic_load_n(&group->home, __ATOMIC_RELAXED) == cpu;
}

/* Appends a group of these threads, under the record that first carries, to the queue's. Home: who may join, or NULL. */
static void wait_group_begin(struct wait_queue *queue, struct percpu *home, struct thread *first, struct thread *last)
{
	struct wait_group *group = first->group;

	__atomic_store_n(&group->queue, queue, __ATOMIC_RELAXED);
	__atomic_store_n(&group->home, home, __ATOMIC_RELAXED);
	group->first = first;
	group->last = last;
	group->newer = NULL;
	group->older = queue->newest;
	if (queue->newest == NULL)
		queue->oldest = group;
	else
		queue->newest->newer = group;
	queue->newest = group;
}

static void wait_group_end(struct wait_queue *queue, struct wait_group *group)
{
	if (group->older == NULL)
		queue->oldest = group->newer;
	else
		group->older->newer = group->newer;
	if (group->newer == NULL)
		queue->newest = group->older;
	else
		group->newer->older = group->older;
	__atomic_store_n(&group->queue, NULL, __ATOMIC_RELAXED);
}

/* Puts the calling thread, which is the last of the FIFO but not the only one, into a group. */
static void wait_group_join(struct wait_queue *queue)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *head = queue->head;
	struct wait_group **hint = wait_hint(cpu, queue), *group = *hint;

	if (!wait_group_is_open(group, queue, cpu)) {
		group = queue->newest;
		if (group == NULL && head->home == cpu) { /* the first waiter need not stay alone */
			head->next = self;
			wait_group_begin(queue, cpu, head, self);
			*hint = head->group;
			return;
		}
		if (!wait_group_is_open(group, queue, cpu)) {
			wait_group_begin(queue, cpu, self, self);
			*hint = self->group;
			return;
		}
		*hint = group;
	}
	group->last->next = self;
	group->last = self;
}

/* Takes the first thread out of the group that it is in. */
static void wait_group_leave(struct wait_queue *queue, struct thread *first)
{
	struct wait_group *group = first->group;
	struct thread *next = first->next;

	DEBUG_ASSERT(group->first == first);
	if (group->last == first) {
		wait_group_end(queue, group);
		return;
	}
	first->group = next->group;
	next->group = group;
	group->first = next;
}

void wait_join(struct wait_queue *queue)
{
	wait_join_fifo(queue);
	if (queue->head != queue->tail)
		wait_group_join(queue);
}

void wait_block_behind(struct wait_queue *queue)
{
	wait_join_fifo(queue);
	wait_group_join(queue);
	spin_unlock(&queue->lock);
	sched_block();
}

/* --- Out ----------------------------------------------------------------------------------------------------------------- */

/* Claims a waiter for a waker. False: its time limit has claimed it, and it is not to be woken. */
static bool wait_claim(struct thread *thread)
{
	uint32_t waiting = THREAD_WAITING;

	if (__atomic_load_n(&thread->timed, __ATOMIC_RELAXED) == THREAD_UNTIMED)
		return true;
	return __atomic_compare_exchange_n(&thread->timed, &waiting, THREAD_WOKEN, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

struct thread *wait_oldest(struct wait_queue *queue)
{
	while (queue->head != NULL) {
		struct thread *thread = wait_take_first(queue);

		if (thread->group->queue == queue)
			wait_group_leave(queue, thread);
		if (wait_claim(thread))
			return thread;
	}
	return NULL;
}

void wait_wake_first(struct wait_queue *queue)
{
	struct thread *thread = wait_oldest(queue);

	spin_unlock(&queue->lock);
	if (thread != NULL)
		sched_wake(thread);
}

/*
 * Closes all groups, under the lock, so that nobody joins one that is about to leave. Their links stay as they are until
 * the threads that carry them are woken. Left out is whom a time limit has claimed: it wakes by itself. Returns the oldest,
 * linked by newer.
 */
static struct wait_group *wait_detach_groups(struct wait_queue *queue)
{
	struct wait_group *oldest = queue->oldest, **link = &oldest, *group;

	while ((group = *link) != NULL) {
		__atomic_store_n(&group->queue, NULL, __ATOMIC_RELAXED);
		if (wait_claim(group->first))
			link = &group->newer;
		else
			*link = group->newer;
	}
	queue->oldest = NULL;
	queue->newest = NULL;
	return oldest;
}

void wait_wake_everyone(struct wait_queue *queue)
{
	struct thread *alone = queue->head;
	struct wait_group *group;

	if (alone != NULL && alone->group->queue == queue)
		alone = NULL;
	group = wait_detach_groups(queue);
	queue->head = NULL;
	queue->tail = NULL;
	spin_unlock(&queue->lock);
	if (alone != NULL)
		sched_wake(alone);
	while (group != NULL) {
		struct thread *first = group->first, *last = group->last;

		group = group->newer; /* before the threads that carry it run */
		sched_wake_chain(first, last);
	}
}

/* --- Time limits --------------------------------------------------------------------------------------------------------- */

/* Appends the calling thread as a closed group. Those of its CPU that come later go behind it, not into an older group. */
static void wait_join_limited(struct wait_queue *queue)
{
	struct percpu *cpu = this_cpu->self;
	struct wait_group *group = *wait_hint(cpu, queue);

	wait_join_fifo(queue);
	if (wait_group_is_open(group, queue, cpu))
		__atomic_store_n(&group->home, NULL, __ATOMIC_RELAXED);
	wait_group_begin(queue, NULL, cpu->current, cpu->current);
}

/* Takes the calling thread, which waited with a time limit, out of the queue, if nobody else has. Lock held. */
static void wait_leave(struct wait_queue *queue)
{
	struct thread *self = this_cpu->current;

	if (self->group->queue != queue)
		return;
	if (self->wait_prev == NULL)
		queue->head = self->wait_next;
	else
		self->wait_prev->wait_next = self->wait_next;
	if (self->wait_next == NULL)
		queue->tail = self->wait_prev;
	else
		self->wait_next->wait_prev = self->wait_prev;
	wait_group_end(queue, self->group);
}

int wait_block_until(struct wait_queue *queue, uint64_t deadline_tsc)
{
	struct thread *self = this_cpu->current;
	struct timer timer = {.deadline_tsc = deadline_tsc, .thread = self};
	bool timed_out;

	self->timed = THREAD_WAITING;
	wait_join_limited(queue);
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
