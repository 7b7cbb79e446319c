/* SPDX-License-Identifier: MIT */
/*
 * The wake protocol W (papers.md §2.1) for any mechanism and any number of waiters. In round r each waiter notes how
 * often it has slept, announces r, and waits by the mechanism; the waker sees all announcements, pauses for a random
 * time, makes r the round (the predicate), stamps, and wakes; each waiter stamps first of all and then proves that it
 * slept. A round in which a waiter had not fallen asleep is no wake-up: it is repeated, never recorded, and counted.
 *
 * What the proof costs (a system call, on some systems) may not be part of a sample. One waiter stamps before it
 * proves; but of several waiters on one CPU the later ones would wait for the earlier ones' proofs, and where the sample
 * is the waker's call, on its own CPU a preemptive system may run the waiter, with its proof, inside it. So there
 * (apart) a round that is measured, an odd one, is followed by one that is not, in which each proves that it slept in
 * both.
 */
#pragma once

#include "partner.h"

enum { WAITERS_MAX = 8 };

struct waiter {
	uint32_t armed; /* round it is about to wait for; by the waiter */
	uint32_t seen;  /* round that woke it: stamp, slept, strays are valid; by the waiter */
	uint64_t stamp; /* its first action after the wait that was measured */
	uint64_t blocks_before;
	bool slept;
	unsigned strays; /* returns without a wake, or on a wrong CPU */
	struct waiters *all;
	void *mechanism;
	struct partner partner;
} __attribute__((aligned(SHARE_ALIGN_BYTES)));

struct waiters {
	uint32_t round; /* the predicate; by the waker */
	uint32_t over;  /* this round is the last */
	unsigned count;
	bool apart;       /* proofs have rounds of their own; set before waiters_start() */
	unsigned repeats; /* tries in which a waiter had not slept */
	struct waiter waiter[WAITERS_MAX];
} __attribute__((aligned(SHARE_ALIGN_BYTES)));

/* --- The waiter's side -------------------------------------------------------------------------------------------- */

/* Whether samples are taken in this round, and whether waiters prove in it that they slept. */
static inline bool waiters_measure(const struct waiters *all, uint32_t round)
{
	return !all->apart || round % 2 == 1;
}

static inline bool waiters_prove(const struct waiters *all, uint32_t round)
{
	return !all->apart || round % 2 == 0;
}

/* Before the wait. From here on the waker may wake. */
static inline void waiter_arm(struct waiter *waiter, uint32_t round)
{
	if (waiters_measure(waiter->all, round))
		waiter->blocks_before = os_thread_blocks();
	share_set(&waiter->armed, round);
}

/* After the wait that was to end in round, with the stamp taken first. False: that was the last. */
static inline bool waiter_woken(struct waiter *waiter, uint32_t round, uint64_t stamp)
{
	bool goes_on = share_get(&waiter->all->over) == 0;

	if (waiters_measure(waiter->all, round))
		waiter->stamp = stamp;
	if (waiters_prove(waiter->all, round))
		waiter->slept = os_thread_blocks() - waiter->blocks_before >= (waiter->all->apart ? 2 : 1);
	if (share_get(&waiter->all->round) != round || !partner_in_place(&waiter->partner))
		waiter->strays++;
	share_set(&waiter->seen, round);
	return goes_on;
}

/* --- The waker's side --------------------------------------------------------------------------------------------- */

/* Starts count threads in fn(struct waiter *), on CPU 0 or on the others in turn; mechanism is for fn. */
static inline void waiters_start(struct bench_run *run, struct waiters *all, unsigned count, bool same,
				 void *(*fn)(void *), void *mechanism)
{
	bench_check(run, count >= 1 && count <= WAITERS_MAX, "the number of waiters is possible");
	all->round = 0;
	all->over = 0;
	all->repeats = 0;
	all->count = 0;
	while (run->failed == NULL && all->count < count) {
		struct waiter *waiter = &all->waiter[all->count];

		waiter->armed = 0;
		waiter->seen = 0;
		waiter->strays = 0;
		waiter->all = all;
		waiter->mechanism = mechanism;
		partner_start(run, &waiter->partner, same ? PLACE_MAIN : place_other(all->count), fn, waiter);
		all->count += waiter->partner.started;
	}
}

/* Returns when every waiter has announced the next round and has had time to fall asleep. */
static inline void waiters_settle(struct bench_run *run, struct waiters *all)
{
	for (unsigned i = 0; i < all->count; i++)
		place_await(&all->waiter[i].armed, all->round + 1, all->waiter[i].partner.cpu);
	place_settle(run, all->waiter[0].partner.cpu);
}

/* Makes the next round true: the last act before the stamp. */
static inline void waiters_release(struct waiters *all)
{
	share_set(&all->round, all->round + 1);
}

/* Whether the next round is the proof of this one. */
static inline bool waiters_unproven(const struct waiters *all)
{
	return !waiters_prove(all, all->round);
}

/*
 * After the wake: lets every waiter run and stamp. False: one of them had not slept, so repeat the round. If the
 * proof has a round of its own this returns true, and waiters_unproven() tells.
 */
static inline bool waiters_ran(struct bench_run *run, struct waiters *all)
{
	bool slept = true;

	for (unsigned i = 0; i < all->count; i++)
		place_await(&all->waiter[i].seen, all->round, all->waiter[i].partner.cpu);
	for (unsigned i = 0; i < all->count; i++) {
		slept = slept && (all->waiter[i].slept || waiters_unproven(all));
		bench_check(run, all->waiter[i].strays == 0, "a waiter returns only when woken, and on its CPU");
	}
	all->repeats += !slept;
	bench_check(run, all->repeats <= run->total + 1000, "the waiters sleep before they are woken");
	return slept || run->failed != NULL;
}

/* Three series of one broadcast: the first waiter running, each in turn (one a sample), the last. */
static inline void waiters_record(struct bench_run *run, const struct waiters *all, uint64_t start)
{
	uint64_t first = all->waiter[0].stamp, last = first;

	for (unsigned i = 1; i < all->count; i++) {
		uint64_t stamp = all->waiter[i].stamp;

		/* signed: stamps of two CPUs may lie on both sides of any of them */
		first = (int64_t)(stamp - first) < 0 ? stamp : first;
		last = (int64_t)(stamp - last) > 0 ? stamp : last;
	}
	bench_record_series(run, 0, start, first);
	bench_record_series(run, 1, start, all->waiter[run->iteration % all->count].stamp);
	bench_record_series(run, 2, start, last);
}

/* Joins the waiters, whom a last round with over set has let go, and checks the count of wake-ups. */
static inline void waiters_end(struct bench_run *run, struct waiters *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		partner_end(run, &all->waiter[i].partner);
		bench_check(run, all->waiter[i].seen == all->round, "every waiter was woken once a round");
	}
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the waker stayed on CPU 0");
}
