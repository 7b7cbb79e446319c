/* SPDX-License-Identifier: MIT */
/*
 * Physical memory in blocks of 2^order pages: a buddy allocator for each NUMA node, each with a lock of its own, and a small
 * stock of single pages of its own node on each CPU, so that no lock is on the common path. A block lies in one node and
 * goes back to it, whoever frees it; a node that has run out is helped by the nearest that has not. All memory is identity
 * mapped: a block is a pointer. Two bytes per page say what it is; the free lists are in the free pages themselves. A block
 * is found in constant time; splitting and merging are O(orders).
 * Knowlton, "A fast storage allocator", CACM 8(10), 1965.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "x86/cpu.h"

enum { PAGE_ORDERS = 19 }; /* the largest block is 2^18 pages: 1 GiB */

struct page_cache {
	void *pages; /* linked by their first word; all of the CPU's memory node */
	unsigned count;
	unsigned own; /* the tag of a used single page of that node */
};

/* Takes over memory_ranges() and gives each CPU its memory node. Once, before anything allocates. */
void page_init(void);
/*
 * A block of 2^order pages, aligned to its size, contents undefined, of the calling CPU's node if it has one, else of the
 * nearest that has; NULL if there is none. Thread context.
 */
void *page_alloc(unsigned order);
/* The same, for the CPUs of this node. */
void *page_alloc_node(unsigned order, unsigned node);
/* Gives back a whole block, on any CPU. */
void page_free(void *block);
/* 2^order pages for at least len_bytes; order PAGE_ORDERS if that is too large for any block. */
unsigned page_order(size_t len_bytes);
/* Pages free in the central lists, without the CPUs' stocks; and pages in all. */
size_t page_free_count(void);
size_t page_total_count(void);
/* The same of one node. */
size_t page_node_free_count(unsigned node);
size_t page_node_total_count(unsigned node);
/* Where the memory of this node's CPUs comes from: the node itself, or the nearest one that has memory. */
unsigned page_memory_node(unsigned node);
/* Gives the calling CPU's stock of single pages back, so that they can merge. */
void page_cache_flush(void);

/*
 * What each page is, by page number: kind, in the low five bits a value, and in the upper byte its node. The first page of a
 * block says kind and order, the others are PAGE_BODY; page_note() marks all pages of an allocated block with a number of
 * the heap's. The node never changes.
 */
enum page_kind {
	PAGE_BODY = 0x00,
	PAGE_FREE = 0x20,
	PAGE_USED = 0x40,
	PAGE_NOTED = 0x60, /* the highest */
	PAGE_KIND = 0x60,  /* mask */
	PAGE_VALUE = 0x1f, /* mask */
	PAGE_NODE_SHIFT = 8,
	PAGE_NOWHERE = 0xff00, /* no memory */
};

extern uint16_t *page_tags;

void page_note(void *block, unsigned note);

/* The tag of the page that address lies in, which must be below the end of memory. */
static inline unsigned page_tag(const void *address)
{
	return page_tags[(uintptr_t)address / PAGE_BYTES];
}

/* The node of an address in memory. */
static inline unsigned page_node(const void *address)
{
	return page_tag(address) >> PAGE_NODE_SHIFT;
}
