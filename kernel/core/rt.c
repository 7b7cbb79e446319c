/* SPDX-License-Identifier: MIT */
/*
 * The running periodic thread, the heap of the ready ones, and the timers of releases.
 */
#include "core/rt.h"

#include "core/error.h"
#include "core/heap.h"
#include "core/panic.h"
#include "core/sched.h"
#include "core/timer.h"

/* --- Interrupts: off in all of these --------------------------------------------------------------------------------------- */

static void rt_due(struct percpu *cpu)
{
	__atomic_store_n(&cpu->rt.due, true, __ATOMIC_RELAXED);
}

/* The slice of the running thread is over; preempt_interrupt() follows. */
static void rt_budget_over(struct timer *timer)
{
	(void)timer;
	rt_due(this_cpu->self);
}

/* A period begins: for a thread that waits for it, or for one that was throttled in the period before and goes on. */
static void rt_release(struct timer *timer)
{
	struct rt *rt = (struct rt *)((char *)timer - offsetof(struct rt, release));
	struct percpu *cpu = rt->thread->home;

	cadence_step(&rt->cadence);
	rt->left_ticks = rt->slice_ticks;
	rt->arrivals++;
	if (rt->state == RT_THROTTLED) {
		rt->misses++;
		cpu->rt.misses++;
	}
	rt->state = RT_READY;
	/* a CPU that was halted looks into its inbox by itself */
	if (!inbox_push(&cpu->inbox, rt->thread, rt->thread))
		rt_due(cpu);
}

/* --- Scheduling points: thread context --------------------------------------------------------------------------------------- */

static void rt_ring(struct percpu *cpu)
{
	if (cpu->rt.rung)
		return;
	cpu->rt.rung = true;
	inbox_push(&cpu->inbox, &cpu->rt.bell, &cpu->rt.bell);
}

/* Until its next period begins; it must block. */
static void rt_throttle(struct rt *rt)
{
	rt->state = RT_THROTTLED;
	rt->throttlings++;
	rt->thread->home->rt.throttlings++;
	timer_call_at(&rt->release, rt->cadence.next_tsc);
}

static void rt_run(struct percpu *cpu, struct thread *thread, uint64_t now_tsc)
{
	cpu->rt.running = thread;
	cpu->rt.since_tsc = now_tsc;
	timer_call_at(&cpu->rt.budget, now_tsc + thread->rt->left_ticks);
	rt_ring(cpu);
}

/* The running periodic thread leaves the CPU: what it has used is taken from its slice. */
static void rt_stop(struct percpu *cpu, uint64_t now_tsc)
{
	struct thread *thread = cpu->rt.running;
	uint64_t used_ticks = now_tsc - cpu->rt.since_tsc;
	struct rt *rt;

	if (thread == NULL)
		return;
	rt = thread->rt;
	rt->left_ticks = rt->left_ticks > used_ticks ? rt->left_ticks - used_ticks : 0;
	cpu->rt.running = NULL;
	timer_cancel(&cpu->rt.budget);
}

/* In front of all others. */
static void rt_ready_first(struct percpu *cpu, struct thread *thread)
{
	thread->next = cpu->run_head;
	if (cpu->run_head == NULL)
		cpu->run_tail = &thread->next;
	cpu->run_head = thread;
}

static void rt_sort(struct percpu *cpu, struct thread *thread)
{
	struct rt *rt = thread->rt;

	if (thread == &cpu->rt.bell) {
		cpu->rt.rung = false;
	} else if (rt == NULL || rt->state != RT_READY) {
		sched_ready(cpu, thread);
	} else if (rt->left_ticks == 0) {
		rt_throttle(rt); /* it had blocked at the very end of its slice */
	} else {
		rt->node.deadline_tsc = rt->cadence.next_tsc;
		timer_heap_add(&cpu->rt.ready, &rt->node);
	}
}

void rt_collect(struct percpu *cpu, struct thread *oldest)
{
	uint64_t now_tsc = clock_now();
	struct timer *first;

	rt_stop(cpu, now_tsc);
	while (oldest != NULL) {
		struct thread *next = oldest->next;

		rt_sort(cpu, oldest);
		oldest = next;
	}
	first = cpu->rt.ready.root;
	if (first != NULL) {
		struct thread *thread = ((struct rt *)first)->thread;

		timer_heap_remove(&cpu->rt.ready, first);
		rt_ready_first(cpu, thread);
		rt_run(cpu, thread, now_tsc);
	}
}

bool rt_woken(struct percpu *cpu, struct thread *thread)
{
	bool running = thread == cpu->current; /* then it yields */

	if (running && thread->rt != NULL)
		thread->rt->state = RT_YIELDED;
	if (running || thread->rt == NULL || thread->rt->state != RT_READY) {
		sched_ready(cpu, thread);
		return false;
	}
	inbox_push(&cpu->inbox, thread, thread);
	rt_due(cpu);
	return true;
}

/*
 * With the bell rung, sched_block() takes everybody out of the inbox, the caller perhaps among them. An ordinary caller
 * goes to the front: among ordinary threads this is no preemption. None of this is a block of its own.
 */
static void rt_make_room(struct percpu *cpu, struct thread *self)
{
	rt_ready_first(cpu, self);
	rt_ring(cpu);
	self->blocks--;
	sched_block();
}

void rt_switch(struct percpu *cpu)
{
	struct thread *self = cpu->current;

	if (cpu->rt.running != self) {
		rt_make_room(cpu, self);
		return;
	}
	rt_stop(cpu, clock_now());
	rt_ring(cpu);
	if (self->rt->left_ticks == 0)
		rt_throttle(self->rt);
	else
		inbox_push(&cpu->inbox, self, self);
	self->blocks--;
	sched_block();
}

/* --- The thread's own ---------------------------------------------------------------------------------------------------- */

/* From the first periodic thread of a CPU to the last. */
static void rt_watch(struct percpu *cpu, bool on)
{
	irq_disable();
	cpu->rt.budget.fn = rt_budget_over;
	__atomic_store_n(&cpu->rt.due, false, __ATOMIC_RELAXED);
	preempt_watch_rt(cpu, on);
	irq_enable();
}

int rt_begin(uint64_t period_ns, uint64_t slice_ns)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current;
	uint32_t utilisation_ppm;
	struct rt *rt;

	if (period_ns < RT_PERIOD_MIN_NS || period_ns > CADENCE_PERIOD_MAX_NS || slice_ns < RT_SLICE_MIN_NS ||
	    slice_ns > period_ns || self->rt != NULL)
		return -EINVAL;
	utilisation_ppm = (uint32_t)(slice_ns * 1000000 / period_ns);
	if (cpu->rt.promised_ppm + utilisation_ppm > RT_UTILISATION_MAX_PPM) {
		cpu->rt.refusals++;
		return -EBUSY;
	}
	rt = heap_alloc(sizeof(*rt));
	if (rt == NULL)
		return -EAGAIN;
	*rt = (struct rt){.thread = self, .slice_ticks = timer_ticks(slice_ns), .utilisation_ppm = utilisation_ppm};
	rt->release.fn = rt_release;
	rt->left_ticks = rt->slice_ticks;
	rt->arrivals = 1;
	cpu->rt.promised_ppm += utilisation_ppm;
	if (cpu->rt.count++ == 0)
		rt_watch(cpu, true);
	cadence_init(&rt->cadence, clock_now(), period_ns);
	self->rt = rt;
	rt_run(cpu, self, rt->cadence.next_tsc);
	cadence_step(&rt->cadence);
	return 0;
}

uint64_t rt_wait(void)
{
	struct percpu *cpu = this_cpu->self;
	struct rt *rt = cpu->current->rt;
	uint64_t missed, begin;

	ASSERT(rt != NULL);
	missed = cadence_pass(&rt->cadence, clock_now());
	rt->misses += missed;
	cpu->rt.misses += missed;
	begin = rt->cadence.next_tsc;
	rt->state = RT_WAITING;
	timer_call_at(&rt->release, begin);
	sched_block();
	return begin;
}

void rt_end(void)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current;
	struct rt *rt = self->rt;

	ASSERT(rt != NULL);
	if (cpu->rt.running == self)
		rt_stop(cpu, clock_now());
	self->rt = NULL;
	cpu->rt.promised_ppm -= rt->utilisation_ppm;
	heap_free(rt);
	rt_make_room(cpu, self); /* another periodic thread may be ready; and takes the bell away if none is */
	if (--cpu->rt.count == 0)
		rt_watch(cpu, false);
}

struct rt_stats rt_stats(void)
{
	const struct rt *rt = this_cpu->current->rt;

	return (struct rt_stats){.arrivals = rt->arrivals, .misses = rt->misses, .throttlings = rt->throttlings};
}

uint64_t rt_refusals(unsigned cpu)
{
	return percpu_at(cpu)->rt.refusals;
}
