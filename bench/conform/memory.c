/* SPDX-License-Identifier: MIT */
/*
 * The allocator: aligned, writable, nobody else's, from any CPU to any CPU.
 */
#include "../splitmix.h"
#include "conform.h"

enum { BLOCKS = 64, STEPS = 2000, SIZE_MAX_BYTES = 20000 };

struct block {
	uint8_t *at;
	size_t len_bytes;
	uint8_t mark;
};

static void block_free(struct block *block)
{
	os_free(block->at);
	block->at = NULL;
}

/* Marks every byte: a block that overlaps another one or somebody's bookkeeping loses its marks. */
static void block_make(struct conform *t, struct block *block, size_t len_bytes, uint8_t mark)
{
	block->at = os_malloc(len_bytes);
	block->len_bytes = len_bytes;
	block->mark = mark;
	CHECK(t, block->at != NULL);
	CHECK_EQUAL(t, (uintptr_t)block->at % 16, 0);
	for (size_t i = 0; block->at != NULL && i < len_bytes; i++)
		block->at[i] = (uint8_t)(mark + i);
}

static void block_check(struct conform *t, const struct block *block)
{
	size_t wrong = 0;

	for (size_t i = 0; block->at != NULL && i < block->len_bytes; i++)
		wrong += block->at[i] != (uint8_t)(block->mark + i);
	CHECK_EQUAL(t, wrong, 0);
}

CONFORM(malloc_sizes, 1, "blocks of all sizes are aligned to 16, writable to their last byte and do not overlap")
{
	static struct block blocks[BLOCKS];
	const size_t sizes[] = {1,   2,   8,   15,  16,   17,   24,   32,   33,    48,    63,    64,     65,     100,
				128, 255, 256, 257, 1000, 4095, 4096, 4097, 10000, 65536, 65537, 300000, 1 << 20};
	unsigned count = sizeof(sizes) / sizeof(sizes[0]);

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 2 * count; i++)
			block_make(t, &blocks[i], sizes[i % count], (uint8_t)(31 * i));
		for (unsigned i = 0; i < 2 * count; i++)
			block_check(t, &blocks[i]);
		for (unsigned i = 0; i < 2 * count; i += 2)
			block_free(&blocks[i]);
		for (unsigned i = 1; i < 2 * count; i += 2) {
			block_check(t, &blocks[i]);
			block_free(&blocks[i]);
		}
	}
}

CONFORM(free_takes_null, 1,
	"free of NULL does nothing: the allocator does not hand out NULL, or a block twice, after it")
{
	static struct block blocks[BLOCKS];

	for (unsigned i = 0; i < BLOCKS; i++) {
		os_free(NULL);
		block_make(t, &blocks[i], 1 + 16 * (i % 4), (uint8_t)i);
		os_free(NULL);
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		block_check(t, &blocks[i]);
		block_free(&blocks[i]);
	}
}

CONFORM(malloc_refuses_too_much, 1, "a block that no memory can hold is NULL, and the next one is fine")
{
	struct block block;
	volatile size_t absurd = SIZE_MAX / 4; /* the compiler would complain about a constant */

	CHECK(t, os_malloc(absurd) == NULL);
	CHECK(t, os_malloc(SIZE_MAX - absurd % 2) == NULL);
	block_make(t, &block, 100, 7);
	block_check(t, &block);
	block_free(&block);
}

CONFORM(free_gives_back, 1, "memory that was freed is there again: 16 GiB in turn from far less")
{
	for (unsigned i = 0; i < 16 * 1024; i++) {
		volatile uint8_t *block = os_malloc(1 << 20);

		CHECK(t, block != NULL);
		if (block == NULL)
			return;
		block[0] = 1;
		block[(1 << 20) - 1] = 1;
		os_free((void *)block);
	}
}

/* Random sizes, random lifetimes; all of a thread's blocks are its own. */
static void churn(struct conform_party *party)
{
	struct block *blocks = os_malloc(BLOCKS * sizeof(*blocks));
	uint64_t random = party->index + 1;

	CHECK(party->t, blocks != NULL);
	if (blocks == NULL)
		return;
	for (unsigned i = 0; i < BLOCKS; i++)
		blocks[i].at = NULL;
	conform_gang_meet();
	for (unsigned step = 0; step < STEPS; step++) {
		struct block *block = &blocks[splitmix_below(&random, BLOCKS)];
		size_t limit = splitmix_below(&random, 8) == 0 ? SIZE_MAX_BYTES : 256;

		if (block->at != NULL) {
			block_check(party->t, block);
			block_free(block);
		} else {
			block_make(party->t, block, 1 + splitmix_below(&random, limit), (uint8_t)step);
		}
		if (step % 97 == 0)
			os_thread_yield();
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		block_check(party->t, &blocks[i]);
		block_free(&blocks[i]);
	}
	os_free(blocks);
}

CONFORM(malloc_on_all_cpus, 1, "threads on all CPUs allocate and free at the same time, and each block stays its own")
{
	conform_gang_start(t, 2 * os_cpu_count(), churn, NULL);
	conform_gang_finish(t);
}

static struct {
	struct block blocks[BLOCKS];
} parcel;

static void send_parcel(struct conform_party *party)
{
	for (unsigned i = 0; i < BLOCKS; i++)
		block_make(party->t, &parcel.blocks[i], 16 + 37 * i, (uint8_t)(i + party->cpu));
}

static void receive_parcel(struct conform_party *party)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		block_check(party->t, &parcel.blocks[i]);
		block_free(&parcel.blocks[i]);
	}
}

CONFORM(malloc_travels, 1, "what one CPU allocated another one frees, again and again")
{
	for (unsigned round = 0; round < 20; round++) {
		conform_call(t, round % os_cpu_count(), send_parcel, NULL);
		conform_call(t, (round + 1) % os_cpu_count(), receive_parcel, NULL);
	}
}
