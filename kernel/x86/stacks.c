/* SPDX-License-Identifier: MIT */
/*
 * The CPUs' own stacks, in a window of their own: [guard page][stack] for each of enum cpu_stack, one slot after the other.
 */
#include "cpu_local.h"
#include "paging.h"

enum {
	BOOT_STACK_PAGES = 4,
	TRAP_STACK_PAGES = 2, /* a panic formats and prints here */
	SLOT_PAGES = 1 + BOOT_STACK_PAGES + (CPU_STACKS - 1) * (1 + TRAP_STACK_PAGES),
};

static const char *const stack_names[CPU_STACKS] = {
    [STACK_BOOT] = "boot stack",
    [STACK_DOUBLE_FAULT] = "double fault stack",
    [STACK_NMI] = "NMI stack",
    [STACK_MACHINE_CHECK] = "machine check stack",
    [STACK_PAGE_FAULT] = "page fault stack",
    [STACK_FAULT] = "fault stack",
};

static unsigned stack_pages(enum cpu_stack stack)
{
	return stack == STACK_BOOT ? BOOT_STACK_PAGES : TRAP_STACK_PAGES;
}

uintptr_t stacks_top(unsigned slot, enum cpu_stack stack)
{
	uintptr_t pages = (uintptr_t)slot * SLOT_PAGES + 1 + BOOT_STACK_PAGES + stack * (1 + TRAP_STACK_PAGES);

	return PAGING_STACKS_BEGIN + pages * PAGE_BYTES;
}

static uintptr_t stacks_guard(unsigned slot, enum cpu_stack stack)
{
	return stacks_top(slot, stack) - (stack_pages(stack) + 1) * PAGE_BYTES;
}

void stacks_create(unsigned slot)
{
	for (unsigned stack = STACK_BOOT; stack < CPU_STACKS; stack++)
		paging_map_boot(stacks_guard(slot, stack) + PAGE_BYTES, stack_pages(stack));
}

const char *stacks_describe_guard(uintptr_t address, unsigned *slot)
{
	uintptr_t at = address - PAGING_STACKS_BEGIN;

	*slot = (unsigned)(at / (SLOT_PAGES * PAGE_BYTES));
	if (address < PAGING_STACKS_BEGIN || *slot >= CPU_MAX)
		return NULL;
	for (unsigned stack = STACK_BOOT; stack < CPU_STACKS; stack++) {
		if (address - stacks_guard(*slot, stack) < PAGE_BYTES)
			return stack_names[stack];
	}
	return NULL;
}
