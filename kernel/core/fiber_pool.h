/* SPDX-License-Identifier: MIT */
/*
 * Stacks for fibers: those of core/stack.h, with a guard below. Each CPU has a pool of them, which grows to as many as
 * it has had in use at once. A stack goes back to the pool that it came from; only where its thread has moved
 * meanwhile does it take the way over its NUMA node's store, so that no CPU collects what another one makes.
 */
#pragma once

struct percpu;

/* Lies at the upper end of its stack, which begins below it. */
struct fiber_stack {
	struct fiber_stack *next; /* in a pool or a store */
	struct percpu *home;      /* whose pool it came from */
	unsigned node;            /* NUMA node of its memory */
} __attribute__((aligned(64)));

/* The pool is empty: a stack of the node's store, else a new one. NULL: no memory. Thread context. */
struct fiber_stack *fiber_stack_take_slow(void);
/* It came from another CPU: to its node's store. */
void fiber_stack_give_slow(struct fiber_stack *stack);
