/* SPDX-License-Identifier: MIT */
/*
 * A blocking round trip between two threads of one CPU.
 *
 * One sample: the start stamp before os_sem_up(ping), the stop stamp after os_sem_down(pong) has returned, both by
 * the main part. A round trip: two switches, CPU 0. The partner slept in each sample (pingpong.h). On a preemptive
 * system the up may switch at once, so that the main part is preempted and does not sleep: a second, shorter mode.
 */
#include "pingpong.h"
#include "repeat.h"

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

static void *partner_repeat(void *arg)
{
	struct pingpong *pp = arg;

	for (;;) {
		os_sem_down(&pp->ping);
		if (share_get(&pp->over))
			break;
		pp->rounds++;
		os_sem_up(&pp->pong);
	}
	pp->strays += !partner_in_place(&pp->partner);
	return NULL;
}

/* The main part sleeps in every trip, since the partner runs nowhere else; so does the partner, for the next one. */
static void repeat(struct bench_run *run)
{
	uint64_t expected = 0;

	place_main(run);
	os_sem_init(&pingpong.ping, 0);
	os_sem_init(&pingpong.pong, 0);
	pingpong.over = pingpong.rounds = pingpong.strays = 0;
	partner_start(run, &pingpong.partner, PLACE_MAIN, partner_repeat, &pingpong);
	while (bench_next(run)) {
		unsigned copies = bench_copies(run);
		uint64_t start = os_clock_start();

		REPEAT_COPIES(copies, 1, os_sem_up(&pingpong.ping); os_sem_down(&pingpong.pong);)
		bench_record(run, start, os_clock_stop());
		expected += copies;
	}
	share_set(&pingpong.over, 1);
	os_sem_up(&pingpong.ping);
	partner_end(run, &pingpong.partner);
	bench_check(run, pingpong.strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on CPU 0");
	bench_check(run, run->failed != NULL || pingpong.rounds == (uint32_t)expected, "every round was made");
	os_sem_destroy(&pingpong.ping);
	os_sem_destroy(&pingpong.pong);
}

BENCH(pingpong_same, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "round trip by semaphores, two threads on one CPU");
