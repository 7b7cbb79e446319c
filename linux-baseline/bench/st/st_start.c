/* SPDX-License-Identifier: MIT */
/*
 * From creating a thread of State Threads to its first instruction: thread_start for threads in user space.
 *
 * One sample: the start stamp before st_thread_create() by the creator, the stop stamp by the child as its first
 * action. The creator gives up the CPU in st_thread_join(): create, wait, switch. See ../ult.h for what is alike and
 * what is not.
 */
#include "st_ult.h"

static void measure(struct bench_run *run)
{
	ult_child(run, &st_ult, ULT_STARTED);
}

BENCH(st_start, .run = measure, .unit = "ticks",
      .about = "st_thread_create() to the child's first instruction (State Threads)");
