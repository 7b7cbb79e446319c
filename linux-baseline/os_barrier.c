/* SPDX-License-Identifier: MIT */
/*
 * The spinning barrier's tree, as the kernel has it (Mellor-Crummey & Scott, ACM TOCS 9(1), 1991, §3.4): party p below
 * party (p - 1) / 4, for the arrival and for the release. Plain stores only, one writer a byte and one reader a line.
 */
#include "os.h"

#include <errno.h>
#include <stdlib.h>

static void tree_plant(struct port_barrier_node *tree, unsigned parties)
{
	for (unsigned party = 0; party < parties; party++) {
		unsigned first = party * PORT_FAN_IN + 1, end = first + PORT_FAN_IN;
		struct port_barrier_node *node = &tree[party];

		first = first < parties ? first : parties;
		end = end < parties ? end : parties;
		*node = (struct port_barrier_node){.children = &tree[first], .children_end = &tree[end]};
		for (unsigned child = first; child < end; child++)
			node->all |= UINT32_C(1) << 8 * (child - first);
		if (party > 0)
			node->report = &tree[(party - 1) / PORT_FAN_IN].from_child[(party - 1) % PORT_FAN_IN];
	}
}

int os_spin_barrier_init(struct os_spin_barrier *barrier, unsigned parties)
{
	barrier->missing = parties;
	barrier->generation = 0;
	barrier->parties = parties;
	barrier->tree = NULL;
	if (parties <= PORT_CENTRAL_MAX)
		return 0;
	barrier->tree = aligned_alloc(sizeof(struct port_barrier_node), parties * sizeof(struct port_barrier_node));
	if (barrier->tree == NULL)
		return -ENOMEM;
	tree_plant(barrier->tree, parties);
	return 0;
}

void os_spin_barrier_destroy(struct os_spin_barrier *barrier)
{
	free(barrier->tree);
	barrier->tree = NULL;
}

void port_barrier_wait_tree(struct port_barrier_node *tree, unsigned party)
{
	struct port_barrier_node *node = &tree[party];
	uint32_t sense = node->sense ^ 1, all = sense != 0 ? node->all : 0;

	node->sense = sense;
	/* acquire: what those below did before they arrived */
	while (__atomic_load_n(&node->arrived, __ATOMIC_ACQUIRE) != all)
		os_relax();
	if (node->report != NULL) {
		/* release: with all that, and what this party did, for the one above */
		__atomic_store_n(node->report, (uint8_t)sense, __ATOMIC_RELEASE);
		/* acquire: what everybody did, through party 0 */
		while (__atomic_load_n(&node->released, __ATOMIC_ACQUIRE) != sense)
			os_relax();
	}
	for (struct port_barrier_node *child = node->children; child < node->children_end; child++)
		__atomic_store_n(&child->released, sense, __ATOMIC_RELEASE); /* with the same */
}
