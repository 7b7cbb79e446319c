/* SPDX-License-Identifier: MIT */
/*
 * The ways beside the pools, which are in core/fiber.c.
 */
#include "core/fiber_pool.h"

#include "core/percpu.h"
#include "core/spin.h"
#include "core/stack.h"

static struct fiber_store {
	struct spin lock;
	struct fiber_stack *stacks; /* under lock */
} __attribute__((aligned(64))) fiber_stores[NODE_MAX];

/* Eight shifts of 512 bytes spread stack tops over the sets of a cache. */
static struct fiber_stack *fiber_stack_new(unsigned node)
{
	struct fiber_stack *stack;
	uint32_t number;
	uintptr_t top = stack_new_node(&number, &node);

	if (top == 0)
		return NULL;
	stack = (struct fiber_stack *)(top - number % 8 * 512) - 1;
	stack->node = node;
	return stack;
}

struct fiber_stack *fiber_stack_take_slow(void)
{
	struct percpu *cpu = this_cpu->self;
	struct fiber_store *store = &fiber_stores[cpu->node];
	struct fiber_stack *stack;

	spin_lock(&store->lock);
	stack = store->stacks;
	if (stack != NULL)
		store->stacks = stack->next;
	spin_unlock(&store->lock);
	if (stack == NULL)
		stack = fiber_stack_new(cpu->node);
	if (stack != NULL)
		stack->home = cpu;
	return stack;
}

void fiber_stack_give_slow(struct fiber_stack *stack)
{
	struct fiber_store *store = &fiber_stores[stack->node];

	spin_lock(&store->lock);
	stack->next = store->stacks;
	store->stacks = stack;
	spin_unlock(&store->lock);
}
