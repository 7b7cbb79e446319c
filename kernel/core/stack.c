/* SPDX-License-Identifier: MIT */
/*
 * The window grows from its begin, by chunks, and never shrinks.
 */
#include "core/stack.h"

#include "core/fiber.h"
#include "core/format.h"
#include "core/page.h"
#include "core/percpu.h"
#include "core/spin.h"
#include "core/string.h"
#include "x86/core_hooks.h"

enum { CLEAR_BYTES = PAGE_BYTES / STACK_CHUNK /* of the next chunk's table, with each stack */ };

_Static_assert(STACK_SLOT_BYTES *STACK_CHUNK == PAGING_TABLE_BYTES, "slots fill a page table exactly");

struct stack_chunk {
	uint32_t first; /* its slots are first … first + STACK_CHUNK - 1 */
	char *table;    /* page table */
	char *memory;   /* of all its stacks, or NULL: there was no such block, each stack has one of its own */
};

/* Of one node; under lock. */
static struct stack_node {
	struct spin lock;
	unsigned used;     /* slots of now */
	unsigned prepared; /* steps done for next: STACK_CHUNK and it is ready */
	struct stack_chunk now, next;
} __attribute__((aligned(64))) stack_nodes[NODE_MAX];

static uint32_t stack_slots; /* numbers given to chunks; atomic */
static uint32_t stack_used;  /* slots handed out; atomic */

static uintptr_t stack_slot(uint32_t number)
{
	return paging_window_begin + (uintptr_t)number * STACK_SLOT_BYTES;
}

/* A chunk's number and its page table, not yet cleared. False: no room or no page for the table. */
static bool stack_chunk_begin(struct stack_chunk *chunk, unsigned node)
{
	if (stack_slot(__atomic_load_n(&stack_slots, __ATOMIC_RELAXED) + NODE_MAX * STACK_CHUNK) >=
	    paging_window_begin + paging_window_bytes)
		return false;
	chunk->table = page_alloc_node(0, node);
	if (chunk->table == NULL)
		return false;
	chunk->first = __atomic_fetch_add(&stack_slots, STACK_CHUNK, __ATOMIC_RELAXED);
	return true;
}

static void stack_chunk_memory(struct stack_chunk *chunk, unsigned node)
{
	chunk->memory = page_alloc_node(page_order(STACK_BYTES * STACK_CHUNK), node);
	if (chunk->memory != NULL && page_node(chunk->memory) != page_memory_node(node)) {
		page_free(chunk->memory); /* the node may still have smaller blocks of its own */
		chunk->memory = NULL;
	}
}

/* One of the STACK_CHUNK steps that make the next chunk ready. False: no memory; the step is to be tried again. */
static bool stack_prepare(struct stack_node *stacks, unsigned node)
{
	struct stack_chunk *next = &stacks->next;

	if (stacks->prepared == 0 && !stack_chunk_begin(next, node))
		return false;
	memset(next->table + stacks->prepared * CLEAR_BYTES, 0, CLEAR_BYTES);
	if (stacks->prepared == STACK_CHUNK / 2)
		stack_chunk_memory(next, node);
	if (stacks->prepared == STACK_CHUNK - 1 && paging_install(stack_slot(next->first), next->table) != 0)
		return false;
	stacks->prepared++;
	return true;
}

/* Goes on with the next chunk, which is ready unless it is the node's first or memory was short. */
static bool stack_chunk_next(struct stack_node *stacks, unsigned node)
{
	while (stacks->prepared < STACK_CHUNK)
		if (!stack_prepare(stacks, node))
			return false;
	stacks->now = stacks->next;
	stacks->used = 0;
	stacks->prepared = 0;
	return true;
}

static uintptr_t stack_take(struct stack_node *stacks, uint32_t *number, unsigned *node)
{
	struct stack_chunk *chunk = &stacks->now;
	uintptr_t base;
	char *memory;

	if ((chunk->table == NULL || stacks->used == STACK_CHUNK) && !stack_chunk_next(stacks, *node))
		return 0;
	if (chunk->memory != NULL)
		memory = chunk->memory + stacks->used * STACK_BYTES;
	else
		memory = page_alloc_node(page_order(STACK_BYTES), *node);
	if (memory == NULL)
		return 0;
	*number = chunk->first + stacks->used++;
	base = stack_slot(*number);
	paging_fill(chunk->table, base + STACK_GUARD_BYTES, (uintptr_t)memory, STACK_BYTES / PAGE_BYTES);
	if (stacks->prepared < STACK_CHUNK)
		stack_prepare(stacks, *node);
	*node = page_node(memory);
	return base + STACK_SLOT_BYTES;
}

uintptr_t stack_new_node(uint32_t *number, unsigned *node)
{
	struct stack_node *stacks = &stack_nodes[*node];
	uintptr_t top;

	spin_lock(&stacks->lock);
	top = stack_take(stacks, number, node);
	spin_unlock(&stacks->lock);
	if (top != 0)
		__atomic_fetch_add(&stack_used, 1, __ATOMIC_RELAXED);
	return top;
}

uintptr_t stack_new(uint32_t *number)
{
	unsigned node = this_cpu->node;

	return stack_new_node(number, &node);
}

uint32_t stack_count(void)
{
	return __atomic_load_n(&stack_used, __ATOMIC_RELAXED);
}

const char *thread_describe_fault(uintptr_t address)
{
	static char text[64]; /* only a CPU that is about to panic comes here; two at once can only garble it */

	if (address < paging_window_begin || address >= stack_slot(__atomic_load_n(&stack_slots, __ATOMIC_RELAXED)))
		return NULL;
	if ((address - paging_window_begin) % STACK_SLOT_BYTES >= STACK_GUARD_BYTES)
		return NULL;
	if (fiber_stack_holds(this_cpu->current, address)) {
		format_text(text, sizeof(text), "stack overflow of a fiber of thread %u", this_cpu->current->id);
		return text;
	}
	format_text(text, sizeof(text), "stack overflow of thread %lu",
		    (address - paging_window_begin) / STACK_SLOT_BYTES);
	return text;
}
