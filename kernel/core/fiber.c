/* SPDX-License-Identifier: MIT */
/*
 * Begin and end of fibers; the switch is inline. A fiber that has returned leaves the ring and its stack in one step of
 * its thread, so who finds it ended may use the stack again.
 */
#include "core/fiber.h"

#include "core/error.h"
#include "core/fiber_pool.h"
#include "core/panic.h"
#include "core/stack.h"

/* The first and last function on a fiber's stack. Entered by the first switch to it. */
static _Noreturn void fiber_main(void)
{
	struct thread *thread = this_cpu->current;
	struct fiber *self = (struct fiber *)thread->fiber;
	struct fiber_place *next, *prev;

	self->fn(self->arg);
	next = self->place.next;
	prev = self->place.prev;
	next->prev = prev;
	prev->next = next;
	thread->fiber = next == prev ? NULL : next; /* the last is the thread's own function */
	self->ended = true;
	context_resume(next->context);
}

int fiber_start(struct fiber *fiber, void (*fn)(void *arg), void *arg)
{
	struct thread *thread = this_cpu->current;
	struct fiber_stack *stack = fiber_stack_take();
	struct fiber_place *self = thread->fiber, *last;

	if (stack == NULL)
		return -EAGAIN;
	if (self == NULL) {
		self = &thread->own;
		self->next = self->prev = self;
		thread->fiber = self;
	}
	fiber->fn = fn;
	fiber->arg = arg;
	fiber->stack = stack;
	fiber->ended = false;
	fiber->place.context = context_prepare(stack, fiber_main);
	last = self->prev;
	fiber->place.next = self;
	fiber->place.prev = last;
	last->next = &fiber->place;
	self->prev = &fiber->place;
	return 0;
}

void fiber_join(struct fiber *fiber)
{
	while (!*(volatile bool *)&fiber->ended)
		fiber_yield();
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
