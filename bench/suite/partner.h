/* SPDX-License-Identifier: MIT */
/*
 * A further thread of a benchmark, pinned from its first instruction on. It is started and joined outside what is
 * measured; it can tell at any time whether it is where it should be.
 */
#pragma once

#include "place.h"

struct partner {
	struct os_thread thread;
	struct os_thread_attr attr;
	unsigned cpu;
	bool started;
};

/* Starts fn(arg) on cpu. If that fails the benchmark has failed, and partner_end() does nothing. */
static inline void partner_start(struct bench_run *run, struct partner *partner, unsigned cpu, void *(*fn)(void *),
				 void *arg)
{
	partner->cpu = cpu;
	partner->started = false;
	if (os_thread_attr_init(&partner->attr, cpu) != 0) {
		bench_check(run, false, "the partner's CPU exists");
		return;
	}
	partner->started = os_thread_create(&partner->thread, &partner->attr, fn, arg) == 0;
	bench_check(run, partner->started, "the partner can be created");
	if (!partner->started)
		os_thread_attr_destroy(&partner->attr);
}

/* For the partner itself: does it run where it was put? */
static inline bool partner_in_place(const struct partner *partner)
{
	return os_cpu_self() == partner->cpu;
}

/* Waits until the partner has returned; tell it to, first. */
static inline void partner_end(struct bench_run *run, struct partner *partner)
{
	if (!partner->started)
		return;
	bench_check(run, os_thread_join(&partner->thread, NULL) == 0, "the partner can be joined");
	os_thread_attr_destroy(&partner->attr);
	partner->started = false;
}
