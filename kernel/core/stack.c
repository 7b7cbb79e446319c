/* SPDX-License-Identifier: MIT */
/*
 * The window grows from its begin and never shrinks: which slots exist is one number.
 */
#include "core/stack.h"

#include "core/format.h"
#include "core/page.h"
#include "core/spin.h"
#include "x86/core_hooks.h"

static struct spin stack_lock;
static uint32_t stack_slots; /* slots handed out; written under stack_lock */
/* The next slot, as far as it has been made: kept when memory runs out on the way. Under stack_lock. */
static char *stack_memory;
static unsigned stack_mapped; /* pages */

static uintptr_t stack_slot(uint32_t number)
{
	return paging_window_begin + (uintptr_t)number * STACK_SLOT_BYTES;
}

/* Memory in one block: that is one allocation, not eight. */
static bool stack_map(uintptr_t base)
{
	if (stack_memory == NULL)
		stack_memory = page_alloc(page_order(STACK_BYTES));
	if (stack_memory == NULL)
		return false;
	for (; stack_mapped < STACK_BYTES / PAGE_BYTES; stack_mapped++) {
		uintptr_t offset = stack_mapped * PAGE_BYTES;

		if (paging_map(base + STACK_GUARD_BYTES + offset, (uintptr_t)stack_memory + offset) != 0)
			return false;
	}
	return true;
}

uintptr_t stack_new(uint32_t *number)
{
	uintptr_t base, top = 0;

	spin_lock(&stack_lock);
	base = stack_slot(stack_slots);
	if (base + STACK_SLOT_BYTES <= paging_window_begin + paging_window_bytes && stack_map(base)) {
		*number = stack_slots++;
		stack_memory = NULL;
		stack_mapped = 0;
		top = base + STACK_SLOT_BYTES;
	}
	spin_unlock(&stack_lock);
	return top;
}

uint32_t stack_count(void)
{
	return __atomic_load_n(&stack_slots, __ATOMIC_RELAXED);
}

const char *thread_describe_fault(uintptr_t address)
{
	static char text[64]; /* only a CPU that is about to panic comes here; two at once can only garble it */

	if (address < paging_window_begin || address >= stack_slot(stack_count()))
		return NULL;
	if ((address - paging_window_begin) % STACK_SLOT_BYTES >= STACK_GUARD_BYTES)
		return NULL;
	format_text(text, sizeof(text), "stack overflow of thread %lu",
		    (address - paging_window_begin) / STACK_SLOT_BYTES);
	return text;
}
