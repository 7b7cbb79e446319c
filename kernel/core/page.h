/* SPDX-License-Identifier: MIT */
/*
 * Physical memory in blocks of 2^order pages: a buddy allocator under one lock, and a small stock of single pages on
 * each CPU, so that the lock is off the common path. All memory is identity mapped: a block is a pointer. One byte per
 * page says what it is; the free lists are in the free pages themselves. Both operations are O(orders).
 * Knowlton, "A fast storage allocator", CACM 8(10), 1965.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PAGE_ORDERS = 19 }; /* the largest block is 2^18 pages: 1 GiB */

struct page_cache {
	void *pages; /* linked by their first word */
	unsigned count;
};

/* Takes over memory_ranges(). Once, before anything allocates. */
void page_init(void);
/* A block of 2^order pages, aligned to its size, contents undefined; NULL if there is none. Thread context. */
void *page_alloc(unsigned order);
/* Gives back a whole block, on any CPU. */
void page_free(void *block);
/* 2^order pages for at least len_bytes; order PAGE_ORDERS if that is too large for any block. */
unsigned page_order(size_t len_bytes);
/* Pages free in the central lists, without the CPUs' stocks; and pages in all. */
size_t page_free_count(void);
size_t page_total_count(void);
/* Gives the calling CPU's stock of single pages back, so that they can merge. */
void page_cache_flush(void);

/* A note on an allocated block, for the heap: 0 … 31 on each of its pages, or PAGE_NO_NOTE as page_alloc() leaves it. */
enum { PAGE_NO_NOTE = -1 };
void page_note(void *block, unsigned note);
int page_noted(const void *address);
