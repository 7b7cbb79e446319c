/* SPDX-License-Identifier: MIT */
/*
 * Fibers with floating point: compiled with SSE, as a program is. By the ABI a switch of fibers saves no vector register;
 * a compiled fiber must not notice. Its stack must be aligned, or its first aligned store of a vector faults.
 */
#include "core/fiber.h"
#include "core/ktest.h"
#include "core/sched.h"

enum { FIBERS = 6, TERMS = 200 };

struct series {
	struct fiber fiber;
	double x, sum;
	bool misaligned;
};

typedef double pair_of_doubles __attribute__((vector_size(16)));

/* The geometric series of x, with a switch after each term, to another fiber or another thread. */
static void sum_up(void *arg)
{
	struct series *series = arg;
	pair_of_doubles term = {1, series->x}, square = {series->x * series->x, series->x * series->x};
	volatile pair_of_doubles sum = {0, 0}; /* on the stack, by movaps */
	volatile uintptr_t where = (uintptr_t)&sum;

	series->misaligned = where % 16 != 0;
	for (unsigned i = 0; i < TERMS / 2; i++) {
		sum = sum + term;
		term *= square;
		if (i % 3 == 0)
			sched_yield();
		fiber_yield();
	}
	series->sum = ((pair_of_doubles)sum)[0] + ((pair_of_doubles)sum)[1];
}

static void *sum_up_all(void *arg)
{
	struct series series[FIBERS];
	uintptr_t wrong = 0;

	for (unsigned i = 0; i < FIBERS; i++) {
		series[i].x = 1.0 / (2 + i + (double)(uintptr_t)arg);
		CHECK(fiber_start(&series[i].fiber, sum_up, &series[i]) == 0);
	}
	for (unsigned i = 0; i < FIBERS; i++) {
		double error;

		fiber_join(&series[i].fiber);
		error = series[i].sum - 1 / (1 - series[i].x);
		wrong += series[i].misaligned || !(error < 1e-12 && error > -1e-12);
	}
	return (void *)wrong;
}

KERNEL_TEST(floating_point_of_several_fibers_comes_out_right)
{
	struct thread *threads[4];

	for (uintptr_t i = 0; i < 4; i++)
		threads[i] = ktest_start((unsigned)i % cpu_count, sum_up_all, (void *)i);
	for (unsigned i = 0; i < 4; i++)
		CHECK(thread_join(threads[i]) == NULL);
}
