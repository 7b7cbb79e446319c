/* SPDX-License-Identifier: MIT */
/*
 * The whole life of a thread of GNU Pth that does nothing: thread_join for threads in user space.
 *
 * One sample: the start stamp before pth_spawn(), the stop stamp after pth_join() has returned, both by the creator.
 * See ../ult.h for what is alike and what is not.
 */
#include "pth_ult.h"

static void measure(struct bench_run *run)
{
	ult_child(run, &pth_ult, ULT_JOINED);
}

BENCH(pth_join, .run = measure, .unit = "ticks", .about = "pth_spawn() to pth_join() returned (GNU Pth)");
