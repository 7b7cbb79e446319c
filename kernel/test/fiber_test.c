/* SPDX-License-Identifier: MIT */
/*
 * Fibers from below: whose stack runs, that stacks are used again, also by CPUs that a thread has left, and that nothing
 * of a fiber is left with its thread.
 */
#include "core/fiber.h"
#include "core/ktest.h"
#include "core/sched.h"
#include "core/stack.h"

enum { FIBERS = 20, ROUNDS = 30 };

static struct fiber fibers[CPU_MAX][FIBERS];

static void stand(void *arg)
{
	struct thread *self = this_cpu->current;
	char here;

	(void)arg;
	CHECK(self->fiber != NULL && self->fiber != &self->own);
	CHECK(fiber_stack_holds(self, (uintptr_t)&here));
	fiber_yield();
	CHECK(fiber_stack_holds(self, (uintptr_t)&here));
}

KERNEL_TEST(a_fiber_runs_on_its_own_stack_and_its_thread_on_the_threads)
{
	struct thread *self = this_cpu->current;
	struct fiber *fiber = &fibers[0][0];
	char here;

	CHECK(self->fiber == NULL && !fiber_stack_holds(self, (uintptr_t)&here));
	CHECK(fiber_start(fiber, stand, NULL) == 0);
	CHECK(self->fiber == &self->own && !fiber_stack_holds(self, (uintptr_t)&here));
	fiber_yield();
	CHECK(self->fiber == &self->own && !fiber_stack_holds(self, (uintptr_t)&here));
	fiber_join(fiber);
	CHECK(self->fiber == NULL);
}

static void fill_and_empty(struct fiber *mine)
{
	for (unsigned i = 0; i < FIBERS; i++)
		CHECK(fiber_start(&mine[i], stand, NULL) == 0);
	for (unsigned i = 0; i < FIBERS; i++)
		fiber_join(&mine[i]);
}

KERNEL_TEST(stacks_of_fibers_are_used_again)
{
	uint32_t before;

	fill_and_empty(fibers[0]);
	before = stack_count();
	for (unsigned round = 0; round < ROUNDS; round++)
		fill_and_empty(fibers[0]);
	CHECK(stack_count() == before);
}

/* Starts fibers on one CPU and joins them on another, so that their stacks end where nobody starts any. */
static void *emigrate(void *arg)
{
	unsigned from = (unsigned)(uintptr_t)arg, to = (from + 1) % cpu_count;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < FIBERS; i++)
			CHECK(fiber_start(&fibers[from][i], stand, NULL) == 0);
		sched_move(to);
		for (unsigned i = 0; i < FIBERS; i++)
			fiber_join(&fibers[from][i]);
		sched_move(from);
	}
	return NULL;
}

KERNEL_TEST_CPUS(stacks_of_fibers_whose_threads_moved_come_back, 2)
{
	struct thread *threads[CPU_MAX];
	uint32_t before = stack_count();

	for (unsigned i = 0; i < cpu_count; i++)
		threads[i] = ktest_start(i, emigrate, (void *)(uintptr_t)i);
	for (unsigned i = 0; i < cpu_count; i++)
		CHECK(thread_join(threads[i]) == NULL);
	/* one set a CPU, and the threads' own; not one a round */
	CHECK(stack_count() - before <= cpu_count * (FIBERS + 1) + cpu_count);
}

static void *start_and_join(void *arg)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		fill_and_empty(fibers[(uintptr_t)arg]);
		sched_yield();
	}
	return this_cpu->current->fiber;
}

KERNEL_TEST(a_thread_has_no_fibers_left_when_all_are_joined)
{
	struct thread *threads[CPU_MAX];

	for (unsigned i = 0; i < cpu_count; i++)
		threads[i] = ktest_start(i, start_and_join, (void *)(uintptr_t)i);
	for (unsigned i = 0; i < cpu_count; i++)
		CHECK(thread_join(threads[i]) == NULL);
}
