/* SPDX-License-Identifier: MIT */
/*
 * Fibers: functions of one thread that take turns, each on a stack of its own, switching where they say so. The scheduler
 * knows nothing of them, and a fiber that blocks blocks its thread.
 *
 * All fibers of a thread are ready all the time, so they are a ring in the order of their turns, and a yield is a step
 * on: load the next, store it as the current one, swap stacks. A new one comes before the running one, which is behind
 * all others. The thread's own function is one of the ring, and as long as it is alone there is no ring at all: the
 * thread's pointer is NULL. Nothing here is seen by another thread, so there is no lock and no atomic operation.
 *
 * The swap is a function call (x86/context.S): by the ABI no vector register survives one, so none is saved. MXCSR and the
 * x87 control word are the thread's. Stacks are those of core/stack.h, with a guard below, kept in pools: a warm start
 * allocates and clears nothing.
 */
#pragma once

#include <stdbool.h>
#include "core/percpu.h"

struct fiber {
	struct fiber_place place; /* first: see fiber_main(). No context: it has ended */
	void (*fn)(void *arg);
	void *arg;
	struct fiber_stack *stack;
};

/* Makes fn(arg) a fiber of the calling thread: ready, behind those that are. The caller goes on. -EAGAIN: no memory. */
int fiber_start(struct fiber *fiber, void (*fn)(void *arg), void *arg);
/* Yields until the fiber has returned, and takes its stack back. Exactly once, on the fiber's thread. */
void fiber_join(struct fiber *fiber);
/* Whether address lies in the stack, or the guard below it, of the fiber that the thread runs. Any context. */
bool fiber_stack_holds(const struct thread *thread, uintptr_t address);

/* The step from the thread's running fiber to the next. */
static inline void fiber_step(struct thread *thread, struct fiber_place *self)
{
	struct fiber_place *next = self->next;

	thread->fiber = next;
	context_switch(&self->context, next->context);
}

/* Lets the thread's other fibers run, first in, first out. Returns at once if there is none. */
static inline void fiber_yield(void)
{
	struct thread *thread = this_cpu->current;
	struct fiber_place *self = thread->fiber;

	if (self != NULL)
		fiber_step(thread, self);
}
