/* SPDX-License-Identifier: MIT */
/*
 * Threads while they run: which CPU, yield, move, and the count of blocks that benchmarks use as their proof.
 */
#include "conform.h"

CONFORM(cpu_count_constant, 1, "there is at least one CPU, and their number stays what it is")
{
	unsigned cpus = os_cpu_count();

	CHECK(t, cpus >= 1);
	conform_settle();
	CHECK_EQUAL(t, os_cpu_count(), cpus);
	CHECK(t, os_cpu_self() < cpus);
}

/* --- Yield -------------------------------------------------------------------------------------------------------- */

/* Yields for each turn of the other thread: a yield that does nothing burns a whole slice, a hundred times more. */
enum { TURNS = 200, YIELDS_PER_TURN = 5000 };

static struct {
	uint32_t turn;
	uint32_t done;
} relay;

/* Each waits by yielding until the other one has had its turn: none of them ever blocks. */
static void take_turns(struct conform_party *party)
{
	uint64_t blocks = os_thread_blocks();
	uint64_t yields = 0;

	for (uint32_t round = 0; round < TURNS; round++) {
		for (; conform_read(&relay.turn) != 2 * round + party->index; yields++)
			os_thread_yield();
		conform_add(&relay.turn, 1);
	}
	CHECK(party->t, yields <= (uint64_t)TURNS * YIELDS_PER_TURN);
	CHECK_EQUAL(party->t, os_thread_blocks(), blocks);
	conform_add(&relay.done, 1);
}

CONFORM(yield_lets_others_run, 1, "a yield lets the thread that is ready on this CPU run")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		static struct conform_party parties[2];

		relay.turn = 0;
		relay.done = 0;
		for (unsigned i = 0; i < 2; i++) {
			parties[i].index = i;
			conform_start(t, &parties[i], cpu, take_turns, NULL);
		}
		for (unsigned i = 0; i < 2; i++)
			conform_finish(&parties[i]);
		CHECK_EQUAL(t, conform_read(&relay.done), 2);
		CHECK_EQUAL(t, conform_read(&relay.turn), 2 * TURNS);
	}
}

static void yield_alone(struct conform_party *party)
{
	uint64_t blocks = os_thread_blocks();

	for (unsigned i = 0; i < 2000; i++)
		os_thread_yield();
	CHECK_EQUAL(party->t, os_thread_blocks(), blocks);
	CHECK_EQUAL(party->t, os_cpu_self(), party->cpu);
}

CONFORM(yield_alone_returns, 1, "a yield with nobody else to run returns, and is no block")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, yield_alone, NULL);
}

/* --- Move --------------------------------------------------------------------------------------------------------- */

static void wander(struct conform_party *party)
{
	for (unsigned i = 1; i <= 3 * os_cpu_count(); i++) {
		unsigned cpu = (party->cpu + i) % os_cpu_count();

		CHECK_EQUAL(party->t, os_thread_move(cpu), 0);
		CHECK_EQUAL(party->t, os_cpu_self(), cpu);
		os_thread_yield();
		CHECK_EQUAL(party->t, os_cpu_self(), cpu);
		os_sleep_ns(10000);
		CHECK_EQUAL(party->t, os_cpu_self(), cpu);
	}
}

CONFORM(move_moves, 1, "after a move the caller runs on the chosen CPU and stays there")
{
	conform_call(t, 0, wander, NULL);
	conform_gang_start(t, 2 * os_cpu_count(), wander, NULL);
	conform_gang_finish(t);
}

CONFORM(move_to_own_cpu, 1, "a move to the CPU that one runs on changes nothing")
{
	unsigned cpu = os_cpu_self();

	for (unsigned i = 0; i < 100; i++)
		CHECK_EQUAL(t, os_thread_move(cpu), 0);
	CHECK_EQUAL(t, os_cpu_self(), cpu);
}

CONFORM(move_refuses_absent_cpu, 1, "a move to a CPU that does not exist is -EINVAL and moves nobody")
{
	const unsigned absent[] = {os_cpu_count(), os_cpu_count() + 1, 1u << 20, ~0u};
	unsigned cpu = os_cpu_self();

	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQUAL(t, os_thread_move(absent[i]), -CONFORM_EINVAL);
		CHECK_EQUAL(t, os_cpu_self(), cpu);
	}
}

/* --- The count of blocks ------------------------------------------------------------------------------------------ */

/* A slow virtual CPU may find that the time is over before it could block: a few sleeps may be none. */
static void sleep_often(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	for (unsigned i = 0; i < 20; i++)
		os_sleep_ns(10 * 1000 * 1000);
	CHECK(party->t, os_thread_blocks() - before >= 15);
}

CONFORM(blocks_counts_sleeps, 1, "the count of blocks grows with sleeps")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, sleep_often, NULL);
}

static void only_spin(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	for (unsigned i = 0; i < 10; i++)
		os_delay_ns(200000);
	CHECK_EQUAL(party->t, os_thread_blocks(), before);
}

CONFORM(blocks_ignores_spinning, 1, "the count of blocks does not grow while a thread keeps its CPU")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, only_spin, NULL);
}

static void block_while_other_spins(struct conform_party *party)
{
	if (party->index == 0) {
		only_spin(party);
		return;
	}
	sleep_often(party);
}

CONFORM(blocks_is_per_thread, 2, "the count of blocks is each thread's own")
{
	conform_gang_start(t, 2, block_while_other_spins, NULL);
	conform_gang_finish(t);
}
