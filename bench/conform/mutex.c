/* SPDX-License-Identifier: MIT */
/*
 * The mutex: one holder at a time, everybody else blocks, and nobody is left behind.
 */
#include "conform.h"

enum { TURNS = 1000 };

static struct {
	struct os_mutex mutex;
	uint32_t inside;    /* threads between lock and unlock */
	uint32_t intruders; /* seen there by another one */
	uint64_t count;     /* plain: only the mutex protects it */
	uint32_t waiting;
	uint32_t locked;
	uint64_t blocks;
} room;

static void room_init(void)
{
	os_mutex_init(&room.mutex);
	room.inside = 0;
	room.intruders = 0;
	room.count = 0;
	room.waiting = 0;
	room.locked = 0;
	room.blocks = 0;
}

static void enter_often(struct conform_party *party)
{
	conform_gang_meet();
	for (unsigned i = 0; i < TURNS; i++) {
		uint64_t before;

		os_mutex_lock(&room.mutex);
		conform_add(&room.intruders, conform_add(&room.inside, 1));
		before = *(volatile uint64_t *)&room.count;
		if (i % 16 == party->index % 16)
			os_thread_yield(); /* while it holds the mutex, so that others find it locked */
		if (i % 250 == 0)
			os_sleep_ns(1000);
		*(volatile uint64_t *)&room.count = before + 1;
		conform_add(&room.inside, (uint32_t)-1);
		os_mutex_unlock(&room.mutex);
	}
}

CONFORM(mutex_excludes, 1, "one thread at a time holds a mutex, and each one gets it in the end")
{
	unsigned count = 2 * os_cpu_count();

	room_init();
	conform_gang_start(t, count, enter_often, NULL);
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&room.intruders), 0);
	CHECK_EQUAL(t, room.count, (uint64_t)count * TURNS);
	os_mutex_destroy(&room.mutex);
}

static void lock_once(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	(void)party;
	conform_add(&room.waiting, 1);
	os_mutex_lock(&room.mutex);
	room.blocks = os_thread_blocks() - before;
	conform_add(&room.locked, 1);
	os_mutex_unlock(&room.mutex);
}

CONFORM(mutex_blocks, 1, "lock blocks while another thread holds the mutex, even one that sleeps")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		static struct conform_party party;

		room_init();
		os_mutex_lock(&room.mutex);
		conform_start(t, &party, cpu, lock_once, NULL);
		conform_reaches(t, &room.waiting, 1);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&room.locked), 0);
		os_mutex_unlock(&room.mutex);
		if (!conform_finish(&party))
			return;
		CHECK_EQUAL(t, conform_read(&room.locked), 1);
		CHECK(t, room.blocks >= 1);
		os_mutex_destroy(&room.mutex);
	}
}

CONFORM(mutex_unlock_frees_all, 1, "every thread that waits for a mutex gets it after its unlock")
{
	unsigned count = 3 * os_cpu_count();

	room_init();
	os_mutex_lock(&room.mutex);
	conform_gang_start(t, count, lock_once, NULL);
	conform_reaches(t, &room.waiting, count);
	conform_settle();
	CHECK_EQUAL(t, conform_read(&room.locked), 0);
	os_mutex_unlock(&room.mutex);
	conform_gang_finish(t);
	CHECK_EQUAL(t, conform_read(&room.locked), count);
	os_mutex_destroy(&room.mutex);
}

static void lock_free_mutex(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	for (unsigned i = 0; i < 1000; i++) {
		os_mutex_lock(&room.mutex);
		os_mutex_unlock(&room.mutex);
	}
	CHECK_EQUAL(party->t, os_thread_blocks(), before);
}

CONFORM(mutex_free_does_not_block, 1, "lock and unlock of a free mutex do not block")
{
	room_init();
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, lock_free_mutex, NULL);
	os_mutex_destroy(&room.mutex);
}

CONFORM(mutexes_are_independent, 1, "two mutexes do not know each other, and their memory may serve again")
{
	static struct os_mutex others[8];

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 8; i++)
			os_mutex_init(&others[i]);
		for (unsigned i = 0; i < 8; i++)
			os_mutex_lock(&others[i]);
		room_init();
		conform_call(t, conform_last_cpu(), lock_once, NULL);
		CHECK_EQUAL(t, conform_read(&room.locked), 1);
		for (unsigned i = 0; i < 8; i++)
			os_mutex_unlock(&others[i]);
		for (unsigned i = 0; i < 8; i++)
			os_mutex_destroy(&others[i]);
		os_mutex_destroy(&room.mutex);
	}
}
