/* SPDX-License-Identifier: MIT */
/*
 * Allocating a block and freeing it at once.
 *
 * One sample: 100 pairs of os_malloc(size) and os_free(), unrolled, between the start stamp and the stop stamp, on
 * CPU 0: a pair lasts less than 20 grains of the clock, so single pairs have no distribution. It is the warm path:
 * the block freed is the block allocated next. Checked: the last pair of each sample got a block; two live blocks are
 * aligned, apart and keep what is written to their ends.
 */
#include "place.h"
#include "repeat.h"

enum { PAIRS = 100, ALIGN_BYTES = 16 };

static void blocks_check(struct bench_run *run, size_t len_bytes)
{
	char *a = os_malloc(len_bytes), *b = os_malloc(len_bytes);

	bench_check(run, a != NULL && b != NULL, "there is memory");
	if (run->failed == NULL) {
		a[0] = a[len_bytes - 1] = 'a';
		b[0] = b[len_bytes - 1] = 'b';
		bench_check(run, a[0] == 'a' && a[len_bytes - 1] == 'a', "live blocks do not overlap");
		bench_check(run, ((uintptr_t)a | (uintptr_t)b) % ALIGN_BYTES == 0, "blocks are aligned to 16");
	}
	os_free(a);
	os_free(b);
}

static void measure(struct bench_run *run)
{
	size_t len_bytes = bench_int(run, "size");
	void *block = NULL;

	place_main(run);
	blocks_check(run, len_bytes);
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		REPEAT_100(block = os_malloc(len_bytes); os_free(block);)
		bench_record(run, start, os_clock_stop());
		bench_check(run, block != NULL, "an allocation gets a block");
	}
	blocks_check(run, len_bytes);
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part stayed on CPU 0");
}

BENCH(malloc_free, .run = measure, .unit = "ticks", .about = "100 pairs of os_malloc(size) and os_free()",
      .params = {{"size", "64 4096"}}, .per = PAIRS);
