/* SPDX-License-Identifier: MIT */
/*
 * Waking a thread of State Threads that waits: wake_same for threads in user space, and the library's nearest to a
 * yield.
 *
 * One sample: the start stamp by the main part before the up of the semaphore that its partner waits for, the stop
 * stamp by the partner as its first action after its down has returned. One way: after the up the main part waits
 * itself, and that switch is part of the sample. See ../ult.h and st_ult.h.
 */
#include "st_ult.h"

static void *partner_main(void *arg)
{
	return ult_ponger(arg, &st_ult);
}

static void measure(struct bench_run *run)
{
	ult_pingpong(run, &st_ult, partner_main, ULT_ONE_WAY);
}

BENCH(st_wake, .run = measure, .unit = "ticks", .about = "semaphore up to the waiter running (State Threads)");
