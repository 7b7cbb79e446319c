/* SPDX-License-Identifier: MIT */
/*
 * The condition variable. It may return spuriously, so every test waits for a predicate under the mutex and asserts
 * only what holds with spurious returns: who is served, in which order, and that nobody is left behind.
 */
#include "conform.h"

enum { WAITERS = 6, ITEMS = 2000, SLOTS = 3 };

/* Waiters take tokens. All fields but the atomic counters are protected by mutex. */
static struct {
	struct os_mutex mutex;
	struct os_cond cond;
	uint32_t tokens;
	uint32_t waiting;  /* atomic */
	uint32_t returned; /* atomic: have a token and have released the mutex */
	uint32_t order[WAITERS];
	uint32_t served;
	uint64_t blocks[WAITERS];
} scene;

static struct conform_party waiters[WAITERS];

static void scene_init(void)
{
	os_mutex_init(&scene.mutex);
	os_cond_init(&scene.cond);
	scene.tokens = 0;
	scene.waiting = 0;
	scene.returned = 0;
	scene.served = 0;
}

static void scene_destroy(void)
{
	os_cond_destroy(&scene.cond);
	os_mutex_destroy(&scene.mutex);
}

static void take_token(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	os_mutex_lock(&scene.mutex);
	conform_add(&scene.waiting, 1);
	while (scene.tokens == 0)
		os_cond_wait(&scene.cond, &scene.mutex);
	scene.tokens--;
	scene.order[scene.served++] = party->index;
	scene.blocks[party->index] = os_thread_blocks() - before;
	os_mutex_unlock(&scene.mutex);
	conform_add(&scene.returned, 1);
}

/* Once main holds the mutex, the waiter that announced itself under it is in its wait. */
static void start_waiters(struct conform *t, unsigned cpus)
{
	for (unsigned i = 0; i < WAITERS; i++) {
		waiters[i].index = i;
		conform_start(t, &waiters[i], i % cpus, take_token, NULL);
		conform_reaches(t, &scene.waiting, i + 1);
		os_mutex_lock(&scene.mutex);
		os_mutex_unlock(&scene.mutex);
		conform_settle();
	}
}

static void finish_waiters(struct conform *t)
{
	for (unsigned i = 0; i < WAITERS; i++)
		conform_finish(&waiters[i]);
	CHECK_EQUAL(t, conform_read(&scene.returned), WAITERS);
}

static void add_tokens(uint32_t number)
{
	os_mutex_lock(&scene.mutex);
	scene.tokens += number;
	os_mutex_unlock(&scene.mutex);
}

CONFORM(cond_wait_blocks_and_releases, 1, "wait blocks, and releases the mutex while it does")
{
	scene_init();
	start_waiters(t, os_cpu_count()); /* takes the mutex after each one */
	CHECK_EQUAL(t, conform_read(&scene.returned), 0);
	add_tokens(WAITERS);
	os_cond_broadcast(&scene.cond);
	finish_waiters(t);
	for (unsigned i = 0; i < WAITERS; i++)
		CHECK(t, scene.blocks[i] >= 1);
	scene_destroy();
}

CONFORM(cond_wait_holds_on_return, 1, "wait returns with the mutex held: not before the signaller has released it")
{
	for (unsigned i = 0; i < 2; i++) {
		scene_init();
		start_waiters(t, os_cpu_count());
		os_mutex_lock(&scene.mutex);
		scene.tokens = WAITERS;
		for (unsigned j = 0; j < WAITERS; j++) {
			if (i == 0)
				os_cond_broadcast(&scene.cond);
			else
				os_cond_signal(&scene.cond);
		}
		conform_settle();
		CHECK_EQUAL(t, scene.tokens, WAITERS);
		CHECK_EQUAL(t, scene.served, 0);
		os_mutex_unlock(&scene.mutex);
		finish_waiters(t);
		CHECK_EQUAL(t, scene.tokens, 0);
		scene_destroy();
	}
}

/* A signal each, and each one serves a waiter: in their order. */
static void check_signals(struct conform *t, unsigned cpus)
{
	scene_init();
	start_waiters(t, cpus);
	for (unsigned i = 0; i < WAITERS; i++) {
		add_tokens(1);
		os_cond_signal(&scene.cond);
		conform_reaches(t, &scene.returned, i + 1);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&scene.returned), i + 1);
		CHECK_EQUAL(t, scene.order[i], i);
	}
	finish_waiters(t);
	scene_destroy();
}

CONFORM(cond_signal_is_fifo, 1, "signal wakes the thread that has waited longest")
{
	check_signals(t, 1);
}

CONFORM(cond_signal_is_fifo_across_cpus, 2, "signal keeps the order of waiters on different CPUs")
{
	check_signals(t, os_cpu_count());
}

CONFORM(cond_broadcast_wakes_all, 1, "broadcast wakes every waiter")
{
	scene_init();
	start_waiters(t, os_cpu_count());
	add_tokens(WAITERS);
	os_cond_broadcast(&scene.cond);
	finish_waiters(t);
	CHECK_EQUAL(t, scene.tokens, 0);
	scene_destroy();
}

CONFORM(cond_wakes_do_not_block, 1, "signal and broadcast do not block their caller, whoever waits")
{
	uint64_t before;

	scene_init();
	os_cond_signal(&scene.cond);
	os_cond_broadcast(&scene.cond);
	start_waiters(t, os_cpu_count());
	add_tokens(WAITERS);
	before = os_thread_blocks();
	os_cond_signal(&scene.cond);
	os_cond_broadcast(&scene.cond);
	CHECK_EQUAL(t, os_thread_blocks(), before);
	finish_waiters(t);
	scene_destroy();
}

/* --- No wake is lost ---------------------------------------------------------------------------------------------- */

/* A store of few slots between makers and takers. Protected by mutex. */
static struct {
	struct os_mutex mutex;
	struct os_cond not_full, not_empty;
	unsigned filled;
	uint64_t made, taken; /* sums of the items */
	uint32_t worst;       /* most filled slots ever seen */
} shop;

static void make_items(unsigned maker)
{
	for (unsigned i = 1; i <= ITEMS; i++) {
		os_mutex_lock(&shop.mutex);
		while (shop.filled == SLOTS)
			os_cond_wait(&shop.not_full, &shop.mutex);
		shop.filled++;
		shop.worst = shop.filled > shop.worst ? shop.filled : shop.worst;
		shop.made += i + maker;
		os_cond_signal(&shop.not_empty);
		os_mutex_unlock(&shop.mutex);
	}
}

static void take_items(unsigned taker)
{
	for (unsigned i = 1; i <= ITEMS; i++) {
		os_mutex_lock(&shop.mutex);
		while (shop.filled == 0)
			os_cond_wait(&shop.not_empty, &shop.mutex);
		shop.filled--;
		shop.taken += i + taker;
		os_cond_signal(&shop.not_full);
		os_mutex_unlock(&shop.mutex);
	}
}

/* Pairs of a maker and a taker; neighbours are on different CPUs if there are two. */
static void trade(struct conform_party *party)
{
	if (party->index % 2 == 0)
		make_items(party->index / 2);
	else
		take_items(party->index / 2);
}

CONFORM(cond_loses_no_signal, 1, "makers and takers of a bounded store never wait for ever")
{
	unsigned pairs = os_cpu_count();

	os_mutex_init(&shop.mutex);
	os_cond_init(&shop.not_full);
	os_cond_init(&shop.not_empty);
	shop.filled = 0;
	shop.made = 0;
	shop.taken = 0;
	shop.worst = 0;
	conform_gang_start(t, 2 * pairs, trade, NULL);
	conform_gang_finish(t);
	CHECK_EQUAL(t, shop.filled, 0);
	CHECK_EQUAL(t, shop.taken, shop.made);
	CHECK(t, shop.worst <= SLOTS);
	os_cond_destroy(&shop.not_empty);
	os_cond_destroy(&shop.not_full);
	os_mutex_destroy(&shop.mutex);
}
