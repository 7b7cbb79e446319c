/* SPDX-License-Identifier: MIT */
/*
 * Timers: the heap against a plain list, sleeping, and that nothing interrupts a CPU which nobody asked to be.
 */
#include "core/ktest.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/timer.h"

enum { TIMERS = 300 };

/* Counts the timers below here; each comes no earlier than its parent, and the left rank is not the smaller one. */
static unsigned heap_check(const struct timer *timer, const struct timer *parent)
{
	unsigned left, right;

	if (timer == NULL)
		return 0;
	CHECK(timer->parent == parent);
	CHECK(parent == NULL || parent->deadline_tsc <= timer->deadline_tsc);
	left = timer->left == NULL ? 0 : timer->left->rank;
	right = timer->right == NULL ? 0 : timer->right->rank;
	CHECK(left >= right && timer->rank == right + 1);
	return 1 + heap_check(timer->left, timer) + heap_check(timer->right, timer);
}

static uint64_t earliest(const struct timer *timers, const bool *inside)
{
	uint64_t deadline = UINT64_MAX;

	for (unsigned i = 0; i < TIMERS; i++)
		if (inside[i] && timers[i].deadline_tsc < deadline)
			deadline = timers[i].deadline_tsc;
	return deadline;
}

/* Deadlines from a small range, so that many are equal. */
KERNEL_TEST(timer_heap_keeps_the_earliest_first_under_random_use)
{
	static struct timer timers[TIMERS];
	static bool inside[TIMERS];
	struct timer_heap heap = {0};
	uint64_t random = 1;
	unsigned count = 0;

	for (unsigned i = 0; i < TIMERS; i++)
		inside[i] = false;
	for (unsigned step = 0; step < 4000; step++) {
		unsigned i = (unsigned)ktest_random(&random, TIMERS);

		if (ktest_random(&random, 4) == 0 && heap.root != NULL)
			i = (unsigned)(heap.root - timers); /* often the earliest, as expiry does */
		if (inside[i]) {
			timer_heap_remove(&heap, &timers[i]);
			count--;
		} else {
			timers[i].deadline_tsc = ktest_random(&random, 500);
			timer_heap_add(&heap, &timers[i]);
			count++;
		}
		inside[i] = !inside[i];
		CHECK(heap.root == NULL || heap.root->deadline_tsc == earliest(timers, inside));
		if (step % 50 == 0)
			CHECK(heap_check(heap.root, NULL) == count);
	}
	for (uint64_t last = 0; heap.root != NULL; count--) {
		CHECK(heap.root->deadline_tsc >= last);
		last = heap.root->deadline_tsc;
		timer_heap_remove(&heap, heap.root);
	}
	CHECK(count == 0);
}

KERNEL_TEST(sleep_never_ends_early)
{
	static const uint64_t durations_ns[] = {0, 1, 100, 1000, 10000, 50000, 300000};

	for (unsigned i = 0; i < sizeof(durations_ns) / sizeof(durations_ns[0]); i++) {
		for (unsigned again = 0; again < 5; again++) {
			uint64_t begin = clock_now();

			timer_sleep_ns(durations_ns[i]);
			CHECK(clock_now() - begin >= timer_ticks(durations_ns[i]));
		}
	}
}

KERNEL_TEST(nanoseconds_become_ticks_without_overflow)
{
	CHECK(timer_ticks(0) == 0);
	CHECK(timer_ticks(1000000000) == clock_hz);
	CHECK(timer_ticks(3600000000000) == 3600 * clock_hz);
	CHECK(timer_ticks(1) >= 1);
	CHECK(timer_ticks(UINT64_MAX) > timer_ticks(UINT64_MAX / 100));
	CHECK(timer_ticks(UINT64_MAX) <= (uint64_t)1 << 63);
}

enum { SLEEPERS = 60 };

static struct {
	uint64_t begin;
	unsigned woken;
	bool late; /* somebody went to sleep after the first deadline: the order of such a night means nothing */
	unsigned order[SLEEPERS];
} dormitory;

/* Number i sleeps until its own deadline; the numbers are scattered over the deadlines. */
static void *sleep_in_order(void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;
	uint64_t deadline = dormitory.begin + timer_ticks(20000 * i);

	if (clock_now() >= dormitory.begin)
		dormitory.late = true;
	timer_sleep_until(deadline);
	CHECK(clock_now() >= deadline);
	dormitory.order[dormitory.woken++] = i;
	return NULL;
}

static void night(uint64_t lead_ns)
{
	struct thread *threads[SLEEPERS];

	dormitory.woken = 0;
	dormitory.late = false;
	dormitory.begin = clock_now() + timer_ticks(lead_ns);
	for (uintptr_t i = 0; i < SLEEPERS; i++)
		threads[i] = ktest_start(cpu_count - 1, sleep_in_order, (void *)(i * 7 % SLEEPERS));
	for (unsigned i = 0; i < SLEEPERS; i++)
		thread_join(threads[i]);
	CHECK(dormitory.woken == SLEEPERS);
}

/* A slow machine may need a longer lead to have all of them asleep before the first deadline. */
KERNEL_TEST(sleepers_of_one_cpu_wake_in_the_order_of_their_deadlines)
{
	uint64_t lead_ns = 1000000;

	do {
		night(lead_ns);
		lead_ns *= 4;
	} while (dormitory.late && lead_ns < 5000000000);
	CHECK(!dormitory.late);
	for (unsigned i = 0; i < SLEEPERS; i++)
		CHECK(dormitory.order[i] == i);
}

static void *sleep_often(void *arg)
{
	uint64_t random = (uintptr_t)arg, early = 0;

	for (unsigned i = 0; i < 50; i++) {
		uint64_t deadline = clock_now() + timer_ticks(ktest_random(&random, 100000));

		timer_sleep_until(deadline);
		early += clock_now() < deadline;
	}
	return (void *)early;
}

KERNEL_TEST(many_threads_sleep_on_all_cpus)
{
	struct thread *threads[64];

	for (unsigned i = 0; i < 64; i++)
		threads[i] = ktest_start(i % cpu_count, sleep_often, (void *)(uintptr_t)(i + 1));
	for (unsigned i = 0; i < 64; i++)
		CHECK(thread_join(threads[i]) == NULL);
}

KERNEL_TEST(a_busy_cpu_without_timers_is_not_interrupted)
{
	uint64_t before;

	timer_sleep_ns(1000); /* the timer has been in use */
	CHECK(this_cpu->timers.root == NULL);
	before = cpu_interrupts(0);
	ktest_compute_until(clock_now() + timer_ticks(20000000));
	CHECK(cpu_interrupts(0) == before);
}
