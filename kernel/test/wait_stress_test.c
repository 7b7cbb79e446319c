/* SPDX-License-Identifier: MIT */
/*
 * One queue, waiters with and without time limits, wakers that wake one or all, on all CPUs, at random. Every wake that was
 * given is taken by the thread to which it was given, once, and the queue keeps its rules all the time. A lost wake shows as
 * a thread that never comes back. stress=N multiplies the wakes.
 */
#include "core/error.h"
#include "core/format.h"
#include "core/ktest.h"
#include "core/timer.h"
#include "test/wait_check.h"

enum { STRESS_CPUS = 16, WAITERS_PER_CPU = 3, WAKES = 1600, LIMIT_NS = 20000 };

struct waiter {
	uint64_t random;
	uint32_t given; /* wakes; under the queue's lock */
	uint32_t taken; /* by itself */
	bool limited;   /* waits with a limit, and */
	bool offered;   /* a wake-all came by: under the lock */
};

static struct {
	struct wait_queue queue;
	bool over;           /* under the lock */
	uint64_t ones, alls; /* atomic: wakes of either kind */
	uint64_t timeouts;   /* atomic */
	struct waiter waiters[STRESS_CPUS * WAITERS_PER_CPU];
} arena;

static unsigned arena_cpus(void)
{
	return cpu_count < STRESS_CPUS ? cpu_count : STRESS_CPUS;
}

static void wait_limited(struct waiter *waiter)
{
	uint64_t ticks = ktest_random(&waiter->random, timer_ticks(LIMIT_NS));
	int error = wait_block_until(&arena.queue, clock_now() + ticks);
	uint32_t given;
	bool offered;

	spin_lock(&arena.queue.lock);
	given = waiter->given;
	offered = waiter->offered;
	waiter->limited = false;
	waiter->offered = false;
	spin_unlock(&arena.queue.lock);
	CHECK(error == 0 || error == -ETIMEDOUT);
	if (error != 0) {
		CHECK(given == waiter->taken);
		__atomic_fetch_add(&arena.timeouts, 1, __ATOMIC_RELAXED);
		return;
	}
	CHECK(given == waiter->taken + !offered); /* of a wake-all nobody can say beforehand whom it reaches in time */
	waiter->taken = given;
}

static void *wait_often(void *arg)
{
	struct waiter *waiter = arg;

	for (;;) {
		spin_lock(&arena.queue.lock);
		CHECK(waiter->given == waiter->taken);
		if (arena.over)
			break;
		if (ktest_random(&waiter->random, 4) == 0) {
			waiter->limited = true;
			wait_limited(waiter);
			continue;
		}
		wait_block(&arena.queue);
		waiter->taken++;
	}
	spin_unlock(&arena.queue.lock);
	return NULL;
}

/* The waiter that a thread of the queue is: thread_create() keeps its argument. */
static struct waiter *waiter_of(const struct thread *thread)
{
	return thread->arg;
}

static void give_one(void)
{
	struct thread *thread;

	spin_lock(&arena.queue.lock);
	thread = wait_oldest(&arena.queue);
	if (thread != NULL) {
		waiter_of(thread)->given++;
		waiter_of(thread)->offered = false;
	}
	spin_unlock(&arena.queue.lock);
	if (thread == NULL)
		return;
	__atomic_fetch_add(&arena.ones, 1, __ATOMIC_RELAXED);
	sched_wake(thread);
}

static void give_all(bool over)
{
	spin_lock(&arena.queue.lock);
	for (const struct thread *thread = arena.queue.head; thread != NULL; thread = thread->wait_next) {
		waiter_of(thread)->offered = waiter_of(thread)->limited;
		waiter_of(thread)->given += !waiter_of(thread)->limited;
	}
	arena.over = over;
	wait_wake_everyone(&arena.queue);
	__atomic_fetch_add(&arena.alls, 1, __ATOMIC_RELAXED);
}

static void *wake_often(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	unsigned groups, wakes = ktest_repeats(WAKES) / arena_cpus();

	while (wakes-- > 0) {
		uint64_t what = ktest_random(&random, 16);

		if (what == 0) {
			give_all(false);
		} else if (what == 1) {
			spin_lock(&arena.queue.lock);
			wait_check(&arena.queue, &groups);
			spin_unlock(&arena.queue.lock);
		} else {
			give_one();
		}
		if (ktest_random(&random, 4) == 0)
			ktest_wait_turn();
		for (uint64_t spins = ktest_random(&random, 20); spins > 0; spins--)
			cpu_relax();
	}
	return NULL;
}

KERNEL_TEST(wakes_and_time_limits_at_random_are_each_taken_once)
{
	struct thread *waiters[STRESS_CPUS * WAITERS_PER_CPU], *wakers[STRESS_CPUS];
	unsigned cpus = arena_cpus(), count = cpus * WAITERS_PER_CPU;

	wait_init(&arena.queue);
	arena.over = false;
	arena.ones = arena.alls = arena.timeouts = 0;
	for (unsigned i = 0; i < count; i++) {
		arena.waiters[i] = (struct waiter){.random = ktest_seed() * 1000 + i};
		waiters[i] = ktest_start(i % cpus, wait_often, &arena.waiters[i]);
	}
	for (unsigned i = 0; i < cpus; i++)
		wakers[i] = ktest_start(i, wake_often, (void *)(uintptr_t)(ktest_seed() * 2000 + i));
	for (unsigned i = 0; i < cpus; i++)
		thread_join(wakers[i]);
	give_all(true);
	for (unsigned i = 0; i < count; i++)
		thread_join(waiters[i]);
	for (unsigned i = 0; i < count; i++)
		CHECK(arena.waiters[i].given == arena.waiters[i].taken);
	CHECK(!wait_anyone(&arena.queue) && arena.queue.oldest == NULL);
	CHECK(arena.ones > 0 && arena.alls > 1);
	format_print("# %lu wakes of one, %lu of all, %lu time limits passed\n", arena.ones, arena.alls,
		     arena.timeouts);
}
