/* SPDX-License-Identifier: MIT */
/*
 * From creating a thread of GNU Pth to its first instruction: thread_start for threads in user space.
 *
 * One sample: the start stamp before pth_spawn() by the creator, the stop stamp by the child as its first action. The
 * creator gives up the CPU in pth_join(): create, wait, switch. See ../ult.h for what is alike and what is not.
 */
#include "pth_ult.h"

static void measure(struct bench_run *run)
{
	ult_child(run, &pth_ult, ULT_STARTED);
}

BENCH(pth_start, .run = measure, .unit = "ticks", .about = "pth_spawn() to the child's first instruction (GNU Pth)");
