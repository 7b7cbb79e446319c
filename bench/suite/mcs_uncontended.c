/* SPDX-License-Identifier: MIT */
/*
 * An MCS lock that is free: lock and unlock.
 *
 * One sample: 100 pairs, os_mcs_lock() and os_mcs_unlock(), unrolled, between the start stamp and the stop stamp,
 * on CPU 0: a pair lasts less than 20 grains of the clock, so single pairs cannot be timed and have no distribution.
 * No other thread knows the object. Checked: nobody slept, and the lock ends free.
 */
#include "place.h"
#include "repeat.h"

enum { PAIRS = 100 };

static struct os_mcs mcs;
static struct os_mcs_node node;

static void measure(struct bench_run *run)
{
	uint64_t blocks;

	place_main(run);
	os_mcs_init(&mcs);
	blocks = os_thread_blocks();
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		REPEAT_100(os_mcs_lock(&mcs, &node); os_mcs_unlock(&mcs, &node);)
		bench_record(run, start, os_clock_stop());
	}
	bench_check(run, repeat_ran_through(run, blocks), "nobody sleeps for what nobody else wants");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part stayed on CPU 0");
	os_mcs_lock(&mcs, &node); /* spins for ever if an unlock was lost */
	os_mcs_unlock(&mcs, &node);
}

BENCH(mcs_uncontended, .run = measure, .unit = "ticks", .about = "100 pairs of os_mcs_lock() and os_mcs_unlock(), free",
      .per = PAIRS);
