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

static void repeat(struct bench_run *run)
{
	ult_child_repeat(run, &pth_ult);
}

BENCH(pth_join, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "pth_spawn() to pth_join() returned (GNU Pth)");
