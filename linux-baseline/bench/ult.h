/* SPDX-License-Identifier: MIT */
/*
 * Threads of a library in user space: what a program on Linux would take instead of pthreads to get cheap ones, and
 * so the rival of the suite's thread_*, yield_* and pingpong_* (benchmarks pth_* and st_*). Each measure below is the
 * one of the suite's file of that name with place=same; what differs is the same for all: every thread is in the one
 * kernel thread that began, on CPU 0, none is ever preempted by another, and a thread that sleeps in the kernel would
 * stop all. The proof that the library did the work: children return what they were given, partners count their
 * turns, and the kernel thread did not sleep (repeat_ran_through()).
 *
 * A library's operations are constants and every measure is inlined, so that its calls are direct.
 */
#pragma once

#include "suite/place.h"
#include "suite/repeat.h"

struct ult {
	/* Makes the calling kernel thread the library's first thread; false: it cannot. */
	bool (*begin)(void);
	/* When only that thread is left. */
	void (*end)(void);
	/* NULL: no room. */
	void *(*create)(void *(*fn)(void *), void *arg);
	bool (*join)(void *thread, void **result);
	/* Lets threads that are ready run first; NULL: the library has no such call. */
	void (*yield)(void);
	/*
	 * Two semaphores at 0, numbered 0 and 1. A thread that waits for one sleeps in the library. False: no room.
	 */
	bool (*sem_init)(void);
	void (*sem_destroy)(void);
	void (*sem_down)(unsigned sem);
	void (*sem_up)(unsigned sem);
};

#define ULT_MEASURE static inline __attribute__((always_inline)) void

/* --- Begin and end ------------------------------------------------------------------------------------------------ */

/*
 * Returns how often the kernel thread has slept so far, for ult_end(). False in *began: the library could not begin.
 */
static inline uint64_t ult_begin(struct bench_run *run, const struct ult *ult, bool *began)
{
	place_main(run);
	*began = ult->begin();
	bench_check(run, *began, "the library can begin");
	return os_thread_blocks();
}

static inline void ult_end(struct bench_run *run, const struct ult *ult, uint64_t blocks)
{
	bench_check(run, repeat_ran_through(run, blocks), "the kernel thread that holds all threads does not sleep");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the kernel thread stayed on CPU 0");
	ult->end();
}

/*
 * --- One child: create, start, join
 * ----------------------------------------------------------------------------------
 */

enum ult_stop { ULT_CREATED, ULT_STARTED, ULT_JOINED };

struct ult_child {
	uint64_t stamp; /* its first action */
	unsigned cpu;
};

static inline void *ult_child_main(void *arg)
{
	uint64_t stamp = os_clock_stop();
	struct ult_child *child = arg;

	child->stamp = stamp;
	child->cpu = os_cpu_self();
	return child;
}

/* One sample: from before the create to its return, to the child's first instruction, or to the join's return. */
ULT_MEASURE ult_child_once(struct bench_run *run, const struct ult *ult, enum ult_stop stop)
{
	struct ult_child child = {.stamp = 0, .cpu = ~0u};
	uint64_t start, created = 0, joined = 0;
	void *thread, *result = NULL;
	bool done;

	start = os_clock_start();
	thread = ult->create(ult_child_main, &child);
	if (stop == ULT_CREATED)
		created = os_clock_stop();
	done = thread != NULL && ult->join(thread, &result);
	if (stop == ULT_JOINED)
		joined = os_clock_stop();
	bench_check(run, done, "the thread can be created and joined");
	bench_check(run, result == &child && child.cpu == PLACE_MAIN,
		    "the child ran on CPU 0 and its result is joined");
	bench_record(run, start, stop == ULT_CREATED ? created : stop == ULT_STARTED ? child.stamp : joined);
}

ULT_MEASURE ult_child(struct bench_run *run, const struct ult *ult, enum ult_stop stop)
{
	bool began;
	uint64_t blocks = ult_begin(run, ult, &began);

	if (!began)
		return;
	while (bench_next(run)) {
		place_settle(run, PLACE_MAIN);
		ult_child_once(run, ult, stop);
	}
	ult_end(run, ult, blocks);
}

/* Without reading the clock, which would be part of each copy. */
static inline void *ult_child_brief(void *arg)
{
	struct ult_child *child = arg;

	child->cpu = os_cpu_self();
	return child;
}

/* For .repeat: create and join, child after child. */
ULT_MEASURE ult_child_repeat(struct bench_run *run, const struct ult *ult)
{
	bool began;
	uint64_t blocks = ult_begin(run, ult, &began);

	if (!began)
		return;
	while (bench_next(run)) {
		unsigned copies = bench_copies(run), joined = 0;
		struct ult_child child = {.cpu = ~0u};
		uint64_t start = os_clock_start();

		REPEAT_COPIES(copies, 1, {
			void *result = NULL, *thread = ult->create(ult_child_brief, &child);

			joined += thread != NULL && ult->join(thread, &result) && result == &child;
		})
		bench_record(run, start, os_clock_stop());
		bench_check(run, joined == copies, "the threads can be created and joined");
		bench_check(run, child.cpu == PLACE_MAIN, "the children ran on CPU 0");
	}
	ult_end(run, ult, blocks);
}

/*
 * --- Two threads that switch to each other
 * ----------------------------------------------------------------------------
 */

struct ult_pair {
	const struct ult *ult;
	uint32_t turns; /* by the partner: how often it went on */
	uint64_t stop;  /* by the partner, as its first action after a switch to it */
	bool over;      /* by the main part */
	void *partner;
};

/*
 * Creates the partner in fn(pair) after begin() and sem_init(). False: the benchmark has failed, and nothing is left.
 */
static inline bool ult_pair_begin(struct bench_run *run, const struct ult *ult, struct ult_pair *pair,
				  void *(*fn)(void *), uint64_t *blocks)
{
	bool began;

	*pair = (struct ult_pair){.ult = ult};
	*blocks = ult_begin(run, ult, &began);
	if (!began)
		return false;
	if (ult->sem_init()) {
		pair->partner = ult->create(fn, pair);
		if (pair->partner != NULL)
			return true;
		ult->sem_destroy();
	}
	bench_check(run, false, "there is memory for a partner and its semaphores");
	ult->end();
	return false;
}

/* After over has been set and the partner has been given its last turn. */
static inline void ult_pair_end(struct bench_run *run, struct ult_pair *pair, uint64_t blocks)
{
	void *result = NULL;
	bool joined = pair->ult->join(pair->partner, &result);

	bench_check(run, joined && result == pair, "the partner is joined");
	pair->ult->sem_destroy();
	ult_end(run, pair->ult, blocks);
}

/*
 * --- Yield
 * ------------------------------------------------------------------------------------------------------------
 */

static inline __attribute__((always_inline)) void *ult_yielder(struct ult_pair *pair, const struct ult *ult)
{
	while (!pair->over) {
		ult->yield();
		pair->stop = os_clock_stop();
		pair->turns++;
	}
	return pair;
}

/*
 * One sample: one switch, from before the main part's yield to the partner's return from its own. fn calls
 * ult_yielder().
 */
ULT_MEASURE ult_yield(struct bench_run *run, const struct ult *ult, void *(*fn)(void *))
{
	struct ult_pair pair;
	uint64_t blocks;

	if (!ult_pair_begin(run, ult, &pair, fn, &blocks))
		return;
	ult->yield(); /* the partner begins, and yields back */
	while (bench_next(run)) {
		uint32_t turn = pair.turns;
		uint64_t start = os_clock_start();

		ult->yield();
		bench_check(run, pair.turns == turn + 1, "a yield runs the other thread once");
		bench_record(run, start, pair.stop);
	}
	pair.over = true;
	ult_pair_end(run, &pair, blocks);
}

/* Ten at a time, without a clock read. */
static inline __attribute__((always_inline)) void *ult_yielder_amortised(struct ult_pair *pair, const struct ult *ult)
{
	while (!pair->over) {
		REPEAT_10(ult->yield(); pair->turns++;)
	}
	return pair;
}

enum { ULT_SWITCHES = 20 };

/* One sample: 20 switches, from before the first of ten yields of the main part to the last one's return. */
ULT_MEASURE ult_yield_amortised(struct bench_run *run, const struct ult *ult, void *(*fn)(void *))
{
	struct ult_pair pair;
	uint64_t blocks;

	if (!ult_pair_begin(run, ult, &pair, fn, &blocks))
		return;
	ult->yield();
	while (bench_next(run)) {
		uint32_t turn = pair.turns;
		uint64_t start = os_clock_start();

		REPEAT_10(ult->yield();)
		bench_record(run, start, os_clock_stop());
		bench_check(run, pair.turns == turn + ULT_SWITCHES / 2, "each yield runs the other thread once");
	}
	pair.over = true;
	ult_pair_end(run, &pair, blocks);
}

/*
 * --- Ping-pong
 * ----------------------------------------------------------------------------------------------------------
 */

enum { ULT_PING, ULT_PONG };

static inline __attribute__((always_inline)) void *ult_ponger(struct ult_pair *pair, const struct ult *ult)
{
	for (;;) {
		ult->sem_down(ULT_PING);
		pair->stop = os_clock_stop();
		pair->turns++;
		if (pair->over)
			return pair;
		ult->sem_up(ULT_PONG);
	}
}

enum ult_trip { ULT_ONE_WAY, ULT_ROUND_TRIP };

/*
 * One sample, round trip: from before the up to the return of the down, two switches. One way: from before the up to
 * the partner's return from its down: one switch, to a thread that slept. Threads are never preempted, so the partner
 * sleeps whenever the main part runs, and the main part sleeps for each answer. fn calls ult_ponger().
 */
ULT_MEASURE ult_pingpong(struct bench_run *run, const struct ult *ult, void *(*fn)(void *), enum ult_trip trip)
{
	struct ult_pair pair;
	uint64_t blocks;

	if (!ult_pair_begin(run, ult, &pair, fn, &blocks))
		return;
	while (bench_next(run)) {
		uint32_t turn = pair.turns;
		uint64_t start = os_clock_start(), stop;

		ult->sem_up(ULT_PING);
		ult->sem_down(ULT_PONG);
		stop = os_clock_stop();
		bench_check(run, pair.turns == turn + 1, "the partner answers each time");
		bench_record(run, start, trip == ULT_ROUND_TRIP ? stop : pair.stop);
	}
	pair.over = true;
	ult->sem_up(ULT_PING);
	ult_pair_end(run, &pair, blocks);
}

/* For .repeat: trip after trip, without reading the clock. */
static inline __attribute__((always_inline)) void *ult_ponger_repeat(struct ult_pair *pair, const struct ult *ult)
{
	for (;;) {
		ult->sem_down(ULT_PING);
		if (pair->over)
			return pair;
		pair->turns++;
		ult->sem_up(ULT_PONG);
	}
}

/* fn calls ult_ponger_repeat(). */
ULT_MEASURE ult_pingpong_repeat(struct bench_run *run, const struct ult *ult, void *(*fn)(void *))
{
	struct ult_pair pair;
	uint64_t blocks;

	if (!ult_pair_begin(run, ult, &pair, fn, &blocks))
		return;
	while (bench_next(run)) {
		unsigned copies = bench_copies(run);
		uint32_t turns = pair.turns;
		uint64_t start = os_clock_start();

		REPEAT_COPIES(copies, 1, ult->sem_up(ULT_PING); ult->sem_down(ULT_PONG);)
		bench_record(run, start, os_clock_stop());
		bench_check(run, pair.turns == turns + copies, "the partner answers each time");
	}
	pair.over = true;
	ult->sem_up(ULT_PING);
	ult_pair_end(run, &pair, blocks);
}
