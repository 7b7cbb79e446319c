/* SPDX-License-Identifier: MIT */
/*
 * A round trip between two threads of State Threads: pingpong_same for threads in user space.
 *
 * One sample: the start stamp before the up of one semaphore, the stop stamp after the down of the other has
 * returned, both by the main part: two switches, and both threads sleep in the library. See ../ult.h and st_ult.h.
 */
#include "st_ult.h"

static void *partner_main(void *arg)
{
	return ult_ponger(arg, &st_ult);
}

static void measure(struct bench_run *run)
{
	ult_pingpong(run, &st_ult, partner_main, ULT_ROUND_TRIP);
}

static void *partner_repeat(void *arg)
{
	return ult_ponger_repeat(arg, &st_ult);
}

static void repeat(struct bench_run *run)
{
	ult_pingpong_repeat(run, &st_ult, partner_repeat);
}

BENCH(st_pingpong, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "round trip by semaphores, two threads (State Threads)");
