/* SPDX-License-Identifier: MIT */
/*
 * A blocking round trip between two threads: what pingpong_same and pingpong_cross have in common. The means is a
 * pair of semaphores, because a semaphore keeps an up that comes before the down: neither side needs a ticket or a
 * predicate, so that the round trip is two ups, two downs, two switches and the partner's one store that announces
 * its next sleep.
 *
 * The partner slept in each sample, and the proof may not be part of what is measured: so each measured round trip is
 * followed by one that is not, in which the partner compares its number of sleeps: two, one for each. A sample
 * without is no blocking round trip: it is repeated, never recorded, and counted. The main part sleeps for the answer
 * unless the answer is there first: on one CPU a preemptive system may switch to the partner inside the up, which is
 * a switch all the same; on two CPUs the up itself may last longer than the partner needs (an interrupt sent by a
 * virtual CPU). That is a second, shorter mode.
 */
#pragma once

#include "partner.h"

struct pingpong {
	struct os_sem ping, pong;
	uint64_t start, stop;
	uint32_t over;   /* by the main part */
	uint32_t turn;   /* trips begun; by the main part */
	uint32_t armed;  /* the trip that it is about to sleep for; by the partner */
	uint32_t rounds; /* by the partner */
	uint32_t strays; /* by the partner: rounds on a wrong CPU */
	bool slept;      /* by the partner: in both last rounds */
	unsigned repeats;
	struct partner partner;
};

static inline void *pingpong_partner(void *arg)
{
	struct pingpong *pp = arg;
	uint32_t turn = 0;
	bool goes_on;

	do {
		uint64_t before = os_thread_blocks();

		share_set(&pp->armed, ++turn);
		os_sem_down(&pp->ping);
		os_sem_up(&pp->pong);
		share_set(&pp->armed, ++turn);
		os_sem_down(&pp->ping);
		pp->slept = os_thread_blocks() - before >= 2;
		pp->strays += !partner_in_place(&pp->partner);
		pp->rounds++;
		goes_on = !share_get(&pp->over);
		os_sem_up(&pp->pong);
	} while (goes_on);
	return NULL;
}

static inline void pingpong_begin(struct bench_run *run, struct pingpong *pp, unsigned cpu)
{
	place_main(run);
	os_sem_init(&pp->ping, 0);
	os_sem_init(&pp->pong, 0);
	pp->over = 0;
	pp->turn = 0;
	pp->armed = 0;
	pp->rounds = 0;
	pp->strays = 0;
	pp->repeats = 0;
	partner_start(run, &pp->partner, cpu, pingpong_partner, pp);
}

/*
 * Returns when the partner has announced that it sleeps for the next trip. On the own CPU it sleeps then, since
 * otherwise the main part would not run; a yield alone would not do, because a time-sharing system may refuse it for
 * a while. On another CPU it gets the time to.
 */
static inline void pingpong_settle(struct bench_run *run, struct pingpong *pp)
{
	place_await(&pp->armed, ++pp->turn, pp->partner.cpu);
	if (pp->partner.cpu != PLACE_MAIN)
		place_settle(run, pp->partner.cpu);
}

/* One measured round trip and the one that proves it. Returns whether the partner slept in both. */
static inline bool pingpong_try(struct bench_run *run, struct pingpong *pp)
{
	pingpong_settle(run, pp);
	pp->start = os_clock_start();
	os_sem_up(&pp->ping);
	os_sem_down(&pp->pong);
	pp->stop = os_clock_stop();
	pingpong_settle(run, pp);
	os_sem_up(&pp->ping);
	os_sem_down(&pp->pong);
	return pp->slept;
}

static inline void pingpong_round(struct bench_run *run, struct pingpong *pp)
{
	while (run->failed == NULL && !pingpong_try(run, pp))
		bench_check(run, ++pp->repeats <= run->total + 1000, "the partner sleeps in every round trip");
}

static inline void pingpong_end(struct bench_run *run, struct pingpong *pp)
{
	share_set(&pp->over, 1);
	if (pp->partner.started) {
		pingpong_try(run, pp);
		partner_end(run, &pp->partner);
	}
	bench_check(run, pp->strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on their CPUs");
	bench_check(run, run->failed != NULL || pp->rounds == run->total + pp->repeats + 1, "every round was made");
	os_sem_destroy(&pp->ping);
	os_sem_destroy(&pp->pong);
}
