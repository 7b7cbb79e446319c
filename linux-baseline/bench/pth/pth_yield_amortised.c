/* SPDX-License-Identifier: MIT */
/*
 * Switching between two threads of GNU Pth that yield to each other, over many switches: yield_amortised for threads
 * in user space.
 *
 * One sample: 20 switches. The start stamp before the first of ten pth_yield() of the main part, the stop stamp after
 * the last has returned; the partner yields back each time. See ../ult.h for what is alike and what is not.
 */
#include "pth_ult.h"

static void *partner_main(void *arg)
{
	return ult_yielder_amortised(arg, &pth_ult);
}

static void measure(struct bench_run *run)
{
	ult_yield_amortised(run, &pth_ult, partner_main);
}

BENCH(pth_yield_amortised, .run = measure, .unit = "ticks", .about = "20 switches by pth_yield() (GNU Pth)",
      .per = ULT_SWITCHES);
