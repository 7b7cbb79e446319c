/* SPDX-License-Identifier: MIT */
/*
 * The memory map. Entries may overlap and come in any order; what any entry calls reserved is not free.
 */
#include "memory.h"

#include "boot_info.h"
#include "core/panic.h"
#include "cpu.h"
#include "numa.h"

enum {
	RANGES_MAX = 1024,
	LOW_MEMORY_END = 0x100000,    /* firmware tables and real-mode code live below: never handed out */
	LOW_MEMORY_RAM_END = 0xa0000, /* video memory begins */
};

extern const char image_begin[], image_end[]; /* kernel.ld */

static struct memory_range ranges[RANGES_MAX];
static size_t ranges_count;

static uint64_t range_end(const struct memory_range *range)
{
	uint64_t end = range->base + range->len_bytes;

	return end < range->base ? UINT64_MAX : end; /* firmware has been seen to describe ranges past the end */
}

/* Appends [base, end) made smaller to whole pages. A list that is full loses the range: less memory, nothing worse. */
static void ranges_add(uint64_t base, uint64_t end)
{
	base = (base + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
	end &= ~(uint64_t)(PAGE_BYTES - 1);
	if (base < end && ranges_count < RANGES_MAX)
		ranges[ranges_count++] = (struct memory_range){.base = base, .len_bytes = end - base};
}

/* Removes [base, end) from all ranges. */
static void ranges_subtract(uint64_t base, uint64_t end)
{
	size_t count = ranges_count;

	for (size_t at = 0; at < count; at++) {
		struct memory_range old = ranges[at];
		uint64_t old_end = range_end(&old);

		if (old_end <= base || end <= old.base)
			continue;
		/* what is left goes to the end of the list; the hole is filled by the last of the old entries */
		ranges[at--] = ranges[--count];
		ranges[count] = ranges[--ranges_count];
		if (old.base < base)
			ranges_add(old.base, base);
		if (end < old_end)
			ranges_add(end, old_end);
	}
}

static void ranges_sort(void)
{
	for (size_t next = 1; next < ranges_count; next++) {
		struct memory_range range = ranges[next];
		size_t at = next;

		for (; at > 0 && ranges[at - 1].base > range.base; at--)
			ranges[at] = ranges[at - 1];
		ranges[at] = range;
	}
}

void memory_init(void)
{
	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		const struct memory_range *range = &boot_info.memory[at].range;

		if (!boot_info.memory[at].ram)
			continue;
		ranges_subtract(range->base, range_end(range)); /* entries may overlap: no page twice */
		ranges_add(range->base, range_end(range));
	}
	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		const struct memory_range *range = &boot_info.memory[at].range;

		if (!boot_info.memory[at].ram)
			ranges_subtract(range->base, range_end(range));
	}
	for (unsigned at = 0; at < boot_info.modules_count; at++)
		ranges_subtract(boot_info.modules[at].range.base, range_end(&boot_info.modules[at].range));
	ranges_subtract(0, LOW_MEMORY_END);
	ranges_subtract((uintptr_t)image_begin, (uintptr_t)image_end);
	ranges_sort();
	if (ranges_count == 0)
		panic("no free memory in the boot loader's map of %u entries", boot_info.memory_count);
	if (!memory_is_ram((uintptr_t)image_begin, (uintptr_t)image_end))
		panic("this kernel lies at 0x%lx to 0x%lx, and not all of that is RAM in the boot loader's map",
		      (unsigned long)(uintptr_t)image_begin, (unsigned long)(uintptr_t)image_end);
}

bool memory_reserve(uint64_t base, uint64_t end)
{
	uint64_t free_end = base;

	/* ascending, and they do not overlap: what is free from base on */
	for (size_t at = 0; at < ranges_count; at++) {
		if (ranges[at].base <= free_end && free_end < range_end(&ranges[at]))
			free_end = range_end(&ranges[at]);
	}
	if (free_end < end)
		return false;
	ranges_subtract(base, end);
	ranges_sort();
	return true;
}

uint64_t memory_reserve_low(uint64_t len_bytes, uint64_t align_bytes, uint64_t low)
{
	for (size_t at = 0; at < ranges_count; at++) {
		uint64_t base = ranges[at].base < low ? low : ranges[at].base;

		base = (base + align_bytes - 1) & ~(align_bytes - 1);
		if (base + len_bytes > range_end(&ranges[at]) || base + len_bytes > 1ul << 32)
			continue;
		return memory_reserve(base, base + len_bytes) ? base : 0;
	}
	return 0;
}

void memory_assign_nodes(void)
{
	for (size_t at = 0; at < ranges_count; at++) {
		struct memory_range *range = &ranges[at];
		uint64_t end = range_end(range);

		range->node = numa_node_of_memory(range->base, &end);
		end = (end + PAGE_BYTES - 1) &
		      ~(uint64_t)(PAGE_BYTES - 1); /* a page of two nodes counts as the first's */
		if (end >= range_end(range) || ranges_count == RANGES_MAX)
			continue;
		/* the rest is a range of its own, and is looked at next */
		for (size_t move = ranges_count++; move > at + 1; move--)
			ranges[move] = ranges[move - 1];
		ranges[at + 1] = (struct memory_range){.base = end, .len_bytes = range_end(range) - end};
		range->len_bytes = end - range->base;
	}
}

size_t memory_ranges(const struct memory_range **list)
{
	*list = ranges;
	return ranges_count;
}

uintptr_t memory_boot_pages(size_t pages)
{
	uint64_t len_bytes = pages * PAGE_BYTES;

	for (size_t at = ranges_count; at-- > 0;) {
		struct memory_range *range = &ranges[at];

		if (range_end(range) > UINT32_MAX || range->len_bytes <= len_bytes)
			continue;
		range->len_bytes -= len_bytes;
		return range->base + range->len_bytes;
	}
	panic("no %lu free pages below 4 GiB", (unsigned long)pages);
}

bool memory_touches_ram(uint64_t base, uint64_t end)
{
	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		const struct boot_memory *memory = &boot_info.memory[at];

		if (memory->ram && memory->range.base < end && base < range_end(&memory->range))
			return true;
	}
	return false;
}

/* The end of the piece of RAM that goes on from here, as far as one entry knows; the address itself: it is not RAM. */
static uint64_t ram_goes_on(uint64_t address)
{
	uint64_t furthest = address;

	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		const struct boot_memory *memory = &boot_info.memory[at];

		if (memory->ram && memory->range.base <= address && range_end(&memory->range) > furthest)
			furthest = range_end(&memory->range);
	}
	return furthest;
}

bool memory_is_ram(uint64_t base, uint64_t end)
{
	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		const struct boot_memory *memory = &boot_info.memory[at];

		if (!memory->ram && memory->range.base < end && base < range_end(&memory->range))
			return false;
	}
	/* firmware may describe neighbours of the same kind one by one */
	for (uint64_t at = base, next; at < end; at = next) {
		next = ram_goes_on(at);
		if (next == at)
			return false;
	}
	return true;
}

uintptr_t memory_low_page(void)
{
	/* from the top, away from the firmware's data at the bottom; page 0 is never mapped */
	for (uintptr_t page = LOW_MEMORY_RAM_END - PAGE_BYTES; page > 0; page -= PAGE_BYTES) {
		if (memory_is_ram(page, page + PAGE_BYTES))
			return page;
	}
	return 0;
}

uint64_t memory_ram_end(void)
{
	uint64_t highest = 0;

	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		uint64_t end = range_end(&boot_info.memory[at].range);

		if (boot_info.memory[at].ram && end > highest)
			highest = end;
	}
	return highest;
}

uint64_t memory_map_end(void)
{
	uint64_t highest = 0;

	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		uint64_t end = range_end(&boot_info.memory[at].range);

		if (end > highest)
			highest = end;
	}
	return highest;
}
