/* SPDX-License-Identifier: MIT */
/*
 * Waking a thread of GNU Pth that waits: wake_same for threads in user space.
 *
 * One sample: the start stamp by the main part before the up of the semaphore that its partner waits for, the stop
 * stamp by the partner as its first action after its down has returned. One way: after the up the main part waits
 * itself, and that switch is part of the sample. See ../ult.h and pth_ult.h.
 */
#include "pth_ult.h"

static void *partner_main(void *arg)
{
	return ult_ponger(arg, &pth_ult);
}

static void measure(struct bench_run *run)
{
	ult_pingpong(run, &pth_ult, partner_main, ULT_ONE_WAY);
}

BENCH(pth_wake, .run = measure, .unit = "ticks", .about = "semaphore up to the waiter running (GNU Pth)");
