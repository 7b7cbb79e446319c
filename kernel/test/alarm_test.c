/* SPDX-License-Identifier: MIT */
/*
 * Alarms that are asked for more than their CPU can do: what they interrupt goes on, and no time is lost to the count.
 */
#include "core/alarm.h"
#include "core/ktest.h"
#include "core/timer.h"

enum { PERIOD_NS = 1000, TURNS = 1000, CALLS = 100 };

static struct {
	uint64_t calls;      /* atomic */
	uint64_t busy_ticks; /* of each call */
} beat;

static void beat_fn(void *arg)
{
	uint64_t end_tsc = clock_now() + beat.busy_ticks;

	(void)arg;
	__atomic_fetch_add(&beat.calls, 1, __ATOMIC_RELAXED);
	while (clock_now() < end_tsc)
		;
}

/* Interrupts a loop until it has had enough turns between enough calls; every time is a call or merged. */
static void overload(uint64_t busy_ns)
{
	uint64_t first_tsc = clock_now(), period = timer_ticks(PERIOD_NS), turns = 0, before, after, merged, times;
	struct alarm alarm;

	beat.calls = 0;
	beat.busy_ticks = timer_ticks(busy_ns);
	CHECK(alarm_start(&alarm, first_tsc, PERIOD_NS, beat_fn, NULL) == 0);
	while (turns < TURNS || __atomic_load_n(&beat.calls, __ATOMIC_RELAXED) < CALLS)
		turns++;
	before = clock_now();
	merged = alarm_stop(&alarm);
	after = clock_now();
	times = beat.calls + merged;
	/* first_tsc is a time itself; a period is rounded up to ticks here, so fewer fit than there were */
	CHECK(times >= (before - first_tsc) / period);
	CHECK(times <= (after - first_tsc) / (period - 1) + 1);
}

KERNEL_TEST(an_alarm_that_takes_longer_than_its_period_leaves_turns_to_what_it_interrupts)
{
	overload(2 * PERIOD_NS);
}

KERNEL_TEST(an_alarm_of_the_shortest_period_leaves_turns_to_what_it_interrupts)
{
	overload(0);
}
