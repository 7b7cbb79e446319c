/* SPDX-License-Identifier: MIT */
/*
 * Memory for threads: slots in the paging window, each with STACK_GUARD_BYTES unmapped below STACK_BYTES of stack, so that
 * an overflow faults instead of writing over a neighbour, also one that leaps over a page. 32 KiB is the choice: enough for a
 * runtime's deepest C calls, and 100,000 threads fit 4 GiB. A slot is mapped when it is first used and is then kept for
 * ever, with its thread.
 *
 * Slots come in chunks: STACK_CHUNK of them share one page table and one block of memory of one NUMA node. Each new stack also
 * does its share of preparing the node's next chunk, clearing the table above all, so that all stacks cost nearly the same.
 * What is left are three steps in STACK_CHUNK: a page for the table, the block of memory, and the table's installation, which in
 * one case of 512 also needs a table above it.
 */
#pragma once

#include <stdint.h>
#include "x86/cpu.h"

enum {
	STACK_BYTES = 32768,
	STACK_GUARD_BYTES = 32768,
	STACK_SLOT_BYTES = STACK_GUARD_BYTES + STACK_BYTES, /* a power of two: slots fill a page table exactly */
	STACK_CHUNK = PAGING_TABLE_BYTES / STACK_SLOT_BYTES,
	STACK_RESERVE = 2 * STACK_CHUNK, /* stacks at most that a node has memory for beforehand */
};

/* A new slot of the calling CPU's node: its number, and the address just above its stack. 0: no memory. */
uintptr_t stack_new(uint32_t *number);
/* The same for the CPUs of this node, and the node that the stack lies in, which differs if that one has no memory left. */
uintptr_t stack_new_node(uint32_t *number, unsigned *node);
/* Slots handed out so far. */
uint32_t stack_count(void);
