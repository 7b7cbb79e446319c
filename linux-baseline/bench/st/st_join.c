/* SPDX-License-Identifier: MIT */
/*
 * The whole life of a thread of State Threads that does nothing: thread_join for threads in user space.
 *
 * One sample: the start stamp before st_thread_create(), the stop stamp after st_thread_join() has returned, both by
 * the creator. See ../ult.h for what is alike and what is not.
 */
#include "st_ult.h"

static void measure(struct bench_run *run)
{
	ult_child(run, &st_ult, ULT_JOINED);
}

static void repeat(struct bench_run *run)
{
	ult_child_repeat(run, &st_ult);
}

BENCH(st_join, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "st_thread_create() to st_thread_join() returned (State Threads)");
