/* SPDX-License-Identifier: MIT */
/*
 * The buddy lists and the table of tags belong together: a page's tag says FREE exactly if its block is in a list. A tag
 * also holds the node, so one comparison tells whether a buddy is free, whole and of the same node.
 */
#include "core/page.h"

#include <stdbool.h>
#include "core/panic.h"
#include "core/percpu.h"
#include "core/spin.h"
#include "core/string.h"

enum { CACHE_REFILL_ORDER = 3, CACHE_REFILL = 1 << CACHE_REFILL_ORDER, CACHE_MAX = 24 };

struct page_link {
	struct page_link *next, *prev;
};

/* One node's free memory. */
struct page_node {
	struct spin lock;
	uint32_t orders; /* bit n: list n is not empty; under lock */
	size_t frees;    /* pages; under lock */
	size_t total;
	struct page_link lists[PAGE_ORDERS]; /* free blocks, circular; under lock */
	unsigned helpers_count;
	uint8_t helpers[NODE_MAX]; /* nodes with memory, nearest first, itself included if it has any */
} __attribute__((aligned(64)));

uint16_t *page_tags;      /* of a free block they change under its node's lock only, of a used one by its owner too */
static size_t page_limit; /* page numbers below it have a tag */
static size_t page_total;
static struct page_node page_nodes[NODE_MAX];

static inline size_t page_number(const void *address)
{
	return (uintptr_t)address / PAGE_BYTES;
}

static inline void *page_at(size_t number)
{
	return (void *)(number * PAGE_BYTES);
}

static inline void tag_set(size_t number, unsigned kind)
{
	page_tags[number] = (uint16_t)((page_tags[number] & ~0xffu) | kind);
}

/* --- The buddy lists: node->lock held ---------------------------------------------------------------------------------- */

static void block_insert(struct page_node *node, size_t number, unsigned order)
{
	struct page_link *block = page_at(number), *list = &node->lists[order];

	tag_set(number, PAGE_FREE | order);
	block->next = list->next;
	block->prev = list;
	list->next->prev = block;
	list->next = block;
	node->orders |= 1u << order;
}

static void block_remove(struct page_node *node, size_t number, unsigned order)
{
	struct page_link *block = page_at(number);

	block->prev->next = block->next;
	block->next->prev = block->prev;
	if (block->next == block->prev && block->next == &node->lists[order])
		node->orders &= ~(1u << order);
	tag_set(number, PAGE_BODY);
}

static void *block_take(struct page_node *node, unsigned order)
{
	uint32_t orders = node->orders >> order << order;
	unsigned from;
	size_t number;

	if (orders == 0)
		return NULL;
	from = (unsigned)__builtin_ctz(orders);
	number = page_number(node->lists[from].next);
	block_remove(node, number, from);
	while (from > order) { /* the upper halves go back */
		from--;
		block_insert(node, number + ((size_t)1 << from), from);
	}
	tag_set(number, PAGE_USED | order);
	node->frees -= (size_t)1 << order;
	return page_at(number);
}

static void block_give(struct page_node *node, size_t number, unsigned order)
{
	unsigned own = page_tags[number] & ~0xffu; /* the node's part of a tag */

	node->frees += (size_t)1 << order;
	tag_set(number, PAGE_BODY);
	for (; order + 1 < PAGE_ORDERS; order++) {
		size_t buddy = number ^ (size_t)1 << order;

		/* relaxed: another node's tag may change meanwhile, but not into one of ours */
		if (buddy >= page_limit ||
		    __atomic_load_n(&page_tags[buddy], __ATOMIC_RELAXED) != (own | PAGE_FREE | order))
			break;
		block_remove(node, buddy, order);
		number &= ~((size_t)1 << order);
	}
	block_insert(node, number, order);
}

/* --- Set-up -------------------------------------------------------------------------------------------------------------- */

/* Gives all pages of [begin, end) to the lists, in the largest blocks that alignment allows. */
static void page_add_range(struct page_node *node, size_t begin, size_t end)
{
	page_total += end - begin;
	node->total += end - begin;
	while (begin < end) {
		unsigned order = 0;

		while (order + 1 < PAGE_ORDERS && (begin >> order & 1) == 0 && begin + ((size_t)2 << order) <= end)
			order++;
		block_give(node, begin, order);
		begin += (size_t)1 << order;
	}
}

typedef uint64_t __attribute__((may_alias)) tag_word; /* four tags */

static void tags_fill(size_t begin, size_t end, unsigned tag)
{
	for (; begin < end && begin % 4 != 0; begin++)
		page_tags[begin] = (uint16_t)tag;
	for (; begin + 4 <= end; begin += 4)
		*(tag_word *)&page_tags[begin] = tag * 0x0001000100010001u;
	for (; begin < end; begin++)
		page_tags[begin] = (uint16_t)tag;
}

/* Puts the table of tags at the begin of the first range that has room, fills it, and returns that range's index. */
static size_t page_place_tags(const struct memory_range *ranges, size_t count)
{
	size_t at = 0, done = 0;

	page_limit = (ranges[count - 1].base + ranges[count - 1].len_bytes) / PAGE_BYTES;
	while (at < count && (ranges[at].len_bytes < page_limit * sizeof(*page_tags) || ranges[at].base == 0))
		at++;
	if (at == count)
		panic("no room for the table of %zu pages", page_limit);
	page_tags = (uint16_t *)ranges[at].base;
	for (size_t i = 0; i < count; i++) {
		size_t begin = ranges[i].base / PAGE_BYTES, end = begin + ranges[i].len_bytes / PAGE_BYTES;

		tags_fill(done, begin, PAGE_NOWHERE);
		tags_fill(begin, end, PAGE_BODY | ranges[i].node << PAGE_NODE_SHIFT);
		done = end;
	}
	return at;
}

/* Nodes with memory in the order of their distance; equally far ones in the order of their numbers, its own first. */
static void page_order_helpers(unsigned number)
{
	struct page_node *node = &page_nodes[number];

	for (unsigned other = 0; other < node_count; other++) {
		unsigned at = node->helpers_count;

		if (page_nodes[other].total == 0)
			continue;
		for (; at > 0; at--) {
			unsigned before = node->helpers[at - 1];

			if (before == number ||
			    (other != number && node_distance(number, before) <= node_distance(number, other)))
				break;
			node->helpers[at] = (uint8_t)before;
		}
		node->helpers[at] = (uint8_t)other;
		node->helpers_count++;
	}
}

static void page_init_cpus(void)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		struct percpu *percpu = percpu_at(cpu);

		percpu->node = page_memory_node(cpu_topology(cpu)->node);
		percpu->pages.own = PAGE_USED | percpu->node << PAGE_NODE_SHIFT;
	}
}

void page_init(void)
{
	const struct memory_range *ranges;
	size_t count = memory_ranges(&ranges), tags_in;

	for (unsigned node = 0; node < node_count; node++)
		for (unsigned order = 0; order < PAGE_ORDERS; order++) {
			struct page_link *list = &page_nodes[node].lists[order];

			list->next = list->prev = list;
		}
	tags_in = page_place_tags(ranges, count);
	for (size_t i = 0; i < count; i++) {
		size_t begin = ranges[i].base / PAGE_BYTES, end = begin + ranges[i].len_bytes / PAGE_BYTES;

		if (i == tags_in)
			begin += (page_limit * sizeof(*page_tags) + PAGE_BYTES - 1) / PAGE_BYTES;
		if (begin == 0) /* page 0 would be NULL */
			begin++;
		page_add_range(&page_nodes[ranges[i].node], begin, end);
	}
	for (unsigned node = 0; node < node_count; node++)
		page_order_helpers(node);
	page_init_cpus();
}

/* --- Use ----------------------------------------------------------------------------------------------------------------- */

static void *node_take(struct page_node *node, unsigned order)
{
	void *block;

	if (__atomic_load_n(&node->frees, __ATOMIC_RELAXED) == 0) /* a hint: no lock of a node that has nothing */
		return NULL;
	spin_lock(&node->lock);
	block = block_take(node, order);
	spin_unlock(&node->lock);
	return block;
}

__attribute__((noinline)) void *page_alloc_node(unsigned order, unsigned node)
{
	const struct page_node *wanted = &page_nodes[node];
	void *block = NULL;

	if (order >= PAGE_ORDERS)
		return NULL;
	for (unsigned at = 0; at < wanted->helpers_count && block == NULL; at++)
		block = node_take(&page_nodes[wanted->helpers[at]], order);
	return block;
}

/* Splits a block of the own node into single pages: returns one of them and keeps the others. */
static void *page_cache_fill(struct page_cache *cache, char *block)
{
	size_t number = page_number(block);

	for (unsigned i = CACHE_REFILL - 1; i > 0; i--) {
		void **page = (void **)(block + i * PAGE_BYTES);

		tag_set(number + i, PAGE_USED);
		*page = cache->pages;
		cache->pages = page;
	}
	tag_set(number, PAGE_USED);
	cache->count += CACHE_REFILL - 1;
	return block;
}

/* Nothing that the node lacks is kept: of other nodes' pages there is no stock. */
static __attribute__((noinline)) void *page_cache_refill(void)
{
	unsigned node = this_cpu->node;
	void *block = node_take(&page_nodes[node], CACHE_REFILL_ORDER);

	return block != NULL ? page_cache_fill(&this_cpu->self->pages, block) : page_alloc_node(0, node);
}

static __attribute__((noinline)) void page_cache_give(unsigned keep)
{
	struct page_cache *cache = &this_cpu->self->pages;
	struct page_node *node = &page_nodes[this_cpu->node];

	spin_lock(&node->lock);
	while (cache->count > keep) {
		void **page = cache->pages;

		cache->pages = *page;
		cache->count--;
		block_give(node, page_number(page), 0);
	}
	spin_unlock(&node->lock);
}

void *page_alloc(unsigned order)
{
	void **page;

	if (order > 0)
		return page_alloc_node(order, this_cpu->node);
	page = this_cpu->pages.pages;
	if (page == NULL)
		return page_cache_refill();
	this_cpu->pages.pages = *page;
	this_cpu->pages.count--;
	return page;
}

/* Everything but a single page of the own node. */
static __attribute__((noinline)) void page_free_block(size_t number)
{
	unsigned tag = page_tags[number];
	struct page_node *node = &page_nodes[tag >> PAGE_NODE_SHIFT];

	ASSERT((tag & PAGE_KIND) == PAGE_USED);
	spin_lock(&node->lock);
	block_give(node, number, tag & PAGE_VALUE);
	spin_unlock(&node->lock);
}

void page_free(void *block)
{
	size_t number = page_number(block);

	ASSERT(number < page_limit && (uintptr_t)block % PAGE_BYTES == 0);
	if (page_tags[number] != this_cpu->pages.own) {
		page_free_block(number);
		return;
	}
	*(void **)block = this_cpu->pages.pages;
	this_cpu->pages.pages = block;
	if (++this_cpu->pages.count > CACHE_MAX)
		page_cache_give(CACHE_MAX - CACHE_REFILL);
}

void page_cache_flush(void)
{
	page_cache_give(0);
}

unsigned page_order(size_t len_bytes)
{
	size_t pages = len_bytes <= PAGE_BYTES ? 0 : (len_bytes - 1) / PAGE_BYTES; /* whole ones before the last */
	unsigned order = pages == 0 ? 0 : 64 - (unsigned)__builtin_clzl(pages);

	return order < PAGE_ORDERS ? order : PAGE_ORDERS;
}

size_t page_free_count(void)
{
	size_t count = 0;

	for (unsigned node = 0; node < node_count; node++)
		count += page_node_free_count(node);
	return count;
}

size_t page_total_count(void)
{
	return page_total;
}

size_t page_node_free_count(unsigned node)
{
	return __atomic_load_n(&page_nodes[node].frees, __ATOMIC_RELAXED);
}

size_t page_node_total_count(unsigned node)
{
	return page_nodes[node].total;
}

unsigned page_memory_node(unsigned node)
{
	return page_nodes[node].helpers[0];
}

void page_note(void *block, unsigned note)
{
	size_t number = page_number(block);
	unsigned tag = page_tags[number];

	ASSERT((tag & PAGE_KIND) == PAGE_USED && note <= PAGE_VALUE);
	tags_fill(number, number + ((size_t)1 << (tag & PAGE_VALUE)), (tag & ~0xffu) | PAGE_NOTED | note);
}

uint64_t page_alloc_phys(void)
{
	return (uintptr_t)page_alloc(0);
}

void page_free_phys(uint64_t page)
{
	page_free((void *)page);
}
