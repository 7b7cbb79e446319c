/* SPDX-License-Identifier: MIT */
/*
 * Begin and end of fibers; the switch is inline. A fiber that has returned leaves the ring and its stack before any other
 * of its thread runs, so who finds it ended may use the stack again.
 */
#include "core/fiber.h"

#include "core/error.h"
#include "core/fiber_pool.h"
#include "core/panic.h"
#include "core/stack.h"

/* The first and last function on a fiber's stack. Entered by the first switch to it. */
static _Noreturn void fiber_main(void)
{
	struct fiber *self = (struct fiber *)this_cpu->current->fiber;
	struct fiber_place *next, *prev;

	self->fn(self->arg);
	next = self->place.next;
	prev = self->place.prev;
	next->prev = prev;
	prev->next = next;
	this_cpu->current->fiber = next == prev ? NULL : next; /* the last is the thread's own function */
	self->place.context = NULL;
	context_resume(next->context);
}

/* NULL: no memory. */
static inline struct fiber_stack *fiber_stack_take(void)
{
	struct percpu *cpu = this_cpu->self;
	struct fiber_stack *stack = cpu->fiber_stacks;

	if (__builtin_expect(stack == NULL, 0))
		return fiber_stack_take_slow();
	cpu->fiber_stacks = stack->next;
	return stack;
}

static inline void fiber_stack_give(struct fiber_stack *stack)
{
	struct percpu *cpu = this_cpu->self;

	if (__builtin_expect(stack->home != cpu, 0)) {
		fiber_stack_give_slow(stack);
		return;
	}
	stack->next = cpu->fiber_stacks;
	cpu->fiber_stacks = stack;
}

/* Puts a fiber that has a stack behind all others of the thread. */
static inline void fiber_add(struct thread *thread, struct fiber *fiber)
{
	struct fiber_place *self = thread->fiber, *last;

	if (self == NULL) {
		self = &thread->own;
		self->next = self->prev = self;
		thread->fiber = self;
	}
	last = self->prev;
	fiber->place.next = self;
	fiber->place.prev = last;
	last->next = &fiber->place;
	self->prev = &fiber->place;
}

int fiber_start(struct fiber *fiber, void (*fn)(void *arg), void *arg)
{
	struct fiber_stack *stack;

	fiber->fn = fn; /* before there is a call: nothing has to be kept over it */
	fiber->arg = arg;
	stack = fiber_stack_take();
	if (stack == NULL)
		return -EAGAIN;
	fiber->stack = stack;
	fiber->place.context = context_prepare(stack, fiber_main);
	fiber_add(this_cpu->current, fiber);
	return 0;
}

void fiber_join(struct fiber *fiber)
{
	if (fiber->place.context != NULL) {
		struct thread *thread = this_cpu->current;

		DEBUG_ASSERT(thread->fiber != NULL); /* it is one of this thread's, so there is a ring */
		do
			fiber_step(thread, thread->fiber);
		while (fiber->place.context != NULL);
	}
	fiber_stack_give(fiber->stack);
}

bool fiber_stack_holds(const struct thread *thread, uintptr_t address)
{
	uintptr_t top;

	if (thread == NULL || thread->fiber == NULL || thread->fiber == &thread->own)
		return false;
	top = (uintptr_t)((const struct fiber *)thread->fiber)->stack;
	return address < top && address >= top - STACK_SLOT_BYTES;
}
