/* SPDX-License-Identifier: MIT */
/*
 * The blocking barrier, and of the spinning one the tree; its central form is inline.
 */
#include "core/barrier.h"

#include "core/error.h"
#include "core/heap.h"

void barrier_init(struct barrier *barrier, unsigned parties)
{
	wait_init(&barrier->waiters);
	barrier->parties = parties;
	barrier->arrived = 0;
}

void barrier_wait(struct barrier *barrier)
{
	spin_lock(&barrier->waiters.lock);
	if (++barrier->arrived < barrier->parties) {
		wait_block(&barrier->waiters);
		return;
	}
	barrier->arrived = 0;
	wait_wake_everyone(&barrier->waiters);
}

/* --- The spinning one ---------------------------------------------------------------------------------------------- */

void spin_barrier_plant(struct spin_barrier_node *tree, unsigned parties)
{
	for (unsigned party = 0; party < parties; party++) {
		unsigned first = party * SPIN_BARRIER_FAN_IN + 1, end = first + SPIN_BARRIER_FAN_IN;
		struct spin_barrier_node *node = &tree[party];

		first = first < parties ? first : parties;
		end = end < parties ? end : parties;
		*node = (struct spin_barrier_node){.children = &tree[first], .children_end = &tree[end]};
		for (unsigned child = first; child < end; child++)
			node->all |= UINT32_C(1) << 8 * (child - first);
		if (party > 0)
			node->report =
			    &tree[(party - 1) / SPIN_BARRIER_FAN_IN].from_child[(party - 1) % SPIN_BARRIER_FAN_IN];
	}
}

_Static_assert(sizeof(struct spin_barrier_node) == 64, "a line each: the least tree is aligned to lines by its size");
_Static_assert((SPIN_BARRIER_CENTRAL_MAX + 1) * 64 >= HEAP_ALIGN_LINE_MIN, "as above");

int spin_barrier_init(struct spin_barrier *barrier, unsigned parties)
{
	barrier->missing = parties;
	barrier->generation = 0;
	barrier->parties = parties;
	barrier->tree = NULL;
	if (parties <= SPIN_BARRIER_CENTRAL_MAX)
		return 0;
	barrier->tree = heap_alloc(parties * sizeof(struct spin_barrier_node));
	if (barrier->tree == NULL)
		return -ENOMEM;
	spin_barrier_plant(barrier->tree, parties);
	return 0;
}

void spin_barrier_destroy(struct spin_barrier *barrier)
{
	heap_free(barrier->tree);
	barrier->tree = NULL;
}

void spin_barrier_wait_tree(struct spin_barrier_node *tree, unsigned party)
{
	struct spin_barrier_node *node = &tree[party];
	uint32_t sense = node->sense ^ 1, all = sense != 0 ? node->all : 0;

	node->sense = sense;
	/* acquire: what those below wrote before they arrived */
	while (__atomic_load_n(&node->arrived, __ATOMIC_ACQUIRE) != all)
		cpu_relax();
	if (node->report != NULL) {
		/* release: with all that, and what this party wrote, for the one above */
		__atomic_store_n(node->report, (uint8_t)sense, __ATOMIC_RELEASE);
		/* acquire: what everybody wrote, through party 0 */
		while (__atomic_load_n(&node->released, __ATOMIC_ACQUIRE) != sense)
			cpu_relax();
	}
	for (struct spin_barrier_node *child = node->children; child < node->children_end; child++)
		__atomic_store_n(&child->released, sense, __ATOMIC_RELEASE); /* with the same */
}
