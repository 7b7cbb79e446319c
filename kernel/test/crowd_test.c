/* SPDX-License-Identifier: MIT */
/*
 * Many threads: at once, in storms, more than there is memory for; and that their memory is used again.
 */
#include "core/event.h"
#include "core/heap.h"
#include "core/ktest.h"
#include "core/page.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/stack.h"

static void *echo(void *arg)
{
	return arg;
}

enum { STORM_ROUNDS = 60, STORM_GROUP = 20 };

static void *storm(void *arg)
{
	uint64_t random = ktest_seed() * CPU_MAX + (uintptr_t)arg, sum = 0;

	for (unsigned round = 0; round < ktest_repeats(STORM_ROUNDS); round++) {
		struct thread *threads[STORM_GROUP];

		for (uintptr_t i = 0; i < STORM_GROUP; i++)
			threads[i] = ktest_start((unsigned)ktest_random(&random, cpu_count), echo, (void *)(i + 1));
		for (unsigned i = 0; i < STORM_GROUP; i++)
			sum += (uintptr_t)thread_join(threads[i]);
	}
	return (void *)sum;
}

KERNEL_TEST(all_cpus_create_and_join_threads_on_all_cpus_at_once)
{
	struct thread *threads[CPU_MAX];

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		threads[cpu] = ktest_start(cpu, storm, (void *)(uintptr_t)(cpu + 1));
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		CHECK((uintptr_t)thread_join(threads[cpu]) ==
		      ktest_repeats(STORM_ROUNDS) * STORM_GROUP * (STORM_GROUP + 1) / 2);
}

enum { CROWD = 2000, MULTITUDE = 100000, PAGES_OF_4_GIB = 1 << 20, PAGES_NOT_USABLE = 1 << 14 };

static struct {
	struct event go;
	uint32_t ticket;
	unsigned arrived, ran; /* atomic */
} crowd;

static void *crowd_member(void *arg)
{
	__atomic_fetch_add(&crowd.arrived, 1, __ATOMIC_RELAXED);
	event_wait(&crowd.go, crowd.ticket);
	__atomic_fetch_add(&crowd.ran, 1, __ATOMIC_RELAXED);
	return arg;
}

/* Starts so many threads on all CPUs, waits until all of them wait, wakes them all and joins them. */
static void crowd_meet(unsigned count)
{
	struct thread **threads = heap_alloc(count * sizeof(struct thread *));

	event_init(&crowd.go);
	crowd.ticket = event_ticket(&crowd.go);
	crowd.arrived = crowd.ran = 0;
	for (unsigned i = 0; i < count; i++)
		threads[i] = ktest_start(i % cpu_count, crowd_member, NULL);
	while (__atomic_load_n(&crowd.arrived, __ATOMIC_RELAXED) < count)
		ktest_wait_turn();
	CHECK(__atomic_load_n(&crowd.ran, __ATOMIC_RELAXED) == 0);
	event_wake_all(&crowd.go);
	for (unsigned i = 0; i < count; i++)
		thread_join(threads[i]);
	CHECK(crowd.ran == count);
	heap_free(threads);
}

/* Twice: the second crowd is made of the first one's threads. */
KERNEL_TEST(two_thousand_threads_live_at_once_and_are_used_again)
{
	uint32_t stacks;

	crowd_meet(CROWD);
	stacks = stack_count();
	crowd_meet(CROWD);
	CHECK(stack_count() == stacks);
}

/* Takes all memory but a little, in blocks linked by their first words. */
static void **take_memory(void)
{
	void **all = NULL, **block;

	for (unsigned order = PAGE_ORDERS; order-- > 0;) {
		while ((block = page_alloc(order)) != NULL) {
			*block = all;
			all = block;
		}
	}
	return all;
}

KERNEL_TEST(create_without_memory_is_refused_and_leaves_no_trace)
{
	unsigned count = 0,
		 limit = stack_count() + STACK_RESERVE + 1; /* more ready threads than that cannot be there */
	struct thread **threads = heap_alloc(limit * sizeof(struct thread *));
	void **memory = take_memory();

	event_init(&crowd.go);
	crowd.ticket = event_ticket(&crowd.go);
	crowd.ran = 0;
	while (count < limit && (threads[count] = thread_create(0, crowd_member, NULL)) != NULL)
		count++;
	CHECK(count < limit);
	CHECK(thread_create(0, crowd_member, NULL) == NULL);
	while (memory != NULL) {
		void **block = memory;

		memory = *block;
		page_free(block);
	}
	sched_yield();
	event_wake_all(&crowd.go);
	for (unsigned i = 0; i < count; i++)
		thread_join(threads[i]);
	CHECK(crowd.ran == count);
	heap_free(threads);
	crowd_meet(CROWD);
}

KERNEL_TEST(a_hundred_thousand_threads_live_in_4_gib)
{
	if (page_total_count() < PAGES_OF_4_GIB - PAGES_NOT_USABLE) {
		ktest_skip("needs 4 GiB of memory");
		return;
	}
	crowd_meet(MULTITUDE);
}

enum { SUCCESSIONS = 5000, FOOTPRINT_BYTES = 1024 };

/* Writes all over the top of its stack, where the one that it was has just ended. */
static void *trample(void *arg)
{
	volatile unsigned char bytes[FOOTPRINT_BYTES];

	for (unsigned i = 0; i < FOOTPRINT_BYTES; i++)
		bytes[i] = 0xff;
	return bytes[FOOTPRINT_BYTES - 1] == 0xff ? arg : NULL;
}

/* Joins in the moment in which the other CPU says that the thread has ended, and runs another on its stack at once. */
KERNEL_TEST_CPUS(a_stack_is_used_again_only_after_it_was_left, 2)
{
	if (percpu_at(1)->node != percpu_at(0)->node) {
		ktest_skip("CPUs 0 and 1 are in different NUMA nodes, which have stacks of their own");
		return;
	}
	for (uintptr_t i = 0; i < SUCCESSIONS; i++) {
		struct thread *thread = ktest_start(1, echo, (void *)i), *next;

		while (__atomic_load_n(&thread->joiner, __ATOMIC_ACQUIRE) != THREAD_ENDED)
			cpu_relax();
		CHECK(thread_join(thread) == (void *)i);
		next = ktest_start(0, trample, thread);
		CHECK(next == thread); /* the pool is a stack */
		CHECK(thread_join(next) == thread);
	}
}

static void *join_it(void *arg)
{
	return thread_join(arg);
}

/* CPU 0 only creates, the last CPU only joins: the pools must balance through the store. */
KERNEL_TEST_CPUS(threads_made_here_and_joined_there_come_back, 2)
{
	uint32_t stacks = 0;

	for (unsigned i = 0; i < 1000; i++) {
		struct thread *thread = ktest_start(0, echo, NULL);

		thread_join(ktest_start(cpu_count - 1, join_it, thread));
		if (i == 500)
			stacks = stack_count();
	}
	CHECK(stack_count() == stacks);
}
