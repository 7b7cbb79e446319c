/* SPDX-License-Identifier: MIT */
/*
 * Physical memory as the boot loader describes it: what is free, and pages for the structures of boot itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads boot_info's map. Panics if nothing is free, or if this kernel itself lies where the map has something else. */
void memory_init(void);
/*
 * Takes [base, end), whole pages, out of the free memory for good; false, and nothing is taken: not all of it is free. And
 * the lowest free len_bytes at or above low and below 4 GiB, aligned to a power of two of a page or more; 0: there are none.
 * Before anything else has taken memory.
 */
bool memory_reserve(uint64_t base, uint64_t end);
uint64_t memory_reserve_low(uint64_t len_bytes, uint64_t align_bytes, uint64_t low);
/*
 * pages contiguous pages below 4 GiB, not cleared, taken from what memory_ranges() reports: only before core_main().
 * Panics if there are none.
 */
uintptr_t memory_boot_pages(size_t pages);
/* Cuts the ranges where NUMA nodes meet and writes down each one's node; numa_init() calls it. */
void memory_assign_nodes(void);
/* A page of RAM below 1 MiB that nothing else uses, for real-mode code; 0: none. */
uintptr_t memory_low_page(void);
/* Whether any byte of [base, end) is RAM; whether all of it is. */
bool memory_touches_ram(uint64_t base, uint64_t end);
bool memory_is_ram(uint64_t base, uint64_t end);
/* The end of the highest RAM, and of the highest range of any kind. */
uint64_t memory_ram_end(void);
uint64_t memory_map_end(void);
