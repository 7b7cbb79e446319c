/* SPDX-License-Identifier: MIT */
/*
 * Waits with a time limit: wake and limit race for the waiter, and exactly one of them gets it.
 */
#include "core/error.h"
#include "core/event.h"
#include "core/ktest.h"
#include "core/timer.h"

static struct {
	struct event event;
	unsigned woken;
	unsigned order[4];
} shared;

static void *wait_in_order(void *arg)
{
	event_wait(&shared.event, event_ticket(&shared.event));
	shared.order[shared.woken++] = (unsigned)(uintptr_t)arg;
	return NULL;
}

KERNEL_TEST(a_wait_with_a_time_limit_ends_at_the_limit_and_not_before)
{
	event_init(&shared.event);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t deadline = clock_now() + timer_ticks(20000);

		CHECK(event_wait_until(&shared.event, event_ticket(&shared.event), deadline) == -ETIMEDOUT);
		CHECK(clock_now() >= deadline);
		CHECK(!wait_anyone(&shared.event.waiters));
	}
}

static void *wake_soon(void *arg)
{
	ktest_settle();
	event_wake_one(arg);
	return NULL;
}

KERNEL_TEST(a_wait_with_a_time_limit_ends_by_a_wake)
{
	uint64_t begin = clock_now(), far = begin + timer_ticks(3600000000000);
	struct thread *thread;
	uint32_t ticket;

	event_init(&shared.event);
	ticket = event_ticket(&shared.event);
	thread = ktest_start(cpu_count - 1, wake_soon, &shared.event);
	CHECK(event_wait_until(&shared.event, ticket, far) == 0);
	CHECK(clock_now() < far);
	CHECK(this_cpu->timers.root == NULL || this_cpu->timers.root->deadline_tsc != far); /* withdrawn */
	thread_join(thread);
}

KERNEL_TEST(a_wait_whose_limit_has_passed_ends_at_once_and_in_any_place_of_the_queue)
{
	struct thread *threads[3];

	event_init(&shared.event);
	threads[0] = ktest_start(0, wait_in_order, (void *)0);
	sched_yield();
	CHECK(event_wait_until(&shared.event, event_ticket(&shared.event), clock_now()) == -ETIMEDOUT); /* last */
	threads[1] = ktest_start(0, wait_in_order, (void *)1);
	threads[2] = ktest_start(0, wait_in_order, (void *)2);
	CHECK(event_wait_until(&shared.event, event_ticket(&shared.event), clock_now()) == -ETIMEDOUT); /* between */
	for (unsigned i = 0; i < 3; i++) {
		event_wake_one(&shared.event);
		thread_join(threads[i]);
		CHECK(shared.order[i] == i);
	}
}

enum { RACES = 1500 };

static struct {
	struct wait_queue queue;
	unsigned delivered;
	bool over; /* atomic */
} race;

/* Wakes whoever waits, without pause, until the race is over; counts whom it has claimed. */
static void *race_waker(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&race.over, __ATOMIC_ACQUIRE)) {
		struct thread *thread;
		uint64_t random = race.delivered;

		for (uint64_t spins = ktest_random(&random, 200); spins > 0; spins--)
			cpu_relax();
		spin_lock(&race.queue.lock);
		thread = wait_oldest(&race.queue);
		spin_unlock(&race.queue.lock);
		if (thread != NULL) {
			race.delivered++;
			sched_wake(thread);
		}
	}
	return NULL;
}

KERNEL_TEST_CPUS(a_wake_against_a_time_limit_is_either_taken_or_kept, 2)
{
	struct thread *waker;
	unsigned received = 0, missed = 0;
	uint64_t random = ktest_seed();

	wait_init(&race.queue);
	race.delivered = 0;
	race.over = false;
	waker = ktest_start(cpu_count - 1, race_waker, NULL);
	for (unsigned i = 0; i < ktest_repeats(RACES); i++) {
		int error;

		spin_lock(&race.queue.lock);
		error = wait_block_until(&race.queue, clock_now() + ktest_random(&random, timer_ticks(5000)));
		CHECK(error == 0 || error == -ETIMEDOUT);
		received += error == 0;
		missed += error != 0;
	}
	__atomic_store_n(&race.over, true, __ATOMIC_RELEASE);
	thread_join(waker);
	CHECK(received == race.delivered);
	CHECK(received + missed == ktest_repeats(RACES));
	CHECK(!wait_anyone(&race.queue));
	CHECK(this_cpu->current->timed == THREAD_UNTIMED);
}
