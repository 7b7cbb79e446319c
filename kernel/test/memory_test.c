/* SPDX-License-Identifier: MIT */
/*
 * Pages and objects: alignment, no overlap, nothing lost, under random load, also when an object is freed on another
 * CPU than it came from.
 */
#include "core/heap.h"
#include "core/ktest.h"
#include "core/page.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/string.h"
#include "x86/boot_info.h"
#include "x86/memory.h"

/* --- Pages ----------------------------------------------------------------------------------------------------------------- */

enum { BLOCKS = 200, BLOCK_ORDER_MAX = 6 };

static struct {
	uint64_t *at;
	unsigned order;
} blocks[BLOCKS];

/* First and last word of each page hold who owns it. */
static void block_mark(unsigned i)
{
	for (unsigned page = 0; page < 1u << blocks[i].order; page++) {
		blocks[i].at[page * PAGE_BYTES / 8] = i;
		blocks[i].at[page * PAGE_BYTES / 8 + PAGE_BYTES / 8 - 1] = i;
	}
}

static bool block_intact(unsigned i)
{
	for (unsigned page = 0; page < 1u << blocks[i].order; page++)
		if (blocks[i].at[page * PAGE_BYTES / 8] != i ||
		    blocks[i].at[page * PAGE_BYTES / 8 + PAGE_BYTES / 8 - 1] != i)
			return false;
	return true;
}

/* How many blocks of this order there are: takes them all, linked by their first words, and gives them back. */
static size_t blocks_available(unsigned order)
{
	void **all = NULL, **block;
	size_t count = 0;

	while ((block = page_alloc(order)) != NULL) {
		*block = all;
		all = block;
		count++;
	}
	while (all != NULL) {
		block = all;
		all = *block;
		page_free(block);
	}
	return count;
}

KERNEL_TEST(pages_do_not_overlap_and_merge_again_under_random_load)
{
	uint64_t random = 1;
	size_t pages, large;

	page_cache_flush();
	pages = page_free_count();
	large = blocks_available(9);
	CHECK(large > 0); /* although other tests have split everything */
	for (unsigned step = 0; step < 5000; step++) {
		unsigned i = (unsigned)ktest_random(&random, BLOCKS);

		if (blocks[i].at != NULL) {
			CHECK(block_intact(i));
			page_free(blocks[i].at);
			blocks[i].at = NULL;
			continue;
		}
		blocks[i].order = (unsigned)ktest_random(&random, BLOCK_ORDER_MAX + 1);
		blocks[i].at = page_alloc(blocks[i].order);
		if (blocks[i].at == NULL)
			continue;
		CHECK((uintptr_t)blocks[i].at % ((size_t)PAGE_BYTES << blocks[i].order) == 0);
		block_mark(i);
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		if (blocks[i].at != NULL) {
			CHECK(block_intact(i));
			page_free(blocks[i].at);
		}
		blocks[i].at = NULL;
	}
	page_cache_flush();
	CHECK(page_free_count() == pages);
	CHECK(blocks_available(9) == large);
}

KERNEL_TEST(pages_run_out_without_harm)
{
	size_t single, pages;

	page_cache_flush();
	pages = page_free_count();
	single = blocks_available(0);
	page_cache_flush();
	CHECK(single == pages);
	CHECK(page_free_count() == pages);
	CHECK(page_alloc(PAGE_ORDERS) == NULL);
}

KERNEL_TEST(page_order_is_the_smallest_that_fits)
{
	CHECK(page_order(1) == 0 && page_order(PAGE_BYTES) == 0);
	CHECK(page_order(PAGE_BYTES + 1) == 1 && page_order(8 * PAGE_BYTES) == 3);
	CHECK(page_order((size_t)PAGE_BYTES << (PAGE_ORDERS - 1)) == PAGE_ORDERS - 1);
	CHECK(page_order(((size_t)PAGE_BYTES << (PAGE_ORDERS - 1)) + 1) == PAGE_ORDERS);
	CHECK(page_order(SIZE_MAX) == PAGE_ORDERS);
}

/* --- Objects --------------------------------------------------------------------------------------------------------------- */

/* An object that knows what it holds: each byte behind the header has the header's mark. */
struct parcel {
	uint32_t len_bytes;
	uint8_t mark;
	uint8_t body[];
};

static struct parcel *parcel_new(uint64_t *random)
{
	/* mostly small, some on the way to pages, a few of several pages */
	static const unsigned limits[] = {32, 64, 128, 300, 300, 600, 2048, 20000};
	uint32_t len_bytes = (uint32_t)(sizeof(struct parcel) + ktest_random(random, limits[ktest_random(random, 8)]));
	struct parcel *parcel = heap_alloc(len_bytes);

	CHECK(parcel != NULL);
	if (parcel == NULL)
		return NULL;
	CHECK((uintptr_t)parcel % HEAP_ALIGN == 0);
	parcel->len_bytes = len_bytes;
	parcel->mark = (uint8_t)ktest_random(random, 256);
	memset(parcel->body, parcel->mark, len_bytes - sizeof(*parcel));
	return parcel;
}

static void parcel_free(struct parcel *parcel)
{
	for (uint32_t i = 0; i < parcel->len_bytes - sizeof(*parcel); i++) {
		if (parcel->body[i] != parcel->mark) {
			CHECK(!"an object holds what its owner wrote");
			break;
		}
	}
	heap_free(parcel);
}

enum { DOORS = 256, DELIVERIES = 1500 };

static struct parcel *doors[DOORS]; /* atomic: whoever exchanges a parcel out owns it */

/* Puts new objects behind random doors and frees what was there, which is often another CPU's. */
static void *deliver(void *arg)
{
	uint64_t random = (uintptr_t)arg;

	for (unsigned i = 0; i < DELIVERIES; i++) {
		struct parcel *parcel = ktest_random(&random, 3) == 0 ? NULL : parcel_new(&random);

		parcel = __atomic_exchange_n(&doors[ktest_random(&random, DOORS)], parcel, __ATOMIC_ACQ_REL);
		if (parcel != NULL)
			parcel_free(parcel);
		if (ktest_random(&random, 16) == 0)
			ktest_wait_turn();
	}
	return NULL;
}

KERNEL_TEST(objects_keep_their_contents_under_random_load_of_all_cpus)
{
	struct thread *threads[32];
	unsigned count = cpu_count < 16 ? 2 * cpu_count : 32;

	for (unsigned i = 0; i < count; i++)
		threads[i] = ktest_start(i % cpu_count, deliver, (void *)(uintptr_t)(i + 1));
	for (unsigned i = 0; i < count; i++)
		thread_join(threads[i]);
	for (unsigned i = 0; i < DOORS; i++) {
		if (doors[i] != NULL)
			parcel_free(doors[i]);
		doors[i] = NULL;
	}
}

KERNEL_TEST(objects_of_every_size_are_large_enough_and_aligned)
{
	for (unsigned len_bytes = 0; len_bytes <= 3 * HEAP_SMALL_MAX; len_bytes++) {
		uint8_t *a = heap_alloc(len_bytes), *b = heap_alloc(len_bytes);

		CHECK(a != NULL && b != NULL && (a + len_bytes <= b || b + len_bytes <= a));
		CHECK((uintptr_t)a % HEAP_ALIGN == 0);
		CHECK(len_bytes < HEAP_ALIGN_LINE_MIN || len_bytes % 64 != 0 || (uintptr_t)a % 64 == 0);
		memset(a, 1, len_bytes);
		memset(b, 2, len_bytes);
		CHECK(len_bytes == 0 || (a[len_bytes - 1] == 1 && b[0] == 2));
		heap_free(a);
		heap_free(b);
	}
	heap_free(NULL);
}

KERNEL_TEST(an_impossible_object_is_refused)
{
	CHECK(heap_alloc(SIZE_MAX) == NULL);
	CHECK(heap_alloc((size_t)1 << 46) == NULL);
}

static void *free_all(void *arg)
{
	void **all = arg;

	while (all != NULL) {
		void **object = all;

		all = *object;
		heap_free(object);
	}
	return NULL;
}

/* One CPU only allocates, the other only frees: whole batches must come back, or memory would grow without end. */
KERNEL_TEST_CPUS(objects_made_here_and_freed_there_come_back, 2)
{
	size_t pages = 0;

	for (unsigned round = 0; round < 40; round++) {
		void **all = NULL;

		for (unsigned i = 0; i < 500; i++) {
			void **object = heap_alloc(100);

			*object = all;
			all = object;
		}
		thread_join(ktest_start(cpu_count - 1, free_all, all));
		if (round == 10)
			pages = page_free_count();
	}
	CHECK(page_free_count() == pages);
}

/* --- The boot loader's map ---------------------------------------------------------------------------------------------------- */

enum { MAP_ENTRIES = 4 };

/* RAM in two neighbouring entries, an overlapping one that is something else, and a hole of one byte before more RAM. */
static const struct boot_memory map[MAP_ENTRIES] = {
    {.range = {.base = 0x3000, .len_bytes = 0x1000}, .ram = true},
    {.range = {.base = 0x1000, .len_bytes = 0x2000}, .ram = true},
    {.range = {.base = 0x3800, .len_bytes = 0x100}, .ram = false},
    {.range = {.base = 0x4001, .len_bytes = 0x1000}, .ram = true},
};

/* The map is of use at boot only, and nobody else runs now. */
KERNEL_TEST(memory_is_ram_only_where_the_map_has_nothing_else)
{
	static struct boot_memory saved[MAP_ENTRIES];
	unsigned saved_count = boot_info.memory_count;
	bool inside, joined, other, hole, before;

	memcpy(saved, boot_info.memory, sizeof(saved));
	memcpy(boot_info.memory, map, sizeof(map));
	boot_info.memory_count = MAP_ENTRIES;
	inside = memory_is_ram(0x1000, 0x3000);
	joined = memory_is_ram(0x2000, 0x3800) && memory_is_ram(0x3900, 0x4000);
	other = memory_is_ram(0x1000, 0x3801) || memory_is_ram(0x38ff, 0x4000);
	hole = memory_is_ram(0x3900, 0x4002) || memory_is_ram(0x4000, 0x4001);
	before = memory_is_ram(0xfff, 0x2000);
	memcpy(boot_info.memory, saved, sizeof(saved));
	boot_info.memory_count = saved_count;
	CHECK(inside && joined && !other && !hole && !before);
}

KERNEL_TEST(this_kernel_lies_in_ram)
{
	extern const char image_begin[], image_end[]; /* kernel.ld */

	CHECK(memory_is_ram((uintptr_t)image_begin, (uintptr_t)image_end));
	CHECK((uintptr_t)image_begin >= 16ul << 20);
}
