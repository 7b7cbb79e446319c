/* SPDX-License-Identifier: MIT */
/*
 * What a periodic thread's test sees of itself, all of one moment: between two reads of a program's the end of a slice or
 * the begin of a period may come, however near they are, if the host takes the virtual CPU away there.
 */
#pragma once

#include "core/percpu.h"
#include "core/rt.h"

struct periodic_look {
	uint64_t now_tsc, end_tsc; /* of this period */
	uint64_t left_ticks;       /* of its slice, when the thread began to run */
	struct rt_stats stats;
};

/* Of the calling thread, which is periodic. */
static inline struct periodic_look periodic_look(void)
{
	const struct rt *rt = this_cpu->current->rt;
	bool enabled = irq_save();
	struct periodic_look look = {
	    .now_tsc = clock_now(), .end_tsc = rt->cadence.next_tsc, .left_ticks = rt->left_ticks, .stats = rt_stats()};

	irq_restore(enabled);
	return look;
}

/* How many ends of periods lie between two looks. */
static inline uint64_t periodic_periods(const struct periodic_look *from, const struct periodic_look *to,
					uint64_t period_ticks)
{
	return (to->end_tsc - from->end_tsc + period_ticks / 2) / period_ticks;
}
