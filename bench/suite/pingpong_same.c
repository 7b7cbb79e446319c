/* SPDX-License-Identifier: MIT */
/*
 * A blocking round trip between two threads of one CPU.
 *
 * One sample: the start stamp before os_sem_up(ping), the stop stamp after os_sem_down(pong) has returned, both by
 * the main part. A round trip: two switches, CPU 0. The partner slept in each sample (pingpong.h). On a preemptive
 * system the up may switch at once, so that the main part is preempted and does not sleep: a second, shorter mode.
 */
#include "pingpong.h"

static struct pingpong pingpong;

static void measure(struct bench_run *run)
{
	pingpong_begin(run, &pingpong, PLACE_MAIN);
	while (bench_next(run)) {
		pingpong_round(run, &pingpong);
		bench_record(run, pingpong.start, pingpong.stop);
	}
	pingpong_end(run, &pingpong);
}

BENCH(pingpong_same, .run = measure, .unit = "ticks", .about = "round trip by semaphores, two threads on one CPU");
