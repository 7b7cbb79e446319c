/* SPDX-License-Identifier: MIT */
/*
 * A blocking round trip between two kernel threads by two semaphores: pingpong_same and pingpong_cross of the suite with
 * kernel threads and the kernel's own semaphores.
 *
 * One sample: the start stamp before up(ping), the stop stamp after down(pong) has returned, both by a kernel thread on
 * CPU 0; its partner goes down(ping), up(pong). A round trip: two switches. The partner slept in each sample: its
 * voluntary switches are counted between its down and its up, a load, a comparison and a few stores. A try in which it had
 * not is repeated, never recorded.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	kthread_measure(run, AEROBENCH_PINGPONG);
}

BENCH(kthread_pingpong, .run = measure, .unit = "ticks", .about = "round trip by semaphores, two kernel threads",
      .params = {{"place", "same other"}}, .extra = true);
