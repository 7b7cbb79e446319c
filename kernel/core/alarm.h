/* SPDX-License-Identifier: MIT */
/*
 * A function that is called again and again, at times fixed beforehand, in interruption of whatever runs on one CPU. A
 * call that comes late, because interrupts were off or other handlers ran, stands for all times that are over by then:
 * they are counted, so that calls and merged times together are exactly the times that have passed. An fn that
 * takes longer than a period is called as often as that allows, and what it interrupts goes on in between: core/timer.c.
 */
#pragma once

#include "core/cadence.h"
#include "core/percpu.h"

struct alarm {
	struct timer timer; /* first: its function finds the alarm by it */
	struct cadence cadence;
	void (*fn)(void *arg);
	void *arg;
	struct percpu *cpu; /* the one that it interrupts */
	uint64_t merged;    /* times without a call of their own; by that CPU, interrupts off */
};

/*
 * Calls fn(arg) on the caller's CPU at first_tsc, first_tsc + period …, under the rules of core/remote_call.h. The caller
 * is a thread that stays on its CPU, and keeps the struct until alarm_stop(). -EINVAL: the period is below
 * CADENCE_PERIOD_MIN_NS or above CADENCE_PERIOD_MAX_NS.
 */
int alarm_start(struct alarm *alarm, uint64_t first_tsc, uint64_t period_ns, void (*fn)(void *arg), void *arg);
/* Ends it, from any CPU, and returns the merged times. fn has returned and does not run again. */
uint64_t alarm_stop(struct alarm *alarm);
