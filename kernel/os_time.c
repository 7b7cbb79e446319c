/* SPDX-License-Identifier: MIT */
/*
 * The section "Time" of bench/os.h: sleeps, alarms and periodic work are core's own.
 */
#include "os.h"

#include "core/rt.h"
#include "core/timer.h"

void os_sleep_ns(uint64_t ns)
{
	timer_sleep_ns(ns);
}

void os_sleep_until(uint64_t tick)
{
	if (clock_now() < tick)
		timer_sleep_until(tick);
}

int os_alarm_start(struct os_alarm *alarm, uint64_t first, uint64_t period_ns, void (*fn)(void *arg), void *arg)
{
	return alarm_start(&alarm->alarm, first, period_ns, fn, arg);
}

uint64_t os_alarm_stop(struct os_alarm *alarm)
{
	return alarm_stop(&alarm->alarm);
}

int os_periodic_begin(uint64_t period_ns, uint64_t slice_ns)
{
	return rt_begin(period_ns, slice_ns);
}

uint64_t os_periodic_wait(void)
{
	return rt_wait();
}

void os_periodic_end(void)
{
	rt_end();
}
