/* SPDX-License-Identifier: MIT */
/*
 * A blocking round trip between two threads on two CPUs.
 *
 * One sample: the start stamp before os_sem_up(ping), the stop stamp after os_sem_down(pong) has returned, both by
 * the main part on CPU 0; the partner is on CPU 1. A round trip: CPU 1 is idle and is woken, and so is CPU 0 unless
 * the answer is faster (pingpong.h). Under icount the sample adds the instructions of both CPUs. The partner slept in
 * each sample.
 */
#include "pingpong.h"

static struct pingpong pingpong;

static void measure(struct bench_run *run)
{
	pingpong_begin(run, &pingpong, place_other(0));
	while (bench_next(run)) {
		pingpong_round(run, &pingpong);
		bench_record(run, pingpong.start, pingpong.stop);
	}
	pingpong_end(run, &pingpong);
}

BENCH(pingpong_cross, .run = measure, .unit = "ticks", .min_cpus = 2,
      .about = "round trip by semaphores, two threads on two CPUs");
