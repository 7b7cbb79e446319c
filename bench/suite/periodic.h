/* SPDX-License-Identifier: MIT */
/*
 * A loop that works once a period, in two ways (parameter "by"): "deadline" as a periodic thread with a promised slice,
 * "sleep" as an ordinary one that sleeps until its next tick. Both pass over the periods that begin while they are late.
 */
#pragma once

#include "place.h"

struct periodic {
	bool deadline;
	uint64_t period_ns, first, begin; /* ticks: of its first period, of the current one */
};

static inline uint64_t periodic_ticks(uint64_t ns)
{
	return ns * os_clock_hz() / (1000 * 1000 * 1000); /* below 2^64 up to 1 s at 18 GHz */
}

/* False: not on this system, or not admitted; the point is skipped with the reason. */
static inline bool periodic_begin(struct bench_run *run, struct periodic *periodic, uint64_t slice_ns)
{
	int error = 0;

	periodic->period_ns = (uint64_t)bench_int(run, "period_us") * 1000;
	periodic->deadline = bench_is(run, "by", "deadline");
	if (periodic->deadline)
		error = os_periodic_begin(periodic->period_ns, slice_ns);
	switch (error) {
	case 0:
		break;
	case -1: /* EPERM */
		bench_skip(run, "the system does not permit periodic threads");
		return false;
	case -16: /* EBUSY */
		bench_skip(run, "the system does not admit this slice");
		return false;
	case -22: /* EINVAL */
		bench_skip(run, "the system refuses such a short period or slice");
		return false;
	default:
		bench_skip(run, "the system has no periodic threads");
		return false;
	}
	periodic->first = os_clock_stop();
	periodic->begin = periodic->first;
	return true;
}

/* Ends this period's work and waits for the next period; returns how many were passed over. */
static inline uint64_t periodic_wait(struct periodic *periodic)
{
	uint64_t before = periodic->begin, ticks = periodic_ticks(periodic->period_ns);

	if (periodic->deadline) {
		periodic->begin = os_periodic_wait();
	} else {
		uint64_t passed = (os_clock_stop() - periodic->first) / ticks;

		periodic->begin = periodic->first + (passed + 1) * ticks;
		os_sleep_until(periodic->begin);
	}
	return (periodic->begin - before + ticks / 2) / ticks - 1;
}

static inline void periodic_end(struct periodic *periodic)
{
	if (periodic->deadline)
		os_periodic_end();
}
