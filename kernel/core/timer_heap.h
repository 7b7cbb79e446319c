/* SPDX-License-Identifier: MIT */
/*
 * Deadlines in order: a leftist heap with links inside the timers, so that adding one needs no memory and cannot fail.
 * Adding, removing the earliest and removing any are O(log n) in the worst case; reading the earliest is one load.
 * Pure data structure, no locking. Crane 1972; Knuth, The Art of Computer Programming 3, §5.2.3.
 */
#pragma once

#include <stdint.h>

struct thread;

struct timer {
	uint64_t deadline_tsc;
	/* the heap does not look at these two */
	struct thread *thread;           /* who is to be woken */
	void (*fn)(struct timer *timer); /* what is to be called in its place, or NULL */
	struct timer *left, *right, *parent;
	uint32_t rank; /* length of the shortest way down to a missing child; the left one is never shorter */
};

struct timer_heap {
	struct timer *root; /* the earliest, or NULL */
};

void timer_heap_add(struct timer_heap *heap, struct timer *timer);
/* The timer must be in the heap. */
void timer_heap_remove(struct timer_heap *heap, struct timer *timer);
