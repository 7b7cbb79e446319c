/* SPDX-License-Identifier: MIT */
/*
 * What waking everybody costs the waker, over the number of waiters: a figure of growth.
 *
 * One sample: t0 before os_event_wake_all(), t1 after it has returned, both by the waker on CPU 0. The waiters are on
 * the other CPUs in turn. All slept in each sample; a round in which one did not is repeated, never recorded, and
 * counted. The waiters' way back is not timed: wake_all has it. A system that cannot have so many threads skips the point.
 */
#include "place.h"

struct waiter {
	uint32_t armed; /* round it is about to wait for; by the waiter */
	uint32_t seen;  /* round that woke it: slept and strays are valid; by the waiter */
	uint32_t slept;
	uint32_t strays; /* returns without a wake, or on a wrong CPU */
	unsigned cpu;
	struct os_thread thread;
};

static struct {
	struct os_event event;
	uint32_t round; /* the predicate; by the waker */
	uint32_t over;  /* this round is the last */
	unsigned count;
	unsigned repeats; /* rounds in which a waiter had not slept */
	struct waiter *waiter;
} crowd;

static void *waiter_main(void *arg)
{
	struct waiter *waiter = arg;
	uint32_t round = 0, over;

	do {
		uint32_t ticket = os_event_ticket(&crowd.event);
		uint64_t blocks = os_thread_blocks();

		share_set(&waiter->armed, ++round);
		os_event_wait(&crowd.event, ticket);
		over = share_get(&crowd.over); /* before seen, which lets the waker go on to the last round */
		waiter->slept = os_thread_blocks() != blocks;
		waiter->strays += share_get(&crowd.round) != round || os_cpu_self() != waiter->cpu;
		share_set(&waiter->seen, round);
	} while (!over);
	return NULL;
}

/* Starts waiters until there are count. False: there is no room for so many. */
static bool crowd_start(struct bench_run *run, unsigned count)
{
	for (crowd.count = 0; crowd.count < count; crowd.count++) {
		struct waiter *waiter = &crowd.waiter[crowd.count];
		struct os_thread_attr attr;
		int error;

		*waiter = (struct waiter){.cpu = place_other(crowd.count)};
		error = os_thread_attr_init(&attr, waiter->cpu);
		bench_check(run, error == 0, "the waiter's CPU exists");
		if (error != 0)
			return false;
		error = os_thread_create(&waiter->thread, &attr, waiter_main, waiter);
		os_thread_attr_destroy(&attr);
		if (error != 0)
			return false;
	}
	return true;
}

/* Returns when every waiter has announced the next round and has had time to fall asleep. */
static void crowd_settle(struct bench_run *run)
{
	for (unsigned i = 0; i < crowd.count; i++)
		place_await(&crowd.waiter[i].armed, crowd.round + 1, crowd.waiter[i].cpu);
	place_settle(run, place_other(0));
}

/* Lets every waiter return. False: one of them had not slept. */
static bool crowd_ran(struct bench_run *run)
{
	bool slept = true;

	for (unsigned i = 0; i < crowd.count; i++) {
		place_await(&crowd.waiter[i].seen, crowd.round, crowd.waiter[i].cpu);
		slept = slept && crowd.waiter[i].slept;
		bench_check(run, crowd.waiter[i].strays == 0, "a waiter returns only when woken, and on its CPU");
	}
	crowd.repeats += !slept;
	bench_check(run, crowd.repeats <= run->total + 1000, "the waiters sleep before they are woken");
	return slept;
}

static void crowd_round(struct bench_run *run)
{
	uint64_t start, stop;

	do {
		crowd_settle(run);
		share_set(&crowd.round, crowd.round + 1);
		start = os_clock_start();
		os_event_wake_all(&crowd.event);
		stop = os_clock_stop();
	} while (!crowd_ran(run) && run->failed == NULL);
	bench_record(run, start, stop);
}

static void crowd_end(struct bench_run *run)
{
	share_set(&crowd.over, 1);
	crowd_settle(run);
	share_set(&crowd.round, crowd.round + 1);
	os_event_wake_all(&crowd.event);
	for (unsigned i = 0; i < crowd.count; i++) {
		bench_check(run, os_thread_join(&crowd.waiter[i].thread, NULL) == 0, "the waiter can be joined");
		bench_check(run, crowd.waiter[i].seen == crowd.round, "every waiter was woken once a round");
	}
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the waker stayed on CPU 0");
}

static void measure(struct bench_run *run)
{
	unsigned count = bench_int(run, "waiters");

	place_main(run);
	os_event_init(&crowd.event);
	crowd.round = crowd.over = crowd.repeats = 0;
	crowd.waiter = os_malloc(count * sizeof(struct waiter));
	if (crowd.waiter == NULL) {
		bench_skip(run, "no memory for so many waiters");
		return;
	}
	if (crowd_start(run, count)) {
		while (bench_next(run))
			crowd_round(run);
	} else {
		bench_skip(run, "the system has no room for so many threads");
	}
	crowd_end(run);
	os_free(crowd.waiter);
}

BENCH(wake_all_call, .run = measure, .unit = "ticks",
      .about = "os_event_wake_all(): call to return, n threads on other CPUs wait",
      .params = {{"waiters", "1 4 16 64 256 1000 10000"}}, .min_cpus = 2, .max_samples = 100, .max_warmup = 10,
      .extra = true);
