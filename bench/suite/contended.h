/* SPDX-License-Identifier: MIT */
/*
 * A spinning lock that several CPUs want all the time: what spin_contended and mcs_contended have in common. Each
 * thread has a CPU of its own and takes turns without a pause: lock, count, one spin hint (which lets the others come
 * where CPUs are simulated in turn), unlock. The lock is fair, so from one of the main part's turns to its next every
 * other thread has one.
 *
 * One sample: 10 turns of the main part on CPU 0, between the start stamp and the stop stamp. The harness divides by
 * 10: a turn's value is the time of as many acquisitions as there are threads. A sample in which the others had fewer
 * than 9 turns each was not contended (a virtual CPU was taken away): it is repeated, never recorded, and counted.
 * Checked: no count is lost, and hardly anybody slept.
 */
#pragma once

#include "repeat.h"
#include "team.h"

enum { CONTENDED_TURNS = 10, CONTENDED_REPEATS_MAX = 1000 * 1000 };

/* How to take and release the lock; place is the thread's own. Constant, so that both are inlined. */
struct contended_lock {
	void (*enter)(void *place);
	void (*leave)(void *place);
};

struct contended {
	struct team team;
	uint32_t over __attribute__((aligned(SHARE_ALIGN_BYTES)));
	uint64_t counter __attribute__((aligned(SHARE_ALIGN_BYTES))); /* turns; under the lock */
	unsigned repeats;                                             /* samples that were not contended */
};

static inline __attribute__((always_inline)) void contended_turn(struct contended *all,
								 const struct contended_lock *lock, void *place)
{
	lock->enter(place);
	all->counter++;
	os_relax();
	lock->leave(place);
}

/* The whole life of a member. */
static inline __attribute__((always_inline)) void
contended_member(struct contended *all, const struct contended_lock *lock, struct member *member, void *place)
{
	uint32_t turns = 0;

	if (!member_begin(member))
		return;
	do {
		contended_turn(all, lock, place);
		turns++;
	} while (!share_get(&all->over));
	member->turns = turns;
	member_end(member);
}

static inline __attribute__((always_inline)) void contended_sample(struct bench_run *run, struct contended *all,
								   const struct contended_lock *lock, void *place)
{
	uint64_t start, stop, before, turns;

	do {
		before = *(volatile uint64_t *)&all->counter;
		start = os_clock_start();
		REPEAT_10(contended_turn(all, lock, place);)
		stop = os_clock_stop();
		turns = *(volatile uint64_t *)&all->counter - before;
		all->team.member[0].turns += CONTENDED_TURNS;
		if (turns >= CONTENDED_TURNS + (CONTENDED_TURNS - 1) * (all->team.count - 1))
			break;
		bench_check(run, ++all->repeats <= CONTENDED_REPEATS_MAX, "the others want the lock all the time");
	} while (run->failed == NULL);
	bench_record(run, start, stop);
}

/* The main part; the lock is free before and after. fn calls contended_member(). */
static inline __attribute__((always_inline)) void contended_measure(struct bench_run *run, struct contended *all,
								    const struct contended_lock *lock, void *place,
								    void *(*fn)(void *))
{
	unsigned threads = bench_int(run, "threads");
	uint64_t turns = 0, blocks;

	if (!team_possible(run, threads))
		return;
	place_main(run);
	all->counter = 0;
	all->repeats = 0;
	share_set(&all->over, 0);
	team_begin(run, &all->team, threads, fn);
	while (bench_next(run))
		contended_sample(run, all, lock, place);
	share_set(&all->over, 1);
	blocks = team_end(run, &all->team);
	for (unsigned i = 0; i < all->team.count; i++)
		turns += all->team.member[i].turns;
	bench_check(run, all->counter == turns, "no turn is lost: one holder at a time");
	bench_check(run, blocks <= run->total / 100, "nobody sleeps for a spinning lock");
}
