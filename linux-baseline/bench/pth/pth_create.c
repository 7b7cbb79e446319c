/* SPDX-License-Identifier: MIT */
/*
 * Creating a thread of GNU Pth, warm, as the creator sees it: thread_create for threads in user space.
 *
 * One sample: the start stamp before pth_spawn(), the stop stamp after its return, both by the creator. The child
 * runs in the join, which is not timed and lets its stack be used again. See ../ult.h for what is alike and what is
 * not.
 */
#include "pth_ult.h"

static void measure(struct bench_run *run)
{
	ult_child(run, &pth_ult, ULT_CREATED);
}

BENCH(pth_create, .run = measure, .unit = "ticks", .about = "pth_spawn(): call to return (GNU Pth)");
