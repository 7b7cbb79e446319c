/* SPDX-License-Identifier: MIT */
/*
 * Two barriers, both reusable at once. The blocking one is a count under a wait queue's lock: the last to arrive takes
 * all others out of the queue, so an early bird of the next round joins an empty one.
 *
 * The spinning one is one of two, by the number of parties; both are of Mellor-Crummey & Scott, ACM TOCS 9(1), 1991.
 * Up to SPIN_BARRIER_CENTRAL_MAX it is central (§3.1), with a generation in place of a sense, each word on a cache line.
 * Beyond, it is the tree of §3.4 with fan-in 4 for the arrival and the same tree for the release: plain stores only,
 * one writer a byte and one reader a line.
 *
 * Why there: count the transfers of a line from CPU to CPU that follow one another when all P arrive at once. Central:
 * one an arrival, and for the release one to the last and one to each of the P - 1 readers, which are served one by one
 * or together: P + 2 to 2 P. Tree: a level costs up to 4 for the children's stores into one line, 1 for their parent's
 * look, and 2 for the release on the way back: 7 for 2 to 5 parties, 14 up to 21, 21 up to 85, 28 up to 341. At 8
 * parties that is 10 to 16 against 14, at 16 it is 18 to 32 against 14: the tree begins where its transfers are certain
 * to be fewer. In executed instructions, which is all that a machine without caches shows, the central one is shorter at
 * any P: about 12 a party and round against 57, of which most are looks in vain while others run.
 * Models of all three: kernel/model/barrier.pml.
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

/* --- The spinning one ---------------------------------------------------------------------------------------------- */

enum { SPIN_BARRIER_CENTRAL_MAX = 8, SPIN_BARRIER_FAN_IN = 4 };

/*
 * One party's place in the tree, party p below party (p - 1) / 4: a line that this party spins on, and only it. Senses
 * alternate between 1 and 0 from round to round, so nothing has to be reset.
 */
struct spin_barrier_node {
	union {
		uint32_t arrived;                        /* atomic: read as a whole by its party */
		uint8_t from_child[SPIN_BARRIER_FAN_IN]; /* atomic: the sense of the round that child i has come to */
	};
	uint32_t all;    /* what arrived is when all its children are in a round of sense 1 */
	uint8_t *report; /* from_child of the node above; NULL: party 0 */
	struct spin_barrier_node *children, *children_end;
	uint32_t released; /* atomic: the sense of the round that is over; written from above */
	uint32_t sense;    /* of the round; by its party */
} __attribute__((aligned(64)));

struct spin_barrier {
	uint32_t missing __attribute__((aligned(64)));    /* atomic: parties that have not arrived */
	uint32_t generation __attribute__((aligned(64))); /* atomic; written by the last to arrive */
	uint32_t parties;
	struct spin_barrier_node *tree; /* one node a party; NULL: central */
};

/* -ENOMEM: no memory for a tree. */
int spin_barrier_init(struct spin_barrier *barrier, unsigned parties);
void spin_barrier_destroy(struct spin_barrier *barrier);
/* Prepares the nodes of a tree of any number of parties: what spin_barrier_init() does for many. */
void spin_barrier_plant(struct spin_barrier_node *tree, unsigned parties);
/* Waits as this party: for those below it, then for the one above it, then lets those below it go. */
void spin_barrier_wait_tree(struct spin_barrier_node *tree, unsigned party);

/* Spins until all parties have arrived. party: the caller's own number, 0 … parties-1. */
static inline void spin_barrier_wait(struct spin_barrier *barrier, unsigned party)
{
	uint32_t generation;

	if (__builtin_expect(barrier->parties > SPIN_BARRIER_CENTRAL_MAX, 0)) {
		spin_barrier_wait_tree(barrier->tree, party);
		return;
	}
	/* before arriving: it cannot change as long as the caller is missing */
	generation = __atomic_load_n(&barrier->generation, __ATOMIC_RELAXED);
	/* acq_rel: all that any party wrote before is visible to the last one, and through it to all */
	if (__builtin_expect(__atomic_fetch_sub(&barrier->missing, 1, __ATOMIC_ACQ_REL) == 1, 0)) {
		__atomic_store_n(&barrier->missing, barrier->parties, __ATOMIC_RELAXED);
		/* the count is whole again before anybody leaves and comes back: on x86 a matter of the compiler only */
		__atomic_thread_fence(__ATOMIC_RELEASE);
		barrier->generation++; /* the only writer: one plain add */
		return;
	}
	do /* who is not the last waits for a line to come from another CPU at least: the hint first, then a look */
		cpu_relax();
	while (__atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation);
}
