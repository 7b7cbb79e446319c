/* SPDX-License-Identifier: MIT */
/*
 * One switch between two threads of GNU Pth that yield to each other: yield_pair for threads in user space.
 *
 * One sample: the start stamp before the main part's pth_yield(), the stop stamp by its partner as the first action
 * after the partner's own pth_yield() has returned. One way, one switch. See ../ult.h for what is alike and what is
 * not.
 */
#include "pth_ult.h"

static void *partner_main(void *arg)
{
	return ult_yielder(arg, &pth_ult);
}

static void measure(struct bench_run *run)
{
	ult_yield(run, &pth_ult, partner_main);
}

BENCH(pth_yield, .run = measure, .unit = "ticks",
      .about = "one switch: pth_yield() to the other thread running (GNU Pth)");
