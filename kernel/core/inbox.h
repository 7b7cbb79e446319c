/* SPDX-License-Identifier: MIT */
/*
 * How threads become ready on a CPU that is not ours, or from an interrupt handler: a lock-free stack with many producers
 * and one consumer, the CPU itself. An element is a chain of threads, oldest to newest, represented by its oldest one.
 * Producers push to the front by compare-and-swap; the consumer takes everything by one exchange and puts the chains
 * together in the order in which they came. So neither side's work grows with the threads of a chain.
 *
 * The word also says whether its CPU is halted. A CPU that finds it empty replaces "empty" by INBOX_HALTED in one step
 * and then halts, with interrupts off in between so that a kick stays pending until the halt. The producer whose swap
 * replaces INBOX_HALTED, and only that one, sends the kick. Since announcing, pushing and claiming the kick are atomic
 * operations on one and the same word, they have one total order: there is no store that could hide in a store buffer
 * while the other side looks, so no full fence is needed beyond the operations themselves and no wake can be lost.
 * A CPU that is running, or that polls while idle, never has the marker and never gets an interrupt.
 * Model: kernel/model/wait.pml.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "core/thread.h"

struct inbox {
	struct thread *head; /* atomic: NULL, INBOX_HALTED, or the newest chain, linked by chain_older to older ones */
};

#define INBOX_HALTED ((struct thread *)1)

/*
 * Pushes the chain oldest … newest (linked by next; one thread: oldest == newest). Any context. True: the CPU was
 * halted, and the caller must kick it.
 */
static inline bool inbox_push(struct inbox *inbox, struct thread *oldest, struct thread *newest)
{
	struct thread *head = __atomic_load_n(&inbox->head, __ATOMIC_RELAXED);

	oldest->chain_last = newest;
	do {
		oldest->chain_older = head == INBOX_HALTED ? NULL : head;
		/* release: the consumer sees the links and whatever was written before the wake */
	} while (!__atomic_compare_exchange_n(&inbox->head, &head, oldest, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return head == INBOX_HALTED;
}

static inline bool inbox_empty(const struct inbox *inbox)
{
	return __atomic_load_n(&inbox->head, __ATOMIC_RELAXED) == NULL;
}

static inline bool inbox_halted(const struct inbox *inbox)
{
	return __atomic_load_n(&inbox->head, __ATOMIC_RELAXED) == INBOX_HALTED;
}

/* Whether a thread is in it: neither empty nor just announced as halted. */
static inline bool inbox_waiting(const struct inbox *inbox)
{
	struct thread *head = __atomic_load_n(&inbox->head, __ATOMIC_RELAXED);

	return head != NULL && head != INBOX_HALTED;
}

/*
 * Takes everything, oldest first, linked by next; *last is the newest. NULL: there is nothing, and no last. Only for the consumer,
 * and never while the marker is in.
 */
static inline struct thread *inbox_take(struct inbox *inbox, struct thread **last)
{
	/* acquire: pairs with the release of inbox_push() */
	struct thread *oldest = __atomic_exchange_n(&inbox->head, NULL, __ATOMIC_ACQUIRE), *older;

	if (oldest == NULL)
		return NULL;
	*last = oldest->chain_last;
	(*last)->next = NULL;
	while ((older = oldest->chain_older) != NULL) {
		older->chain_last->next = oldest;
		oldest = older;
	}
	return oldest;
}

/* Announces that the consumer halts. False: something has arrived. Interrupts off, until the halt itself. */
static inline bool inbox_halt(struct inbox *inbox)
{
	struct thread *empty = NULL;

	return __atomic_compare_exchange_n(&inbox->head, &empty, INBOX_HALTED, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

/* Takes the announcement back, if no push has replaced it. */
static inline void inbox_awake(struct inbox *inbox)
{
	struct thread *marker = INBOX_HALTED;

	if (__atomic_load_n(&inbox->head, __ATOMIC_RELAXED) == INBOX_HALTED)
		__atomic_compare_exchange_n(&inbox->head, &marker, NULL, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
