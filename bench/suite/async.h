/* SPDX-License-Identifier: MIT */
/*
 * Threads that are interrupted by asynchronous events: what the benchmarks async_* have in common. Target i is a thread
 * on CPU i + 1 that spins, so that the cost of leaving the idle state is in no sample; its event's function stamps and
 * counts. The main part on CPU 0 notifies, and goes on when every target has answered.
 */
#pragma once

#include "partner.h"

enum { ASYNC_TARGETS_MAX = 63 };

struct async_target {
	struct os_async event;
	uint64_t stamp;   /* of the last run of its function */
	uint32_t answers; /* runs of its function; by it */
	uint32_t ready;   /* the event exists; by the target */
	uint32_t strays;  /* answers from a wrong CPU */
	bool failed;
	const uint32_t *over;
	struct partner partner;
} __attribute__((aligned(SHARE_ALIGN_BYTES)));

struct async_targets {
	unsigned count;
	uint32_t sent; /* notifications to each */
	struct async_target target[ASYNC_TARGETS_MAX];
	uint32_t over __attribute__((aligned(SHARE_ALIGN_BYTES)));
};

static inline void async_answer(void *arg)
{
	uint64_t stamp = os_clock_stop();
	struct async_target *target = arg;

	target->stamp = stamp;
	target->strays += !partner_in_place(&target->partner);
	share_set(&target->answers, target->answers + 1);
}

static inline void *async_target_main(void *arg)
{
	struct async_target *target = arg;

	target->failed = os_async_init(&target->event, async_answer, target) != 0;
	share_set(&target->ready, 1);
	while (!share_get(target->over))
		os_relax();
	if (!target->failed)
		os_async_destroy(&target->event);
	return NULL;
}

/* Starts count targets; on return each spins. */
static inline void async_begin(struct bench_run *run, struct async_targets *all, unsigned count)
{
	place_main(run);
	all->sent = 0;
	all->count = 0;
	share_set(&all->over, 0);
	while (run->failed == NULL && all->count < count) {
		struct async_target *target = &all->target[all->count];

		target->answers = target->ready = target->strays = 0;
		target->over = &all->over;
		partner_start(run, &target->partner, all->count + 1, async_target_main, target);
		all->count += target->partner.started;
	}
	for (unsigned i = 0; i < all->count; i++) {
		while (!share_get(&all->target[i].ready))
			os_relax();
		bench_check(run, !all->target[i].failed, "there is room for one event");
	}
}

/* Before a sample: out of step with anything periodic. */
static inline void async_pause(struct bench_run *run)
{
	os_delay_ns(bench_random(run, 1000, 5000));
}

/* After one more notification of each target: returns when all have answered. */
static inline void async_await(struct async_targets *all)
{
	all->sent++;
	for (unsigned i = 0; i < all->count; i++)
		while (share_get(&all->target[i].answers) != all->sent)
			os_relax();
}

/* Joins the targets and checks the count of answers. */
static inline void async_end(struct bench_run *run, struct async_targets *all)
{
	os_delay_ns(100000); /* an answer too many would come now */
	share_set(&all->over, 1);
	for (unsigned i = 0; i < all->count; i++) {
		partner_end(run, &all->target[i].partner);
		bench_check(run, all->target[i].answers == all->sent, "each notification was answered exactly once");
		bench_check(run, all->target[i].strays == 0, "each function ran on its thread's CPU");
	}
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part stayed on CPU 0");
}
