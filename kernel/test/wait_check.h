/* SPDX-License-Identifier: MIT */
/*
 * Every rule that core/wait.h states about the groups of a wait queue, checked on a queue as it is at the moment.
 */
#pragma once

#include "core/ktest.h"
#include "core/wait.h"

/* The list's links and what each record says; returns how many threads are in groups. */
static inline unsigned wait_check_groups(const struct wait_queue *queue, unsigned *groups)
{
	const struct wait_group *older = NULL;
	unsigned count = 0;

	*groups = 0;
	for (const struct wait_group *group = queue->oldest; group != NULL; group = group->newer) {
		const struct thread *thread = group->first;

		CHECK(group->older == older);
		CHECK(group->queue == queue && thread->group == group);
		CHECK(group->home == NULL || group->home == thread->home);
		if (thread->timed != THREAD_UNTIMED)
			CHECK(group->home == NULL && group->last == thread);
		for (count++; thread != group->last; count++) {
			CHECK(thread->next->home == thread->home && thread->next->timed == THREAD_UNTIMED);
			thread = thread->next;
			CHECK(thread->group->queue != queue);
		}
		older = group;
		++*groups;
	}
	CHECK(queue->newest == older);
	return count;
}

/* The groups of one CPU, in their order, are that CPU's threads in the order of the FIFO. */
static inline void wait_check_order(const struct wait_queue *queue, const struct thread *from,
				    const struct percpu *home)
{
	const struct wait_group *group = queue->oldest;
	const struct thread *expected = NULL, *last = NULL;

	for (const struct thread *thread = from; thread != NULL; thread = thread->wait_next) {
		if (thread->home != home)
			continue;
		if (last == NULL) {
			while (group != NULL && group->first->home != home)
				group = group->newer;
			CHECK(group != NULL);
			if (group == NULL)
				return;
			expected = group->first;
			last = group->last;
			group = group->newer;
		}
		CHECK(thread == expected);
		if (thread == last)
			last = NULL;
		else
			expected = expected->next;
	}
	CHECK(last == NULL);
}

/* Lock held. Returns how many wait, and in how many groups. */
static inline unsigned wait_check(const struct wait_queue *queue, unsigned *groups)
{
	const struct thread *previous = NULL, *from = queue->head;
	unsigned count = 0, alone = from != NULL && from->group->queue != queue;

	for (const struct thread *thread = from; thread != NULL; thread = thread->wait_next) {
		CHECK(thread->wait_prev == previous);
		previous = thread;
		count++;
	}
	CHECK(queue->tail == previous);
	CHECK(wait_check_groups(queue, groups) + alone == count);
	if (alone)
		from = from->wait_next;
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		wait_check_order(queue, from, percpu_at(cpu));
	return count;
}
