/* SPDX-License-Identifier: MIT */
/*
 * Stacks for fibers, in pools of each CPU: taking and giving back is a few plain instructions. A CPU's pool holds stacks
 * of its own NUMA node only; others, and what is too much, go to that node's store, in batches.
 */
#pragma once

#include <stddef.h>

enum { FIBER_POOL_BATCH = 64 };

/* Lies at the upper end of its stack, which begins below it. */
struct fiber_stack {
	struct fiber_stack *next;  /* in a pool or a batch */
	struct fiber_stack *batch; /* of a batch's first stack in the store: the next batch */
	unsigned count;            /* of a batch's first stack: how many the batch has */
	unsigned node;             /* NUMA node of its memory */
} __attribute__((aligned(64)));

/* Of one CPU; thread context. */
struct fiber_pool {
	struct fiber_stack *stacks; /* the batch in use */
	struct fiber_stack *full;   /* a whole one in reserve, or NULL */
	unsigned count;             /* of stacks */
};

/* NULL: no memory. Thread context. */
struct fiber_stack *fiber_stack_take(void);
void fiber_stack_give(struct fiber_stack *stack);
