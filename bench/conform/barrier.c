/* SPDX-License-Identifier: MIT */
/*
 * Barriers, blocking and spinning: nobody passes before the last one has arrived, and the next round may begin at once.
 */
#include "conform.h"

enum { ROUNDS = 300 };

static struct {
	struct os_barrier blocking;
	struct os_spin_barrier spinning;
	unsigned parties;
	uint32_t arrived[ROUNDS];
	uint32_t early; /* returns that came before the last arrival */
	uint32_t passed;
} yard;

static int yard_init(unsigned parties)
{
	yard.parties = parties;
	yard.early = 0;
	yard.passed = 0;
	for (unsigned i = 0; i < ROUNDS; i++)
		yard.arrived[i] = 0;
	os_barrier_init(&yard.blocking, parties);
	return os_spin_barrier_init(&yard.spinning, parties);
}

static void check_all_arrived(unsigned round)
{
	if (conform_read(&yard.arrived[round]) != yard.parties)
		conform_add(&yard.early, 1);
}

static void march_blocking(struct conform_party *party)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (round % 7 == party->index % 7)
			os_thread_yield();
		conform_add(&yard.arrived[round], 1);
		os_barrier_wait(&yard.blocking);
		check_all_arrived(round);
	}
	conform_add(&yard.passed, 1);
}

static void check_marched(struct conform *t)
{
	CHECK_EQUAL(t, conform_read(&yard.early), 0);
	CHECK_EQUAL(t, conform_read(&yard.passed), yard.parties);
	for (unsigned round = 0; round < ROUNDS; round++)
		CHECK_EQUAL(t, yard.arrived[round], yard.parties);
	os_barrier_destroy(&yard.blocking);
	os_spin_barrier_destroy(&yard.spinning);
}

CONFORM(barrier_holds_all, 1, "nobody passes a barrier early, over many rounds without a pause")
{
	const unsigned per_cpu[] = {1, 2, 3};

	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQUAL(t, yard_init(per_cpu[i] * os_cpu_count()), 0);
		conform_gang_start(t, yard.parties, march_blocking, NULL);
		conform_gang_finish(t);
		check_marched(t);
	}
}

static struct {
	uint32_t waiting, passed;
	uint64_t blocks;
} early_bird;

static void arrive_early(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	(void)party;
	conform_add(&early_bird.waiting, 1);
	os_barrier_wait(&yard.blocking);
	early_bird.blocks = os_thread_blocks() - before;
	conform_add(&early_bird.passed, 1);
}

CONFORM(barrier_blocks, 1, "who waits at a barrier blocks until the last one arrives")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		static struct conform_party party;

		early_bird.waiting = 0;
		early_bird.passed = 0;
		CHECK_EQUAL(t, yard_init(2), 0);
		conform_start(t, &party, cpu, arrive_early, NULL);
		conform_reaches(t, &early_bird.waiting, 1);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&early_bird.passed), 0);
		os_barrier_wait(&yard.blocking);
		if (!conform_finish(&party))
			return;
		CHECK(t, early_bird.blocks >= 1);
		os_barrier_destroy(&yard.blocking);
		os_spin_barrier_destroy(&yard.spinning);
	}
}

static void march_alone(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	for (unsigned i = 0; i < ROUNDS; i++) {
		os_barrier_wait(&yard.blocking);
		os_spin_barrier_wait(&yard.spinning, 0);
	}
	CHECK_EQUAL(party->t, os_thread_blocks(), before);
}

CONFORM(barrier_of_one_passes, 1, "a barrier of one party, blocking or spinning, lets it pass at once")
{
	CHECK_EQUAL(t, yard_init(1), 0);
	conform_call(t, 0, march_alone, NULL);
	os_barrier_destroy(&yard.blocking);
	os_spin_barrier_destroy(&yard.spinning);
}

static void march_spinning(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	for (unsigned round = 0; round < ROUNDS; round++) {
		if (round % 7 == party->index % 7)
			os_delay_ns(1000);
		conform_add(&yard.arrived[round], 1);
		os_spin_barrier_wait(&yard.spinning, party->index);
		check_all_arrived(round);
	}
	CHECK_EQUAL(party->t, os_thread_blocks(), before);
	conform_add(&yard.passed, 1);
}

CONFORM(spin_barrier_holds_all, 1, "nobody passes a spinning barrier early, and nobody blocks at it")
{
	CHECK_EQUAL(t, yard_init(os_cpu_count()), 0);
	conform_gang_start(t, yard.parties, march_spinning, NULL);
	conform_gang_finish(t);
	check_marched(t);
}

static void march_both(struct conform_party *party)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		conform_add(&yard.arrived[round], 1);
		if (round % 2 == 0)
			os_barrier_wait(&yard.blocking);
		else
			os_spin_barrier_wait(&yard.spinning, party->index);
		check_all_arrived(round);
	}
	conform_add(&yard.passed, 1);
}

CONFORM(barriers_alternate, 1, "a blocking and a spinning barrier in turn hold the same parties")
{
	CHECK_EQUAL(t, yard_init(os_cpu_count()), 0);
	conform_gang_start(t, yard.parties, march_both, NULL);
	conform_gang_finish(t);
	check_marched(t);
}
