/* SPDX-License-Identifier: MIT */
/*
 * Memory for threads: slots in the paging window, each with an unmapped guard page below STACK_BYTES of stack, so that
 * an overflow faults instead of writing over a neighbour. 32 KiB is the choice: enough for a runtime's deepest C calls,
 * and 100,000 threads fit 4 GiB. A slot is mapped when it is first used and is then kept for ever, with its thread.
 */
#pragma once

#include <stdint.h>
#include "x86/cpu.h"

enum {
	STACK_BYTES = 32768,
	STACK_GUARD_BYTES = PAGE_BYTES,
	STACK_SLOT_BYTES = STACK_GUARD_BYTES + STACK_BYTES,
};

/* A new slot: its number, and the address just above its stack. 0: no memory. */
uintptr_t stack_new(uint32_t *number);
/* Slots handed out so far. */
uint32_t stack_count(void);
