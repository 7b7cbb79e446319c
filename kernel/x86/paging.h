/* SPDX-License-Identifier: MIT */
/*
 * One address space for all CPUs: an identity map of physical memory by the largest pages the CPU has, without page 0, with
 * the kernel's code read-only and everything else not executable; and above it a window that core fills by tables of its own
 * and one for the CPUs' own stacks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Builds the map and switches to it. Needs memory_init(). From here on page 0 and writes to code fault. */
void paging_init(void);
/* Whether a read of this address would succeed: asks the tables, so it can be called from a fault handler. */
bool paging_is_mapped(uintptr_t address);
/* Where this address lies in memory; 0: nowhere. */
uintptr_t paging_physical(uintptr_t address);
/* Maps fresh pages at [va, va + pages) for boot structures; only before core_main(). */
void paging_map_boot(uintptr_t va, unsigned pages);
/* Makes the pages of device registers at physical address base reachable if they lie outside the identity map; same address. */
void paging_map_device(uintptr_t base);

/* Where the stacks of CPU slot n lie: PAGING_STACKS_BEGIN + n * stride (stacks.c). One PML4 entry of its own. */
#define PAGING_STACKS_BEGIN 0xffffff0000000000
