/* SPDX-License-Identifier: MIT */
/*
 * Waking or calling at a time. Each CPU has its own timers, touched by itself only, with interrupts off, and arms its
 * one-shot hardware for the earliest: a CPU without timers gets no interrupt. Expiry makes the thread ready through its
 * CPU's inbox, or calls a function; nothing happens early, since the handler compares with the clock again.
 */
#pragma once

#include "core/percpu.h"

/*
 * Wakes timer->thread, the caller, when the clock reaches timer->deadline_tsc, unless a waker has claimed it first:
 * thread->timed must be THREAD_WAITING. The caller keeps the struct until timer_cancel(), on the same CPU.
 */
void timer_add(struct timer *timer);
/*
 * The same for a timer with timer->fn: calls it when the clock reaches the deadline, in the timer interrupt of this CPU,
 * under the rules of core/remote_call.h. It may set another deadline and add the timer again. Interrupts on or off.
 */
void timer_call_at(struct timer *timer, uint64_t deadline_tsc);
/* Whether it is to expire yet. On its CPU with interrupts off, if it can expire. */
static inline bool timer_pending(const struct timer *timer)
{
	return timer->thread != NULL;
}
/* Withdraws it if it has not expired. Needed after timer_add() unless it is certain to have expired. */
void timer_cancel(struct timer *timer);
/* Blocks the calling thread until the clock reaches deadline_tsc. */
void timer_sleep_until(uint64_t deadline_tsc);
/* Blocks for at least ns nanoseconds. */
void timer_sleep_ns(uint64_t ns);
/* Nanoseconds as ticks of the clock, rounded up; never more than 2^63, also for longer times. */
uint64_t timer_ticks(uint64_t ns);
