/* SPDX-License-Identifier: MIT */
/*
 * Creating a thread of State Threads, warm, as the creator sees it: thread_create for threads in user space.
 *
 * One sample: the start stamp before st_thread_create(), the stop stamp after its return, both by the creator. The
 * child runs in the join, which is not timed and lets its stack be used again. See ../ult.h for what is alike and
 * what is not.
 */
#include "st_ult.h"

static void measure(struct bench_run *run)
{
	ult_child(run, &st_ult, ULT_CREATED);
}

BENCH(st_create, .run = measure, .unit = "ticks", .about = "st_thread_create(): call to return (State Threads)");
