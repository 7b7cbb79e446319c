/* SPDX-License-Identifier: MIT */
/*
 * The spin lock (tickets) while several CPUs want it. One sample: see contended.h.
 */
#include "contended.h"

static struct contended all;
static struct os_spin spin __attribute__((aligned(SHARE_ALIGN_BYTES)));

static void enter(void *place)
{
	(void)place;
	os_spin_lock(&spin);
}

static void leave(void *place)
{
	(void)place;
	os_spin_unlock(&spin);
}

static const struct contended_lock lock = {.enter = enter, .leave = leave};

static void *contender(void *arg)
{
	contended_member(&all, &lock, arg, NULL);
	return NULL;
}

static void measure(struct bench_run *run)
{
	os_spin_init(&spin);
	contended_measure(run, &all, &lock, NULL, contender);
}

BENCH(spin_contended, .run = measure, .unit = "ticks",
      .about = "10 turns of os_spin_lock(), os_spin_unlock(); the others take turns too",
      .params = {{"threads", "2 4 8 16"}}, .per = CONTENDED_TURNS, .min_cpus = 2, .max_samples = 500, .max_warmup = 50);
