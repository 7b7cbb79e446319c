/* SPDX-License-Identifier: MIT */
/*
 * Both barriers: nobody leaves before all have come, and nobody is a round behind.
 */
#include "core/barrier.h"
#include "core/ktest.h"

enum { PER_CPU = 3 };

enum { ROUNDS = 100 };

static struct {
	struct barrier block;
	struct spin_barrier spin;
	unsigned parties;
	uint32_t round[KTEST_CROWD_MAX]; /* atomic: that each party is in */
} meeting;

/* Nobody can be ahead of a party that has not arrived, nor more than one round behind: a barrier that lets one slip shows. */
static void check_round(unsigned self, uint32_t round)
{
	__atomic_store_n(&meeting.round[self], round, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < meeting.parties; i++) {
		uint32_t other = __atomic_load_n(&meeting.round[i], __ATOMIC_ACQUIRE);

		CHECK(other == round || other == round - 1);
	}
}

static void *meet_block(void *arg)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		check_round((unsigned)(uintptr_t)arg, round);
		barrier_wait(&meeting.block);
		for (unsigned i = 0; i < meeting.parties; i++)
			CHECK(__atomic_load_n(&meeting.round[i], __ATOMIC_ACQUIRE) >= round);
	}
	return NULL;
}

static void *meet_spin(void *arg)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		check_round((unsigned)(uintptr_t)arg, round);
		spin_barrier_wait(&meeting.spin, (unsigned)(uintptr_t)arg);
		for (unsigned i = 0; i < meeting.parties; i++)
			CHECK(__atomic_load_n(&meeting.round[i], __ATOMIC_ACQUIRE) >= round);
	}
	return NULL;
}

static void meeting_prepare(unsigned per_cpu)
{
	meeting.parties = (cpu_count < 8 ? cpu_count : 8) * per_cpu;
	for (unsigned i = 0; i < meeting.parties; i++)
		meeting.round[i] = 0;
}

KERNEL_TEST(blocking_barrier_is_reusable_at_once)
{
	meeting_prepare(PER_CPU);
	barrier_init(&meeting.block, meeting.parties);
	ktest_crowd(meet_block, PER_CPU);
	CHECK(meeting.block.arrived == 0 && !wait_anyone(&meeting.block.waiters));
}

KERNEL_TEST(spinning_barrier_is_reusable_at_once)
{
	meeting_prepare(1);
	CHECK(spin_barrier_init(&meeting.spin, meeting.parties) == 0);
	ktest_crowd(meet_spin, 1);
	CHECK(meeting.spin.missing == meeting.parties && meeting.spin.generation == ROUNDS);
	spin_barrier_destroy(&meeting.spin);
}
