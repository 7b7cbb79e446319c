/* SPDX-License-Identifier: MIT */
/*
 * Four-level paging: SDM vol. 3 §4.5. Tables only grow: an entry, once present, never changes while other CPUs run, so
 * nobody ever has to flush a TLB, and paging_install() needs no lock.
 */
#include "paging.h"

#include "core/error.h"
#include "core/panic.h"
#include "core_hooks.h"
#include "cpu.h"
#include "facts.h"
#include "layout.h"
#include "memory.h"
#include "msr.h"

/* Entry bits: SDM vol. 3 tables 4-15 … 4-20. */
#define PRESENT 0x001ul
#define WRITABLE 0x002ul
#define UNCACHED 0x018ul /* PWT and PCD: uncacheable whatever the MTRRs say, SDM vol. 3 table 12-7 */
#define ACCESSED 0x020ul
#define DIRTY 0x040ul
#define LARGE 0x080ul
#define NO_EXECUTE (1ul << 63)
#define ADDRESS 0x000ffffffffff000ul

#define MIB_2 (1ul << 21)
#define GIB (1ul << 30)
#define IDENTITY_MAX (1ul << 46) /* half of the lower half: everything above is for windows */

enum { ENTRIES = 512 };

extern const char image_begin[], image_text_end[], image_rodata_begin[], image_rodata_end[],
    image_end[];                     /* kernel.ld */
extern uint32_t boot_cr3, boot_efer; /* boot.S */

const uintptr_t paging_window_begin = 0xffff800000000000;
const size_t paging_window_bytes = 1ul << 40;

static uint64_t pml4[ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static uint64_t no_execute; /* NO_EXECUTE, or 0 on a CPU without it */
static uint64_t identity_end;

static uint64_t table_boot_page(void)
{
	uint64_t *table = (uint64_t *)memory_boot_pages(1);

	for (unsigned at = 0; at < ENTRIES; at++)
		table[at] = 0;
	return (uintptr_t)table;
}

static unsigned table_index(uintptr_t va, unsigned level)
{
	return va >> (12 + 9 * level) & (ENTRIES - 1);
}

/* The table below *entry, made if there is none; boot only. */
static uint64_t *table_boot(uint64_t *entry)
{
	if ((*entry & PRESENT) == 0)
		*entry = table_boot_page() | PRESENT | WRITABLE;
	return (uint64_t *)(*entry & ADDRESS);
}

/* The entry for va in the table of this level: 0 = 4 KiB pages, 1 = 2 MiB, 2 = 1 GiB; boot only. */
static uint64_t *entry_boot(uintptr_t va, unsigned level)
{
	uint64_t *table = pml4;

	for (unsigned at = 3; at > level; at--)
		table = table_boot(&table[table_index(va, at)]);
	return &table[table_index(va, level)];
}

/* How [base, end) may be used: the kernel's own sections begin at multiples of 2 MiB (kernel.ld). */
static uint64_t identity_flags(uint64_t base, uint64_t end)
{
	uint64_t text = (uintptr_t)image_begin, rodata = (uintptr_t)image_rodata_begin;

	if (base < (uintptr_t)image_text_end && text < end)
		return PRESENT;
	if (base < (uintptr_t)image_rodata_end && rodata < end)
		return PRESENT | no_execute;
	return PRESENT | WRITABLE | no_execute | (memory_touches_ram(base, end) ? 0 : UNCACHED);
}

/* The first 2 MiB by 4 KiB pages, without page 0. */
static void identity_map_first(void)
{
	for (uintptr_t va = PAGE_BYTES; va < MIB_2; va += PAGE_BYTES)
		*entry_boot(va, 0) = va | identity_flags(va, va + PAGE_BYTES);
}

static void identity_map_by_2mib(uint64_t base, uint64_t end)
{
	for (uint64_t va = base; va < end; va += MIB_2)
		*entry_boot(va, 1) = va | LARGE | identity_flags(va, va + MIB_2);
}

/* The GiB that holds the image, and one that is partly RAM, partly devices, consist of 2 MiB pages. */
static bool gib_is_uniform(uint64_t base)
{
	if (base < (uintptr_t)image_end)
		return false;
	return memory_is_ram(base, base + GIB) || !memory_touches_ram(base, base + GIB);
}

static void identity_map(void)
{
	uint64_t *first = entry_boot(0, 1);

	for (uint64_t base = 0; base < identity_end; base += GIB) {
		if (machine_facts.pages_1gib && gib_is_uniform(base))
			*entry_boot(base, 2) = base | LARGE | identity_flags(base, base + GIB);
		else
			identity_map_by_2mib(base, base + GIB);
	}
	*first = 0;
	identity_map_first();
}

/*
 * With pages of 1 GiB a table is 512 GiB: everything the firmware mentions, and at least one table full. Without them only
 * RAM and the first 4 GiB, where the devices are.
 */
static uint64_t identity_bytes(void)
{
	uint64_t least = machine_facts.pages_1gib ? 512 * GIB : 4 * GIB;
	uint64_t end = machine_facts.pages_1gib ? memory_map_end() : memory_ram_end();
	unsigned bits = cpuid_leaf(0x80000008, 0).eax & 0xff; /* physical address width: SDM vol. 2, CPUID */

	if (end < least)
		end = least;
	if (bits >= 36 && bits < 46 && end > 1ul << bits)
		end = 1ul << bits;
	if (end > IDENTITY_MAX)
		end = IDENTITY_MAX;
	return (end + GIB - 1) & ~(GIB - 1);
}

void paging_init(void)
{
	struct cpuid extended = cpuid_leaf(0x80000001, 0);

	machine_facts.pages_1gib = extended.edx >> 26 & 1; /* SDM vol. 2, CPUID 80000001H */
	if (extended.edx >> 20 & 1) {
		no_execute = NO_EXECUTE;
		boot_efer |= EFER_NXE;
		msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_NXE);
	}
	identity_end = identity_bytes();
	identity_map();
	for (uintptr_t va = 0; va < paging_window_bytes; va += ENTRIES * GIB) /* the root is final: catch.c copies it */
		entry_boot(paging_window_begin + va, 2);
	boot_cr3 = (uint32_t)(uintptr_t)pml4; /* the image lies below 4 GiB; the other CPUs start on it */
	cr3_write((uintptr_t)pml4);
}

/* The table below *entry for paging_install(). NULL: no memory. Several CPUs may come here for the same entry. */
static uint64_t *table_get(uint64_t *entry)
{
	uint64_t old = __atomic_load_n(entry, __ATOMIC_ACQUIRE), page; /* acquire: the table's cleared contents */

	if (old & PRESENT)
		return (uint64_t *)(old & ADDRESS);
	page = page_alloc_phys();
	if (page == 0)
		return NULL;
	for (unsigned at = 0; at < ENTRIES; at++)
		((uint64_t *)page)[at] = 0;
	/* release: the table is empty before anyone, the CPUs' page walkers included, can find it */
	if (__atomic_compare_exchange_n(entry, &old, page | PRESENT | WRITABLE, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return (uint64_t *)page;
	page_free_phys(page);
	return (uint64_t *)(old & ADDRESS);
}

int paging_install(uintptr_t va, void *page)
{
	uint64_t *table = pml4, *entry;

	ASSERT(va - paging_window_begin < paging_window_bytes && va % PAGING_TABLE_BYTES == 0);
	for (unsigned level = 3; level > 1; level--) {
		table = table_get(&table[table_index(va, level)]);
		if (table == NULL)
			return -ENOMEM;
	}
	entry = &table[table_index(va, 1)];
	ASSERT(*entry == 0);
	/*
	 * Not present before, so no TLB holds it: SDM vol. 3 §4.10.2.3. Release: the cleared contents are there before the
	 * CPUs' page walkers can find the table.
	 */
	__atomic_store_n(entry, (uintptr_t)page | PRESENT | WRITABLE, __ATOMIC_RELEASE);
	return 0;
}

/* Accessed and dirty from the beginning: nobody here looks at the two bits, and a CPU that must set them takes an assist. */
void paging_fill(void *table, uintptr_t va, uintptr_t pa, unsigned pages)
{
	uint64_t *entry = (uint64_t *)table + table_index(va, 0);
	uint64_t value = pa | PRESENT | WRITABLE | ACCESSED | DIRTY | no_execute;

	for (; pages > 0; pages--) {
		__atomic_store_n(entry++, value, __ATOMIC_RELAXED); /* whole: page walkers may look */
		value += PAGE_BYTES;
	}
}

/* The entry that maps the address, and its level: 0 if there is none. */
static uint64_t entry_find(uintptr_t address, unsigned *level)
{
	uint64_t *table = pml4, entry;

	if ((intptr_t)(address << 16) >> 16 != (intptr_t)address)
		return 0; /* not canonical */
	for (*level = 3;; --*level) {
		entry = __atomic_load_n(&table[table_index(address, *level)], __ATOMIC_ACQUIRE);
		if ((entry & PRESENT) == 0)
			return 0;
		if (*level == 0 || entry & LARGE)
			return entry;
		table = (uint64_t *)(entry & ADDRESS);
	}
}

bool paging_is_mapped(uintptr_t address)
{
	unsigned level;

	return entry_find(address, &level) != 0;
}

uintptr_t paging_physical(uintptr_t address)
{
	unsigned level;
	uint64_t entry = entry_find(address, &level), offset = (1ul << (12 + 9 * level)) - 1;

	return entry == 0 ? 0 : (entry & ADDRESS & ~offset) | (address & offset);
}

void paging_map_boot(uintptr_t va, unsigned pages)
{
	uintptr_t pa = memory_boot_pages(pages);

	for (unsigned at = 0; at < pages; at++)
		*entry_boot(va + at * PAGE_BYTES, 0) = (pa + at * PAGE_BYTES) | PRESENT | WRITABLE | no_execute;
}

void paging_map_device(uintptr_t base)
{
	uintptr_t page = base & ~(MIB_2 - 1);

	if (page < identity_end)
		return;
	*entry_boot(page, 1) = page | LARGE | PRESENT | WRITABLE | no_execute | UNCACHED;
}
