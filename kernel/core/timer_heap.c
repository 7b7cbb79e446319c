/* SPDX-License-Identifier: MIT */
/*
 * All three operations are one merge of two heaps, and a repair of ranks upwards.
 */
#include "core/timer_heap.h"

#include <stdbool.h>
#include <stddef.h>

static inline uint32_t timer_rank(const struct timer *timer)
{
	return timer == NULL ? 0 : timer->rank;
}

/* Restores "the left child's rank is not smaller" and the rank at one node. True: its rank has changed. */
static bool timer_heap_fix(struct timer *timer)
{
	uint32_t rank;

	if (timer_rank(timer->left) < timer_rank(timer->right)) {
		struct timer *left = timer->left;

		timer->left = timer->right;
		timer->right = left;
	}
	rank = timer_rank(timer->right) + 1;
	if (rank == timer->rank)
		return false;
	timer->rank = rank;
	return true;
}

/* From here up to the root, as far as ranks change: O(log n), because a rank can only change along right spines. */
static void timer_heap_fix_upwards(struct timer *timer)
{
	while (timer != NULL && timer_heap_fix(timer))
		timer = timer->parent;
}

/*
 * Merges the heaps a and b below parent and stores the result in *link: walks down the two right spines, always taking
 * the earlier root (a on a tie), then repairs the ranks on the way back up to parent, excluded.
 */
static void timer_heap_merge(struct timer **link, struct timer *parent, struct timer *a, struct timer *b)
{
	struct timer *top = parent;

	while (a != NULL && b != NULL) {
		if (b->deadline_tsc < a->deadline_tsc) {
			struct timer *earlier = b;

			b = a;
			a = earlier;
		}
		*link = a;
		a->parent = parent;
		parent = a;
		link = &a->right;
		a = a->right;
	}
	*link = a != NULL ? a : b;
	if (*link != NULL)
		(*link)->parent = parent;
	for (; parent != top; parent = parent->parent)
		timer_heap_fix(parent);
}

void timer_heap_add(struct timer_heap *heap, struct timer *timer)
{
	timer->left = NULL;
	timer->right = NULL;
	timer->rank = 1;
	timer_heap_merge(&heap->root, NULL, heap->root, timer);
}

void timer_heap_remove(struct timer_heap *heap, struct timer *timer)
{
	struct timer *parent = timer->parent, **link = &heap->root;

	if (parent != NULL)
		link = parent->left == timer ? &parent->left : &parent->right;
	timer_heap_merge(link, parent, timer->left, timer->right);
	timer_heap_fix_upwards(parent);
}
