/* SPDX-License-Identifier: MIT */
/*
 * MCS spin lock: Mellor-Crummey & Scott, "Algorithms for Scalable Synchronization", ACM TOCS 9(1), 1991, §2.4. First come,
 * first served, as the ticket lock (core/spin.h), but each waiter spins on a line of its own, in a node that it brings
 * along: a release costs one transfer of a line however many wait, where the ticket lock's costs one a waiter. In
 * exchange an uncontended pair takes two locked instructions instead of one. For threads only; the holder must not block.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "x86/cpu.h"

/* A thread's place in the queue, from lock to unlock; its contents before do not matter. */
struct mcs_node {
	struct mcs_node *next; /* atomic: who comes after; stored by that one */
	bool waits;            /* atomic: cleared by who came before */
} __attribute__((aligned(64)));

struct mcs {
	struct mcs_node *tail; /* atomic: the last to come, NULL: free */
};

static inline void mcs_init(struct mcs *mcs)
{
	mcs->tail = NULL;
}

static inline void mcs_lock(struct mcs *mcs, struct mcs_node *node)
{
	struct mcs_node *before;

	node->next = NULL;
	/* acquire: what the former holder wrote, if it is free; release: the next to come finds a whole node */
	before = __atomic_exchange_n(&mcs->tail, node, __ATOMIC_ACQ_REL);
	if (before == NULL)
		return;
	node->waits = true;
	/* release: the mark is there before the one before can clear it */
	__atomic_store_n(&before->next, node, __ATOMIC_RELEASE);
	/* acquire: what the former holder wrote */
	while (__atomic_load_n(&node->waits, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static inline void mcs_unlock(struct mcs *mcs, struct mcs_node *node)
{
	struct mcs_node *next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE), *last = node;

	if (next == NULL) {
		/* release: what the holder wrote, for whoever finds it free */
		if (__atomic_compare_exchange_n(&mcs->tail, &last, NULL, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return;
		/* somebody is between its exchange and its store: a few instructions */
		while ((next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE)) == NULL)
			cpu_relax();
	}
	__atomic_store_n(&next->waits, false, __ATOMIC_RELEASE); /* with what the holder wrote */
}
