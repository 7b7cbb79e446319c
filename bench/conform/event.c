/* SPDX-License-Identifier: MIT */
/*
 * The event: what a ticket covers, who waits and who is woken. A waiter that never returns ends the run.
 */
#include "conform.h"

enum { WAITERS = 6, ROUNDS = 5000 };

/* One event and what its waiters report. */
static struct {
	struct os_event event;
	uint32_t waiting;  /* have taken their ticket and wait, or are about to */
	uint32_t returned; /* from their wait */
	uint32_t order[WAITERS];
	uint64_t blocks[WAITERS];
} scene;

static struct conform_party waiters[WAITERS];

static void scene_init(void)
{
	os_event_init(&scene.event);
	scene.waiting = 0;
	scene.returned = 0;
}

static void wait_once(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();
	uint32_t ticket = os_event_ticket(&scene.event);

	conform_add(&scene.waiting, 1);
	os_event_wait(&scene.event, ticket);
	scene.order[conform_add(&scene.returned, 1)] = party->index;
	scene.blocks[party->index] = os_thread_blocks() - before;
}

/* One after the other, so that each one waits before the next one starts. */
static void start_waiters(struct conform *t, unsigned count, unsigned cpus)
{
	for (unsigned i = 0; i < count; i++) {
		waiters[i].index = i;
		conform_start(t, &waiters[i], i % cpus, wait_once, NULL);
		conform_reaches(t, &scene.waiting, i + 1);
		conform_settle();
	}
}

static void finish_waiters(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		conform_finish(&waiters[i]);
}

static void wake_one(void)
{
	os_event_wake_one(&scene.event);
}

static void wake_all(void)
{
	os_event_wake_all(&scene.event);
}

static void (*const wakes[])(void) = {wake_one, wake_all};

static void wake_then_wait(struct conform_party *party)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t before = os_thread_blocks();
		uint32_t ticket = os_event_ticket(&scene.event);

		wakes[i]();
		os_event_wait(&scene.event, ticket);
		CHECK_EQUAL(party->t, os_thread_blocks(), before);
		os_event_wait(&scene.event, ticket); /* the ticket stays covered */
		CHECK_EQUAL(party->t, os_thread_blocks(), before);
	}
}

CONFORM(event_ticket_covers_wake, 1, "a wait returns at once if a wake came after its ticket")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		scene_init();
		conform_call(t, cpu, wake_then_wait, NULL);
	}
}

CONFORM(event_wake_not_remembered, 1, "a wake before the ticket is not remembered for it")
{
	for (unsigned i = 0; i < 2; i++) {
		scene_init();
		wakes[i]();
		wakes[i]();
		start_waiters(t, 1, 1);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&scene.returned), 0);
		wakes[i]();
		finish_waiters(1);
		CHECK_EQUAL(t, conform_read(&scene.returned), 1);
	}
}

CONFORM(event_wait_blocks, 1, "a wait blocks until the wake, on every CPU")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		scene_init();
		waiters[0].index = 0;
		conform_start(t, &waiters[0], cpu, wait_once, NULL);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&scene.returned), 0);
		conform_reaches(t, &scene.waiting, 1);
		conform_settle();
		wake_one();
		finish_waiters(1);
		CHECK(t, scene.blocks[0] >= 1);
	}
}

CONFORM(event_no_spurious_return, 1, "nobody returns without a wake of the own event")
{
	struct os_event other;

	os_event_init(&other);
	scene_init();
	start_waiters(t, WAITERS, os_cpu_count());
	for (unsigned i = 0; i < 20; i++) {
		os_event_wake_all(&other);
		os_event_wake_one(&other);
		os_thread_yield();
	}
	conform_settle();
	CHECK_EQUAL(t, conform_read(&scene.returned), 0);
	wake_all();
	finish_waiters(WAITERS);
	CHECK_EQUAL(t, conform_read(&scene.returned), WAITERS);
}

/* Waiters on the first cpus CPUs in turn are woken one by one: in their order, and only one each time. */
static void check_order(struct conform *t, unsigned cpus)
{
	scene_init();
	start_waiters(t, WAITERS, cpus);
	for (unsigned i = 0; i < WAITERS; i++) {
		wake_one();
		conform_reaches(t, &scene.returned, i + 1);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&scene.returned), i + 1);
		CHECK_EQUAL(t, scene.order[i], i);
	}
	finish_waiters(WAITERS);
}

CONFORM(event_wake_one_is_fifo, 1, "wake_one wakes one thread, the one that has waited longest")
{
	check_order(t, 1);
}

CONFORM(event_wake_one_is_fifo_across_cpus, 2, "wake_one keeps the order of waiters on different CPUs")
{
	check_order(t, os_cpu_count());
}

CONFORM(event_wakes_do_not_block, 1, "neither wake blocks its caller, whoever waits")
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t before;

		scene_init();
		start_waiters(t, WAITERS, os_cpu_count());
		before = os_thread_blocks();
		for (unsigned j = 0; j < WAITERS; j++)
			wakes[i]();
		CHECK_EQUAL(t, os_thread_blocks(), before);
		finish_waiters(WAITERS);
	}
}

/* --- Each once ---------------------------------------------------------------------------------------------------- */

static struct {
	struct os_event event;
	uint32_t round;    /* the condition: rounds that have begun */
	uint32_t waiting;  /* of this round and all before */
	uint32_t returned; /* the same */
} show;

static void wait_ten_rounds(struct conform_party *party)
{
	(void)party;
	for (uint32_t round = 0; round < 10; round++) {
		uint32_t ticket = os_event_ticket(&show.event);

		conform_add(&show.waiting, 1);
		os_event_wait(&show.event, ticket);
		conform_add(&show.returned, 1);
	}
}

CONFORM(event_wake_all_wakes_each_once, 1, "wake_all wakes every waiter, and each one once")
{
	unsigned count = 3 * os_cpu_count() < 24 ? 3 * os_cpu_count() : 24;

	os_event_init(&show.event);
	show.waiting = 0;
	show.returned = 0;
	conform_gang_start(t, count, wait_ten_rounds, NULL);
	for (uint32_t round = 1; round <= 10; round++) {
		if (!conform_reaches(t, &show.waiting, count * round))
			return;
		conform_settle();
		CHECK_EQUAL(t, conform_read(&show.returned), count * (round - 1));
		os_event_wake_all(&show.event);
		conform_reaches(t, &show.returned, count * round);
	}
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&show.returned), count * 10);
}

/* --- No wake is lost ---------------------------------------------------------------------------------------------- */

static struct {
	struct os_event event[2];
	uint32_t posted[2]; /* the condition of each event */
} table;

static void post(unsigned side)
{
	conform_add(&table.posted[side], 1);
	os_event_wake_one(&table.event[side]);
}

static void await(unsigned side, uint32_t number)
{
	for (;;) {
		uint32_t ticket = os_event_ticket(&table.event[side]);

		if (conform_read(&table.posted[side]) >= number)
			return;
		os_event_wait(&table.event[side], ticket);
	}
}

/* Both race: now and then one of them dawdles, so that the wake falls on every step of the wait. */
static void play(struct conform_party *party)
{
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		if (party->index == 0)
			post(1);
		await(party->index, i);
		if (i % 8 == 0)
			os_delay_ns(i % 64 * 50);
		if (party->index == 1)
			post(0);
	}
}

static void check_no_lost_wake(struct conform *t, unsigned other_cpu)
{
	static struct conform_party players[2];

	for (unsigned i = 0; i < 2; i++) {
		os_event_init(&table.event[i]);
		table.posted[i] = 0;
	}
	for (unsigned i = 0; i < 2; i++) {
		players[i].index = i;
		conform_start(t, &players[i], i == 0 ? 0 : other_cpu, play, NULL);
	}
	for (unsigned i = 0; i < 2; i++)
		conform_finish(&players[i]);
	CHECK_EQUAL(t, conform_read(&table.posted[0]), ROUNDS);
	CHECK_EQUAL(t, conform_read(&table.posted[1]), ROUNDS);
}

CONFORM(event_loses_no_wake, 1, "ticket, condition, wait: no wake is lost between two threads of one CPU")
{
	check_no_lost_wake(t, 0);
}

CONFORM(event_loses_no_wake_across_cpus, 2, "ticket, condition, wait: no wake is lost between two CPUs")
{
	check_no_lost_wake(t, conform_last_cpu());
}

/* --- All of them at once ------------------------------------------------------------------------------------------ */

/* Everybody waits for the next number, and whoever is last announces it. */
static void march(struct conform_party *party)
{
	unsigned count = *(const unsigned *)party->shared;

	for (uint32_t round = 0; round < 500; round++) {
		if (conform_add(&show.waiting, 1) == count * (round + 1) - 1) {
			conform_set(&show.round, round + 1);
			os_event_wake_all(&show.event);
			continue;
		}
		for (;;) {
			uint32_t ticket = os_event_ticket(&show.event);

			if (conform_read(&show.round) > round)
				break;
			os_event_wait(&show.event, ticket);
		}
	}
	conform_add(&show.returned, 1);
}

CONFORM(event_wake_all_loses_nobody, 1, "wake_all in a race with waits leaves nobody behind")
{
	static unsigned count;

	count = 2 * os_cpu_count();
	os_event_init(&show.event);
	show.round = 0;
	show.waiting = 0;
	show.returned = 0;
	conform_gang_start(t, count, march, &count);
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&show.returned), count);
}
