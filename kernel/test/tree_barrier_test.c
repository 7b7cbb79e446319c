/* SPDX-License-Identifier: MIT */
/*
 * The spinning barrier's tree, on as many CPUs as there are, also where the barrier itself would choose the central one.
 */
#include "core/barrier.h"
#include "core/ktest.h"
#include "core/percpu.h"

enum { ROUNDS = 60, PARTIES_MAX = 300 };

static struct {
	struct spin_barrier_node tree[PARTIES_MAX];
	unsigned parties;
	uint32_t round[CPU_MAX]; /* atomic: that each party has come to */
} grove;

/* Every party but 0 hangs below exactly one other, which waits for it and lets it go. */
static void check_tree(unsigned parties)
{
	static unsigned below[PARTIES_MAX];
	unsigned edges = 0;

	for (unsigned i = 0; i < parties; i++)
		below[i] = 0;
	for (unsigned i = 0; i < parties; i++) {
		struct spin_barrier_node *node = &grove.tree[i];
		uint32_t all = 0;

		for (struct spin_barrier_node *child = node->children; child < node->children_end; child++) {
			CHECK(child > node && child < &grove.tree[parties]);
			CHECK(child->report >= node->from_child &&
			      child->report < &node->from_child[SPIN_BARRIER_FAN_IN]);
			*child->report = 1;
			all = node->arrived;
			below[child - grove.tree]++;
			edges++;
		}
		CHECK(node->all == all);
		CHECK((node->report == NULL) == (i == 0));
	}
	CHECK(edges == parties - 1);
	for (unsigned i = 1; i < parties; i++)
		CHECK(below[i] == 1);
}

KERNEL_TEST(barrier_trees_of_any_size_join_all_parties)
{
	for (unsigned parties = 1; parties <= PARTIES_MAX; parties++) {
		spin_barrier_plant(grove.tree, parties);
		check_tree(parties);
	}
}

static void *meet(void *arg)
{
	unsigned self = (unsigned)(uintptr_t)arg;

	for (uint32_t round = 1; round <= ROUNDS; round++) {
		if ((round + self) % 7 == 0)
			ktest_wait_turn(); /* out of step */
		__atomic_store_n(&grove.round[self], round, __ATOMIC_RELEASE);
		spin_barrier_wait_tree(grove.tree, self);
		for (unsigned i = 0; i < grove.parties; i++) {
			uint32_t other = __atomic_load_n(&grove.round[i], __ATOMIC_ACQUIRE);

			CHECK(other == round || other == round + 1);
		}
	}
	return NULL;
}

static void meet_all(unsigned parties)
{
	struct thread *threads[CPU_MAX];

	grove.parties = parties;
	for (unsigned i = 0; i < parties; i++)
		grove.round[i] = 0;
	spin_barrier_plant(grove.tree, parties);
	for (uintptr_t i = 0; i < parties; i++)
		threads[i] = ktest_start((unsigned)i, meet, (void *)i);
	for (unsigned i = 0; i < parties; i++)
		thread_join(threads[i]);
}

KERNEL_TEST(a_barrier_tree_holds_all_and_is_reusable_at_once)
{
	for (unsigned parties = 1; parties < cpu_count && parties <= 6; parties++)
		meet_all(parties);
	meet_all(cpu_count);
}
