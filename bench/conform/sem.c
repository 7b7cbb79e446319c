/* SPDX-License-Identifier: MIT */
/*
 * The semaphore: it counts, it blocks at zero, and no up is lost.
 */
#include "conform.h"

enum { PLACES = 3, VISITS = 500, TRIPS = 5000 };

static struct {
	struct os_sem sem;
	uint32_t waiting;
	uint32_t passed;
	uint32_t inside;
	uint32_t most; /* threads inside at once, the most that any saw */
	uint64_t blocks;
} gate;

static void gate_init(unsigned count)
{
	os_sem_init(&gate.sem, count);
	gate.waiting = 0;
	gate.passed = 0;
	gate.inside = 0;
	gate.most = 0;
	gate.blocks = 0;
}

static void down_five_times(struct conform_party *party)
{
	(void)party;
	for (unsigned i = 0; i < 5; i++) {
		uint64_t before = os_thread_blocks();

		conform_add(&gate.waiting, 1);
		os_sem_down(&gate.sem);
		gate.blocks = os_thread_blocks() - before;
		conform_add(&gate.passed, 1);
	}
}

CONFORM(sem_counts, 1, "down passes as often as the count allows, and then once for each up")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		static struct conform_party party;

		gate_init(2);
		conform_start(t, &party, cpu, down_five_times, NULL);
		for (uint32_t passed = 2; passed < 5; passed++) {
			conform_reaches(t, &gate.waiting, passed + 1);
			conform_settle();
			CHECK_EQUAL(t, conform_read(&gate.passed), passed);
			os_sem_up(&gate.sem);
		}
		if (!conform_finish(&party))
			return;
		CHECK_EQUAL(t, conform_read(&gate.passed), 5);
		CHECK(t, gate.blocks >= 1);
		os_sem_destroy(&gate.sem);
	}
}

CONFORM(sem_remembers_ups, 1, "an up that nobody waits for is kept for a later down")
{
	gate_init(0);
	for (unsigned i = 0; i < 5; i++)
		os_sem_up(&gate.sem);
	conform_call(t, conform_last_cpu(), down_five_times, NULL);
	CHECK_EQUAL(t, conform_read(&gate.passed), 5);
	os_sem_destroy(&gate.sem);
}

static void down_and_up(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	for (unsigned i = 0; i < 1000; i++) {
		os_sem_down(&gate.sem);
		os_sem_up(&gate.sem);
	}
	CHECK_EQUAL(party->t, os_thread_blocks(), before);
}

CONFORM(sem_free_does_not_block, 1, "down above zero and up do not block")
{
	gate_init(1);
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, down_and_up, NULL);
	os_sem_destroy(&gate.sem);
}

static void down_once(struct conform_party *party)
{
	(void)party;
	conform_add(&gate.waiting, 1);
	os_sem_down(&gate.sem);
	conform_add(&gate.passed, 1);
}

CONFORM(sem_each_up_frees_one, 1, "each up lets one waiter pass, and only one")
{
	unsigned count = 2 * os_cpu_count() < 8 ? 2 * os_cpu_count() : 8;

	gate_init(0);
	conform_gang_start(t, count, down_once, NULL);
	conform_reaches(t, &gate.waiting, count);
	conform_settle();
	for (uint32_t i = 0; i < count; i++) {
		CHECK_EQUAL(t, conform_read(&gate.passed), i);
		os_sem_up(&gate.sem);
		conform_reaches(t, &gate.passed, i + 1);
		conform_settle();
	}
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&gate.passed), count);
	os_sem_destroy(&gate.sem);
}

CONFORM(sem_ups_free_all, 1, "as many ups as waiters, one after the other, free them all")
{
	unsigned count = 4 * os_cpu_count();

	gate_init(0);
	conform_gang_start(t, count, down_once, NULL);
	conform_reaches(t, &gate.waiting, count);
	conform_settle();
	for (unsigned i = 0; i < count; i++)
		os_sem_up(&gate.sem);
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&gate.passed), count);
	os_sem_destroy(&gate.sem);
}

static void visit(struct conform_party *party)
{
	conform_gang_meet();
	for (unsigned i = 0; i < VISITS; i++) {
		uint32_t inside, most;

		os_sem_down(&gate.sem);
		inside = conform_add(&gate.inside, 1) + 1;
		most = conform_read(&gate.most);
		if (inside > most)
			conform_set(&gate.most, inside); /* a lost update only hides a smaller number than PLACES + 1 */
		if (i % 8 == party->index % 8)
			os_thread_yield();
		if (inside > PLACES)
			conform_add(&gate.passed, 1);
		conform_add(&gate.inside, (uint32_t)-1);
		os_sem_up(&gate.sem);
	}
}

CONFORM(sem_bounds_crowd, 1, "never more threads are inside than the count, under contention on all CPUs")
{
	gate_init(PLACES);
	conform_gang_start(t, 3 * os_cpu_count(), visit, NULL);
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&gate.passed), 0);
	CHECK_EQUAL(t, conform_read(&gate.inside), 0);
	/* all places are free again */
	for (unsigned i = 0; i < PLACES; i++)
		conform_call(t, 0, down_once, NULL);
	CHECK_EQUAL(t, conform_read(&gate.passed), PLACES);
	os_sem_destroy(&gate.sem);
}

static struct os_sem ball[2];

static void play(struct conform_party *party)
{
	for (unsigned i = 0; i < TRIPS; i++) {
		os_sem_down(&ball[party->index]);
		if (i % 16 == 0)
			os_delay_ns(i % 128 * 20);
		os_sem_up(&ball[1 - party->index]);
	}
}

CONFORM(sem_loses_no_up, 1, "two threads pass a token by two semaphores and never stop")
{
	static struct conform_party players[2];

	for (unsigned cpu = 0; cpu<os_cpu_count(); cpu += os_cpu_count()> 1 ? conform_last_cpu() : 1) {
		os_sem_init(&ball[0], 1);
		os_sem_init(&ball[1], 0);
		for (unsigned i = 0; i < 2; i++) {
			players[i].index = i;
			conform_start(t, &players[i], i == 0 ? 0 : cpu, play, NULL);
		}
		for (unsigned i = 0; i < 2; i++)
			conform_finish(&players[i]);
		os_sem_destroy(&ball[0]);
		os_sem_destroy(&ball[1]);
	}
}
