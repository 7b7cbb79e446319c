/* SPDX-License-Identifier: MIT */
/*
 * As the threads' pools (core/thread.c), of stacks alone.
 */
#include "core/fiber_pool.h"

#include "core/percpu.h"
#include "core/spin.h"
#include "core/stack.h"

static struct fiber_store {
	struct spin lock;
	struct fiber_stack *batches; /* under lock */
} __attribute__((aligned(64))) fiber_stores[NODE_MAX];

static void fiber_store_give(struct fiber_stack *batch, unsigned count)
{
	struct fiber_store *store = &fiber_stores[batch->node];

	batch->count = count;
	spin_lock(&store->lock);
	batch->batch = store->batches;
	store->batches = batch;
	spin_unlock(&store->lock);
}

static struct fiber_stack *fiber_store_take(unsigned node)
{
	struct fiber_store *store = &fiber_stores[node];
	struct fiber_stack *batch;

	if (__atomic_load_n(&store->batches, __ATOMIC_RELAXED) == NULL)
		return NULL;
	spin_lock(&store->lock);
	batch = store->batches;
	if (batch != NULL)
		store->batches = batch->batch;
	spin_unlock(&store->lock);
	return batch;
}

/* The record lies above the stack; eight shifts of 512 bytes spread stack tops over the sets of a cache. */
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

/* The batch in use is empty: goes on with the reserve, else with a batch of the store, else with a new stack. */
static __attribute__((noinline)) struct fiber_stack *fiber_stack_take_slow(struct fiber_pool *pool, unsigned node)
{
	struct fiber_stack *batch = pool->full;

	pool->full = NULL;
	pool->count = FIBER_POOL_BATCH - 1;
	if (batch == NULL) {
		batch = fiber_store_take(node);
		if (batch == NULL) {
			pool->count = 0;
			return fiber_stack_new(node);
		}
		pool->count = batch->count - 1;
	}
	pool->stacks = batch->next;
	return batch;
}

struct fiber_stack *fiber_stack_take(void)
{
	struct percpu *cpu = this_cpu->self;
	struct fiber_stack *stack = cpu->fibers.stacks;

	if (__builtin_expect(stack == NULL, 0))
		return fiber_stack_take_slow(&cpu->fibers, cpu->node);
	cpu->fibers.stacks = stack->next;
	cpu->fibers.count--;
	return stack;
}

/* A stack of another node goes home; a whole batch becomes the reserve, and the reserve goes to the store. */
static __attribute__((noinline)) void fiber_stack_give_slow(struct percpu *cpu, struct fiber_stack *stack)
{
	struct fiber_pool *pool = &cpu->fibers;

	if (stack->node != cpu->node) {
		stack->next = NULL;
		fiber_store_give(stack, 1);
		return;
	}
	if (pool->full != NULL)
		fiber_store_give(pool->full, FIBER_POOL_BATCH);
	pool->full = pool->stacks;
	stack->next = NULL;
	pool->stacks = stack;
	pool->count = 1;
}

void fiber_stack_give(struct fiber_stack *stack)
{
	struct percpu *cpu = this_cpu->self;

	if (__builtin_expect(stack->node != cpu->node || cpu->fibers.count == FIBER_POOL_BATCH, 0)) {
		fiber_stack_give_slow(cpu, stack);
		return;
	}
	stack->next = cpu->fibers.stacks;
	cpu->fibers.stacks = stack;
	cpu->fibers.count++;
}
