/* SPDX-License-Identifier: MIT */
/*
 * The MCS lock while several CPUs want it. One sample: see contended.h.
 */
#include "contended.h"

static struct contended all;
static struct os_mcs mcs __attribute__((aligned(SHARE_ALIGN_BYTES)));

static void enter(void *place)
{
	os_mcs_lock(&mcs, place);
}

static void leave(void *place)
{
	os_mcs_unlock(&mcs, place);
}

static const struct contended_lock lock = {.enter = enter, .leave = leave};

static void *contender(void *arg)
{
	struct os_mcs_node node;

	contended_member(&all, &lock, arg, &node);
	return NULL;
}

static void measure(struct bench_run *run)
{
	struct os_mcs_node node;

	os_mcs_init(&mcs);
	contended_measure(run, &all, &lock, &node, contender);
}

BENCH(mcs_contended, .run = measure, .unit = "ticks",
      .about = "10 turns of os_mcs_lock(), os_mcs_unlock(); the others take turns too",
      .params = {{"threads", "2 4 8 16"}}, .per = CONTENDED_TURNS, .min_cpus = 2, .max_samples = 500, .max_warmup = 50);
