/* SPDX-License-Identifier: MIT */
/*
 * Threads: create, run where they were put and in turn, end, be joined, move.
 */
#include "core/ktest.h"
#include "core/percpu.h"
#include "core/sched.h"

static void *echo(void *arg)
{
	return arg;
}

KERNEL_TEST(join_returns_the_threads_result)
{
	for (uintptr_t i = 1; i <= 100; i++)
		CHECK(thread_join(ktest_start((unsigned)i % cpu_count, echo, (void *)i)) == (void *)i);
}

static void *early_exit(void *arg)
{
	thread_exit(arg);
}

KERNEL_TEST(thread_exit_ends_a_thread_with_its_result)
{
	CHECK(thread_join(ktest_start(0, early_exit, (void *)7)) == (void *)7);
}

static void *own_cpu(void *arg)
{
	(void)arg;
	return (void *)(uintptr_t)this_cpu->cpu;
}

KERNEL_TEST(a_thread_runs_on_the_cpu_it_was_created_for)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		CHECK((uintptr_t)thread_join(ktest_start(cpu, own_cpu, NULL)) == cpu);
}

static void *set_flag(void *arg)
{
	__atomic_store_n((bool *)arg, true, __ATOMIC_RELEASE);
	return arg;
}

KERNEL_TEST(join_of_an_ended_thread_does_not_block)
{
	bool ended = false;
	struct thread *thread = ktest_start(0, set_flag, &ended);
	uint64_t blocks;

	while (!ended)
		ktest_wait_turn();
	sched_yield(); /* lets it go from setting the flag to its end */
	blocks = this_cpu->current->blocks;
	CHECK(thread_join(thread) == &ended);
	CHECK(this_cpu->current->blocks == blocks);
}

KERNEL_TEST_CPUS(join_of_a_thread_that_ended_elsewhere_returns, 2)
{
	for (unsigned i = 0; i < 200; i++) {
		bool ended = false;
		struct thread *thread = ktest_start(1, set_flag, &ended);

		while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE))
			cpu_relax();
		for (unsigned spins = 0; spins < i; spins++) /* meets the end at different points */
			cpu_relax();
		CHECK(thread_join(thread) == &ended);
	}
}

static void *frame_address(void *arg)
{
	(void)arg;
	return __builtin_frame_address(0);
}

KERNEL_TEST(a_thread_enters_with_an_aligned_stack)
{
	for (unsigned i = 0; i < 20; i++) /* 16-aligned frame: System V AMD64 ABI §3.2.2 */
		CHECK((uintptr_t)thread_join(ktest_start(i % cpu_count, frame_address, NULL)) % 16 == 0);
}

static __attribute__((noinline)) uintptr_t deep(unsigned depth)
{
	volatile char frame[1024];

	frame[0] = (char)depth;
	if (depth > 0)
		return deep(depth - 1) + (uintptr_t)(frame[0] - (char)depth);
	return (uintptr_t)frame;
}

static void *use_stack(void *arg)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	(void)arg;
	return (void *)(here - deep(24)); /* 25 frames of a little more than 1 KiB */
}

KERNEL_TEST(a_thread_can_use_most_of_its_stack)
{
	for (unsigned i = 0; i < 9; i++) /* the shift of a stack's top has eight values */
		CHECK((uintptr_t)thread_join(ktest_start(0, use_stack, NULL)) > 25000);
}

/* --- Order and yielding ------------------------------------------------------------------------------------------------ */

static struct {
	unsigned count;
	unsigned order[64];
} arrival;

static void *arrive(void *arg)
{
	arrival.order[arrival.count++] = (unsigned)(uintptr_t)arg;
	return NULL;
}

KERNEL_TEST(ready_threads_run_first_in_first_out)
{
	struct thread *threads[64];

	arrival.count = 0;
	for (uintptr_t i = 0; i < 64; i++)
		threads[i] = ktest_start(0, arrive, (void *)i);
	CHECK(arrival.count == 0); /* the creator goes on running */
	for (unsigned i = 0; i < 64; i++)
		thread_join(threads[i]);
	for (unsigned i = 0; i < 64; i++)
		CHECK(arrival.order[i] == i);
}

/* Starts 64 threads on CPU 0 from the last CPU: through the inbox. */
static void *start_remotely(void *arg)
{
	struct thread **threads = arg;

	for (uintptr_t i = 0; i < 64; i++)
		threads[i] = ktest_start(0, arrive, (void *)i);
	return NULL;
}

KERNEL_TEST_CPUS(threads_through_the_inbox_run_first_in_first_out, 2)
{
	static struct thread *threads[64];
	struct thread *starter;

	arrival.count = 0;
	starter = ktest_start(cpu_count - 1, start_remotely, threads);
	thread_join(starter);
	for (unsigned i = 0; i < 64; i++)
		thread_join(threads[i]);
	for (unsigned i = 0; i < 64; i++)
		CHECK(arrival.order[i] == i);
}

static void *yield_many(void *arg)
{
	unsigned *count = arg;

	for (unsigned i = 0; i < 1000; i++) {
		++*count;
		sched_yield();
	}
	return NULL;
}

KERNEL_TEST(yield_runs_all_ready_threads_in_turn)
{
	unsigned counts[4] = {0};
	struct thread *threads[4];

	for (unsigned i = 0; i < 4; i++)
		threads[i] = ktest_start(0, yield_many, &counts[i]);
	for (unsigned round = 1; round <= 1000; round++) {
		sched_yield();
		for (unsigned i = 0; i < 4; i++)
			CHECK(counts[i] == round);
	}
	for (unsigned i = 0; i < 4; i++)
		thread_join(threads[i]);
}

KERNEL_TEST(yield_with_nobody_ready_returns_at_once)
{
	uint64_t blocks = this_cpu->current->blocks;

	for (unsigned i = 0; i < 1000; i++)
		sched_yield();
	CHECK(this_cpu->current->blocks == blocks);
}

/* --- Moving ------------------------------------------------------------------------------------------------------------ */

static void *wander(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	uintptr_t wrong = 0;

	for (unsigned i = 0; i < 300; i++) {
		unsigned cpu = (unsigned)ktest_random(&random, cpu_count);

		sched_move(cpu);
		wrong += this_cpu->cpu != cpu;
		if (ktest_random(&random, 4) == 0)
			ktest_wait_turn();
		wrong += this_cpu->cpu != cpu;
	}
	return (void *)wrong;
}

KERNEL_TEST_CPUS(a_moved_thread_runs_where_it_moved, 2)
{
	struct thread *threads[16];

	for (unsigned i = 0; i < 16; i++)
		threads[i] = ktest_start(i % cpu_count, wander, (void *)(uintptr_t)(i + 1));
	for (unsigned i = 0; i < 16; i++)
		CHECK(thread_join(threads[i]) == NULL);
}
