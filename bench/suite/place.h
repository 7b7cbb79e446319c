/* SPDX-License-Identifier: MIT */
/*
 * Where a benchmark's threads run and how its main part waits for them without disturbing what is measured. The main
 * part runs on CPU 0. The parameter "place" puts its partner on the same CPU or on another one. Systems may schedule
 * cooperatively, so a wait for a thread on the own CPU yields, and only a wait for another CPU spins.
 */
#pragma once

#include "share.h"

enum { PLACE_MAIN = 0 }; /* the CPU of the main part */

/* Pins the main part. Every benchmark begins with it. */
static inline void place_main(struct bench_run *run)
{
	bench_check(run, os_thread_move(PLACE_MAIN) == 0, "the main part can be moved to CPU 0");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part runs on CPU 0");
}

/* CPU of partner number index = 0 …: the others in turn, so that with two CPUs all partners share CPU 1. */
static inline unsigned place_other(unsigned index)
{
	return 1 + index % (os_cpu_count() - 1);
}

/* Whether place=same at this point of the grid. */
static inline bool place_same(const struct bench_run *run)
{
	return bench_is(run, "place", "same");
}

/* Whether this point can run here: place=other needs a second CPU. If not, it is skipped with the reason. */
static inline bool place_possible(struct bench_run *run)
{
	if (place_same(run) || os_cpu_count() > 1)
		return true;
	bench_skip(run, "place=other needs 2 CPUs");
	return false;
}

/* The CPU of the only partner under the parameter "place". Ask place_possible() first. */
static inline unsigned place_cpu(const struct bench_run *run)
{
	return place_same(run) ? PLACE_MAIN : place_other(0);
}

/* Waits until the partner on cpu has set the word to value. */
static inline void place_await(const uint32_t *word, uint32_t value, unsigned cpu)
{
	while (share_get(word) != value) {
		if (cpu == PLACE_MAIN)
			os_thread_yield();
		else
			os_relax();
	}
}

/*
 * A random pause before a sample. On another CPU the partner needs the time to fall asleep and its CPU to become
 * idle: 20 to 200 us, protocol W (papers.md §2.1). On the own CPU it sleeps already, since otherwise the main part
 * would not run: 2 to 20 us, so that samples do not fall in step with a periodic interrupt.
 */
static inline void place_settle(struct bench_run *run, unsigned cpu)
{
	os_delay_ns(cpu == PLACE_MAIN ? bench_random(run, 2000, 20000) : bench_random(run, 20000, 200000));
}
