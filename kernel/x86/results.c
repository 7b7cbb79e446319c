/* SPDX-License-Identifier: MIT */
/*
 * One region, found at boot, or none.
 */
#include "results.h"

#include "boot.h"
#include "boot_info.h"
#include "console.h"
#include "core/panic.h"
#include "facts.h"
#include "memory.h"
#include "region.h"
#include "text.h"

static struct region region;
static struct memory_range range; /* len_bytes 0: none */
static const char *refusal;       /* why there is none; NULL: nobody asked */

/*
 * Whether the memory map calls this place reserved because an earlier boot of this kernel asked Linux to: its region is still
 * there. Then it is RAM like any other from here on, except that it is not free.
 */
static bool place_take_over(uint64_t base, uint64_t len_bytes)
{
	if (base + len_bytes > 1ul << 32 || memory_touches_ram(base, base + len_bytes)) /* boot.S maps that much */
		return false;
	for (unsigned at = 0; at < boot_info.memory_count; at++) {
		struct boot_memory *entry = &boot_info.memory[at];

		if (entry->range.base != base || entry->range.len_bytes != len_bytes)
			continue;
		entry->ram = region_is_there((const void *)base);
		return entry->ram;
	}
	return false;
}

static const char *place_refusal(uint64_t base, uint64_t len_bytes)
{
	if (base == 0 || base % PAGE_BYTES != 0 || len_bytes % PAGE_BYTES != 0)
		return "results=: both numbers must be multiples of 4K, and the first not 0";
	if (len_bytes < WIRE_REGION_BYTES_MIN)
		return "results=: the region must have 1M at least";
	if (base + len_bytes >= base && place_take_over(base, len_bytes))
		return NULL;
	if (base + len_bytes < base || !memory_is_ram(base, base + len_bytes))
		return "results=: not all of the region is RAM: choose another place";
	if (!memory_reserve(base, base + len_bytes))
		return "results=: the region overlaps the kernel, a module or the first MiB: choose another place";
	return NULL;
}

void results_reserve(void)
{
	size_t len_bytes;
	const char *value = boot_option("results", &len_bytes);
	uint64_t base, region_bytes;

	/* what is no place at all is left to core, which knows how to complain */
	if (value == NULL || !region_place(value, len_bytes, &base, &region_bytes))
		return;
	refusal = place_refusal(base, region_bytes);
	if (refusal == NULL)
		range = (struct memory_range){.base = base, .len_bytes = region_bytes};
}

static void results_sink(const char *bytes, size_t len_bytes)
{
	region_write(&region, bytes, len_bytes);
}

void results_begin(void)
{
	static char place[48];
	struct text text = {.bytes = place, .max_bytes = sizeof(place)};

	machine_facts.results = "none";
	if (refusal == NULL && range.len_bytes == 0)
		return;
	if (refusal == NULL) {
		region_open(&region, (void *)range.base, range.len_bytes, machine_facts.entry_tsc);
		if (!console_add(results_sink))
			refusal = "results=: the console has no place for the region";
	}
	if (refusal != NULL) {
		boot_warn(refusal, NULL);
		return;
	}
	text_hex(&text, range.base, 1);
	text_string(&text, "+");
	text_hex(&text, range.len_bytes, 1);
	machine_facts.results = text_end(&text);
}

const struct memory_range *results_range(void)
{
	return range.len_bytes != 0 ? &range : NULL;
}

void results_check(void)
{
	if (refusal != NULL && boot_option_is("after", "linux"))
		panic("with after=linux the results would be lost, so nothing is measured: %s", refusal);
}

void results_end(uint32_t code)
{
	region_close(&region, code);
}
