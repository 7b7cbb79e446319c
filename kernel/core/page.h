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
#include "x86/cpu.h"

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

/*
 * What each page is, by page number: kind and, in the low five bits, a value. The first page of a block says kind and
 * order, the others are PAGE_BODY; page_note() marks all pages of an allocated block with a number of the heap's.
 */
enum page_kind {
	PAGE_BODY = 0x00,
	PAGE_FREE = 0x20,
	PAGE_USED = 0x40,
	PAGE_NOTED = 0x60, /* the highest */
	PAGE_KIND = 0x60,  /* mask */
	PAGE_VALUE = 0x1f  /* mask */
};

extern uint8_t *page_kinds;

void page_note(void *block, unsigned note);

/* The kind and value of the page that address lies in, which must be memory. */
static inline uint8_t page_kind(const void *address)
{
	return page_kinds[(uintptr_t)address / PAGE_BYTES];
}
