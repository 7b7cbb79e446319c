/* SPDX-License-Identifier: MIT */
/*
 * Between a heap of deadlines and one-shot hardware: whoever changes the earliest deadline sets the hardware.
 */
#include "core/timer.h"

#include "core/panic.h"
#include "core/sched.h"

void timer_add(struct timer *timer)
{
	struct percpu *cpu = this_cpu->self;
	bool enabled = irq_save();

	DEBUG_ASSERT(timer->thread->home == cpu);
	timer_heap_add(&cpu->timers, timer);
	if (cpu->timers.root == timer)
		timer_arm(timer->deadline_tsc);
	irq_restore(enabled);
}

/* thread tells whether the timer is in the heap: here it is the idle thread, which never waits with a time limit. */
void timer_call_at(struct timer *timer, uint64_t deadline_tsc)
{
	struct percpu *cpu = this_cpu->self;
	bool enabled = irq_save();

	DEBUG_ASSERT(timer->fn != NULL && timer->thread == NULL);
	timer->deadline_tsc = deadline_tsc;
	timer->thread = &cpu->idle;
	timer_heap_add(&cpu->timers, timer);
	if (cpu->timers.root == timer)
		timer_arm(deadline_tsc);
	irq_restore(enabled);
}

void timer_cancel(struct timer *timer)
{
	struct percpu *cpu = this_cpu->self;
	bool enabled = irq_save(), first = cpu->timers.root == timer;

	if (timer->thread != NULL) {
		timer_heap_remove(&cpu->timers, timer);
		if (cpu->timers.root == NULL)
			timer_disarm();
		else if (first)
			timer_arm(cpu->timers.root->deadline_tsc);
		timer->thread = NULL;
	}
	irq_restore(enabled);
}

/*
 * The hardware's one shot: wakes or calls everybody whose time had come when it began, then arms for the next. If that one
 * is due by now, whoever was interrupted first gets as long as this took: timers that are set again for times that are
 * nearer than they cost take half the CPU, not all of it.
 */
bool timer_interrupt(uintptr_t rip)
{
	struct percpu *cpu = this_cpu->self;
	uint64_t begin_tsc = clock_now();
	struct timer *timer;

	while ((timer = cpu->timers.root) != NULL && timer->deadline_tsc <= begin_tsc) {
		struct thread *thread = timer->thread;
		uint32_t waiting = THREAD_WAITING;

		timer_heap_remove(&cpu->timers, timer);
		timer->thread = NULL; /* tells timer_cancel() that it has expired */
		if (timer->fn != NULL)
			timer->fn(timer);
		else if (__atomic_compare_exchange_n(&thread->timed, &waiting, THREAD_TIMED_OUT, false,
						     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			sched_wake_interrupt(thread);
	}
	if (timer != NULL) {
		uint64_t end_tsc = clock_now();

		timer_arm(timer->deadline_tsc > end_tsc ? timer->deadline_tsc : end_tsc + (end_tsc - begin_tsc));
	}
	return __builtin_expect(cpu->preempt.on, false) && preempt_interrupt(rip);
}

void timer_sleep_until(uint64_t deadline_tsc)
{
	struct thread *self = this_cpu->current;
	struct timer timer = {.deadline_tsc = deadline_tsc, .thread = self};

	self->timed = THREAD_WAITING;
	timer_add(&timer);
	sched_block();
	self->timed = THREAD_UNTIMED;
}

uint64_t timer_ticks(uint64_t ns)
{
	const uint64_t second = 1000000000, most = (uint64_t)1 << 63;
	uint64_t seconds = ns / second, rest = ns % second;

	if (seconds >= most / clock_hz)
		return most;
	/* rest * clock_hz fits 64 bits up to 18 GHz */
	return seconds * clock_hz + (rest * clock_hz + second - 1) / second;
}

void timer_sleep_ns(uint64_t ns)
{
	timer_sleep_until(clock_now() + timer_ticks(ns));
}
