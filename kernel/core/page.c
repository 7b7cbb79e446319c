/* SPDX-License-Identifier: MIT */
/*
 * The buddy lists and the table of kinds belong together: a page's kind says FREE exactly if its block is in a list.
 */
#include "core/page.h"

#include <stdbool.h>
#include "core/panic.h"
#include "core/percpu.h"
#include "core/spin.h"
#include "core/string.h"

enum { CACHE_REFILL = 8, CACHE_MAX = 24 };

struct page_link {
	struct page_link *next, *prev;
};

uint8_t *page_kinds;      /* of a free block it changes under page_lock only, of a used one by its owner too */
static size_t page_limit; /* page numbers below it have a kind */
static size_t page_total;
static struct spin page_lock;
static struct page_link page_lists[PAGE_ORDERS]; /* free blocks, circular; under page_lock */
static size_t page_frees;                        /* under page_lock */

static inline size_t page_number(const void *address)
{
	return (uintptr_t)address / PAGE_BYTES;
}

static inline void *page_at(size_t number)
{
	return (void *)(number * PAGE_BYTES);
}

/* --- The buddy lists: page_lock held ---------------------------------------------------------------------------------- */

static void block_insert(size_t number, unsigned order)
{
	struct page_link *block = page_at(number), *list = &page_lists[order];

	page_kinds[number] = (uint8_t)(PAGE_FREE | order);
	block->next = list->next;
	block->prev = list;
	list->next->prev = block;
	list->next = block;
}

static void block_remove(size_t number)
{
	struct page_link *block = page_at(number);

	block->prev->next = block->next;
	block->next->prev = block->prev;
	page_kinds[number] = PAGE_BODY;
}

static void *block_take(unsigned order)
{
	unsigned from = order;
	size_t number;

	while (page_lists[from].next == &page_lists[from])
		if (++from == PAGE_ORDERS)
			return NULL;
	number = page_number(page_lists[from].next);
	block_remove(number);
	while (from > order) { /* the upper halves go back */
		from--;
		block_insert(number + ((size_t)1 << from), from);
	}
	page_kinds[number] = (uint8_t)(PAGE_USED | order);
	page_frees -= (size_t)1 << order;
	return page_at(number);
}

static void block_give(size_t number, unsigned order)
{
	page_frees += (size_t)1 << order;
	page_kinds[number] = PAGE_BODY;
	for (; order + 1 < PAGE_ORDERS; order++) {
		size_t buddy = number ^ (size_t)1 << order;

		if (buddy >= page_limit || page_kinds[buddy] != (PAGE_FREE | order))
			break;
		block_remove(buddy);
		number &= ~((size_t)1 << order);
	}
	block_insert(number, order);
}

/* --- Set-up -------------------------------------------------------------------------------------------------------------- */

/* Gives all pages of [begin, end) to the lists, in the largest blocks that alignment allows. */
static void page_add_range(size_t begin, size_t end)
{
	while (begin < end) {
		unsigned order = 0;

		while (order + 1 < PAGE_ORDERS && (begin >> order & 1) == 0 && begin + ((size_t)2 << order) <= end)
			order++;
		block_give(begin, order);
		begin += (size_t)1 << order;
	}
}

/* Puts the table of kinds at the begin of the first range that has room, and returns that range's index. */
static size_t page_place_kinds(const struct memory_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (page_limit < (ranges[i].base + ranges[i].len_bytes) / PAGE_BYTES)
			page_limit = (ranges[i].base + ranges[i].len_bytes) / PAGE_BYTES;
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].len_bytes < page_limit || ranges[i].base == 0)
			continue;
		page_kinds = (uint8_t *)ranges[i].base;
		memset(page_kinds, PAGE_BODY, page_limit);
		return i;
	}
	panic("no room for the table of %zu pages", page_limit);
}

void page_init(void)
{
	const struct memory_range *ranges;
	size_t count = memory_ranges(&ranges), kinds_in;

	for (unsigned order = 0; order < PAGE_ORDERS; order++)
		page_lists[order].next = page_lists[order].prev = &page_lists[order];
	kinds_in = page_place_kinds(ranges, count);
	for (size_t i = 0; i < count; i++) {
		size_t begin = ranges[i].base / PAGE_BYTES, end = begin + ranges[i].len_bytes / PAGE_BYTES;

		if (i == kinds_in)
			begin += (page_limit + PAGE_BYTES - 1) / PAGE_BYTES;
		if (begin == 0) /* page 0 would be NULL */
			begin++;
		page_total += end - begin;
		page_add_range(begin, end);
	}
}

/* --- Use ----------------------------------------------------------------------------------------------------------------- */

/* Takes some single pages under one lock; returns one of them and keeps the others. */
static __attribute__((noinline)) void *page_cache_refill(struct page_cache *cache)
{
	void *page;

	spin_lock(&page_lock);
	page = block_take(0);
	for (unsigned i = 1; i < CACHE_REFILL && page != NULL; i++) {
		void **further = block_take(0);

		if (further == NULL)
			break;
		*further = cache->pages;
		cache->pages = further;
		cache->count++;
	}
	spin_unlock(&page_lock);
	return page;
}

static void page_cache_give(struct page_cache *cache, unsigned keep)
{
	spin_lock(&page_lock);
	while (cache->count > keep) {
		void **page = cache->pages;

		cache->pages = *page;
		cache->count--;
		block_give(page_number(page), 0);
	}
	spin_unlock(&page_lock);
}

void *page_alloc(unsigned order)
{
	void *block;

	if (order == 0) {
		struct page_cache *cache = &this_cpu->self->pages;
		void **page = cache->pages;

		if (page == NULL)
			return page_cache_refill(cache);
		cache->pages = *page;
		cache->count--;
		return page;
	}
	if (order >= PAGE_ORDERS)
		return NULL;
	spin_lock(&page_lock);
	block = block_take(order);
	spin_unlock(&page_lock);
	return block;
}

void page_free(void *block)
{
	size_t number = page_number(block);
	unsigned order;

	ASSERT(number < page_limit && (uintptr_t)block % PAGE_BYTES == 0);
	ASSERT((page_kinds[number] & PAGE_KIND) == PAGE_USED);
	order = page_kinds[number] & PAGE_VALUE;
	if (order == 0) {
		struct page_cache *cache = &this_cpu->self->pages;

		*(void **)block = cache->pages;
		cache->pages = block;
		if (++cache->count > CACHE_MAX)
			page_cache_give(cache, CACHE_MAX - CACHE_REFILL);
		return;
	}
	spin_lock(&page_lock);
	block_give(number, order);
	spin_unlock(&page_lock);
}

void page_cache_flush(void)
{
	page_cache_give(&this_cpu->self->pages, 0);
}

unsigned page_order(size_t len_bytes)
{
	unsigned order = 0;

	while (order < PAGE_ORDERS && (size_t)PAGE_BYTES << order < len_bytes)
		order++;
	return order;
}

size_t page_free_count(void)
{
	return __atomic_load_n(&page_frees, __ATOMIC_RELAXED);
}

size_t page_total_count(void)
{
	return page_total;
}

void page_note(void *block, unsigned note)
{
	size_t number = page_number(block), count = (size_t)1 << (page_kinds[number] & PAGE_VALUE);

	ASSERT((page_kinds[number] & PAGE_KIND) == PAGE_USED && note <= PAGE_VALUE);
	memset(&page_kinds[number], (int)(PAGE_NOTED | note), count);
}

uint64_t page_alloc_phys(void)
{
	return (uintptr_t)page_alloc(0);
}

void page_free_phys(uint64_t page)
{
	page_free((void *)page);
}
