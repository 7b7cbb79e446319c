/* SPDX-License-Identifier: MIT */
/*
 * One timer, which its own function sets again.
 */
#include "core/alarm.h"

#include "core/error.h"
#include "core/remote_call.h"
#include "core/timer.h"

/* Times that are over when fn returns, because it takes longer than a period, have no call of their own either. */
static void alarm_expire(struct timer *timer)
{
	struct alarm *alarm = (struct alarm *)timer;

	alarm->merged += cadence_pass(&alarm->cadence, clock_now()) - 1;
	alarm->fn(alarm->arg);
	alarm->merged += cadence_pass(&alarm->cadence, clock_now());
	timer_call_at(timer, alarm->cadence.next_tsc);
}

int alarm_start(struct alarm *alarm, uint64_t first_tsc, uint64_t period_ns, void (*fn)(void *arg), void *arg)
{
	if (period_ns < CADENCE_PERIOD_MIN_NS || period_ns > CADENCE_PERIOD_MAX_NS)
		return -EINVAL;
	*alarm = (struct alarm){.timer.fn = alarm_expire, .fn = fn, .arg = arg, .cpu = this_cpu->self};
	cadence_init(&alarm->cadence, first_tsc, period_ns);
	timer_call_at(&alarm->timer, first_tsc);
	return 0;
}

/* On its own CPU with interrupts off. Times that are over but have not been called are merged, too. */
static void alarm_cancel(void *arg)
{
	struct alarm *alarm = arg;

	timer_cancel(&alarm->timer);
	alarm->merged += cadence_pass(&alarm->cadence, clock_now());
}

uint64_t alarm_stop(struct alarm *alarm)
{
	remote_call_wait(alarm->cpu->cpu, alarm_cancel, alarm);
	return alarm->merged;
}
