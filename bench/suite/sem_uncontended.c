/* SPDX-License-Identifier: MIT */
/*
 * A semaphore that is free: down and up.
 *
 * One sample: 100 pairs, os_sem_down() and os_sem_up(), unrolled, between the start stamp and the stop stamp, on CPU
 * 0: a pair lasts less than 20 grains of the clock, so single pairs cannot be timed and have no distribution. No
 * other thread knows the object. Checked: the semaphore ends with the count it began with, and nobody slept.
 */
#include "place.h"
#include "repeat.h"

enum { PAIRS = 100 };

static struct os_sem sem;

static void measure(struct bench_run *run)
{
	uint64_t blocks;

	place_main(run);
	os_sem_init(&sem, 1);
	blocks = os_thread_blocks();
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		REPEAT_100(os_sem_down(&sem); os_sem_up(&sem);)
		bench_record(run, start, os_clock_stop());
	}
	bench_check(run, repeat_ran_through(run, blocks), "nobody sleeps for what nobody else wants");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part stayed on CPU 0");
	os_sem_down(&sem); /* sleeps for ever if an up was lost */
	os_sem_destroy(&sem);
}

BENCH(sem_uncontended, .run = measure, .unit = "ticks", .about = "100 pairs of os_sem_down() and os_sem_up(), free",
      .per = PAIRS);
