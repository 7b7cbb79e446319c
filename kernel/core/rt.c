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

static enum rt_state rt_state_of(const struct rt *rt)
{
	return __atomic_load_n(&rt->state, __ATOMIC_RELAXED);
}

static void rt_state_set(struct rt *rt, enum rt_state state)
{
	__atomic_store_n(&rt->state, state, __ATOMIC_RELAXED);
}

/* The slice of the running thread is over; preempt_interrupt() follows. */
static void rt_budget_over(struct timer *timer)
{
	(void)timer;
	rt_due(this_cpu->self);
}

static inline void rt_missed(struct rt *rt, uint64_t periods)
{
	rt->misses += periods;
	rt->thread->home->rt.misses += periods;
}

/*
 * A period begins: for a thread that waits for it, or for one that was throttled or has yielded in the period before and
 * goes on. One that has yielded runs, is ready or is blocked, maybe in the inbox: its dummy goes there.
 */
static void rt_release(struct timer *timer)
{
	struct rt *rt = (struct rt *)((char *)timer - offsetof(struct rt, release));
	struct thread *arrival;
	struct percpu *cpu;

	cadence_step(&rt->cadence);
	/* the deadline of one that goes on is ahead, however late this is: else it had a slice for each period passed over */
	if (rt->state != RT_WAITING)
		rt_missed(rt, 1 + cadence_pass(&rt->cadence, clock_now()));
	arrival = rt->thread;
	cpu = arrival->home;
	rt->left_ticks = rt->slice_ticks;
	rt->arrivals++;
	if (rt->state == RT_YIELDED) {
		rt_state_set(rt, RT_READY);
		arrival = &rt->again;
		if (rt->sent)
			return; /* and rt.due is set since then */
		rt->sent = true;
	} else {
		rt_state_set(rt, RT_RELEASED);
	}
	/* a CPU that was halted looks into its inbox by itself */
	if (!inbox_push(&cpu->inbox, arrival, arrival))
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
	rt_state_set(rt, RT_THROTTLED);
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

/* Takes a thread out of the run queue. O(n), but only for one that has yielded, once a period. False: it is not in there. */
static bool rt_unready(struct percpu *cpu, const struct thread *thread)
{
	for (struct thread **link = &cpu->run_head; *link != NULL; link = &(*link)->next) {
		if (*link != thread)
			continue;
		*link = thread->next;
		if (*link == NULL)
			cpu->run_tail = link;
		return true;
	}
	return false;
}

static inline void rt_guarantee(struct percpu *cpu, struct rt *rt)
{
	rt->node.deadline_tsc = rt->cadence.next_tsc;
	timer_heap_add(&cpu->rt.ready, &rt->node);
}

/* It had blocked within its guarantee: the wake-up rule (rt.h). Not inlined: who comes from a release pays nothing. */
static __attribute__((noinline)) void rt_sort_woken(struct rt *rt, uint64_t now_tsc)
{
	uint64_t passed = cadence_pass(&rt->cadence, now_tsc), most_ticks;

	if (passed > 0) {
		rt_missed(rt, passed);
		rt->arrivals++;
		rt->left_ticks = rt->slice_ticks;
	}
	most_ticks = (uint64_t)((unsigned __int128)(rt->cadence.next_tsc - now_tsc) * rt->share >> RT_SHARE_BITS);
	if (rt->left_ticks > most_ticks)
		rt->left_ticks = most_ticks;
}

/*
 * The thread had yielded. If it is in no run queue, it will be queued when it wakes; if it is not periodic any more, there
 * is nothing to do.
 */
static __attribute__((noinline)) void rt_sort_again(struct percpu *cpu, struct rt *rt)
{
	__atomic_store_n(&rt->sent, false, __ATOMIC_RELAXED);
	if (rt->thread->rt == rt && rt_state_of(rt) == RT_READY && rt_unready(cpu, rt->thread))
		rt_guarantee(cpu, rt);
}

static void rt_sort(struct percpu *cpu, struct thread *thread, uint64_t now_tsc)
{
	struct rt *rt = thread->rt;
	enum rt_state state;

	if (rt == NULL) {
		if (thread == &cpu->rt.bell)
			cpu->rt.rung = false;
		else
			sched_ready(cpu, thread);
		return;
	}
	if (thread == &rt->again) {
		rt_sort_again(cpu, rt);
		return;
	}
	state = rt_state_of(rt);
	if (state == RT_YIELDED) {
		sched_ready(cpu, thread);
		return;
	}
	if (state == RT_READY)
		rt_sort_woken(rt, now_tsc);
	rt_state_set(rt, RT_READY);
	if (rt->left_ticks == 0)
		rt_throttle(rt);
	else
		rt_guarantee(cpu, rt);
}

void rt_collect(struct percpu *cpu, struct thread *oldest)
{
	uint64_t now_tsc = clock_now();
	struct timer *first;

	rt_stop(cpu, now_tsc);
	while (oldest != NULL) {
		struct thread *next = oldest->next;

		rt_sort(cpu, oldest, now_tsc);
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

/* An ordinary thread until its next period begins. */
static void rt_yield(struct rt *rt)
{
	if (rt_state_of(rt) != RT_READY)
		return;
	rt_state_set(rt, RT_YIELDED);
	timer_call_at(&rt->release, rt->cadence.next_tsc); /* after the state: it may expire at once */
}

void rt_yielded_alone(struct percpu *cpu)
{
	if (cpu->current->rt != NULL)
		rt_yield(cpu->current->rt);
}

bool rt_woken(struct percpu *cpu, struct thread *thread)
{
	bool running = thread == cpu->current; /* then it yields */

	if (running && thread->rt != NULL)
		rt_yield(thread->rt);
	if (running || thread->rt == NULL || rt_state_of(thread->rt) == RT_YIELDED) {
		sched_ready(cpu, thread);
		return false;
	}
	inbox_push(&cpu->inbox, thread, thread);
	rt_due(cpu);
	return true;
}

/*
 * With the bell rung, sched_block() takes everybody out of the inbox, the caller perhaps among them. An ordinary caller
 * goes to the front, or if its quantum is over behind those in the run queue: only then it is preempted by ordinary threads.
 * None of this is a block of its own. The caller is in the run queue first: if it has yielded and its next period begins on
 * the way, it is found there.
 */
static void rt_make_room(struct percpu *cpu, struct thread *self, bool behind)
{
	if (behind)
		sched_ready(cpu, self);
	else
		rt_ready_first(cpu, self);
	rt_ring(cpu);
	self->blocks--;
	sched_block();
}

void rt_switch(struct percpu *cpu, bool behind)
{
	struct thread *self = cpu->current;
	struct rt *rt = self->rt;

	if (rt == NULL || rt_state_of(rt) != RT_READY) {
		rt_make_room(cpu, self, behind);
		return;
	}
	rt_stop(cpu, clock_now()); /* or it had yielded, and has its guarantee again */
	rt_ring(cpu);
	if (rt->left_ticks == 0)
		rt_throttle(rt);
	else
		rt_guarantee(cpu, rt); /* not by the inbox: that is for those who had blocked */
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

/* slice / period in two steps, since an hour of nanoseconds has 42 bits. */
static uint64_t rt_share(uint64_t slice_ns, uint64_t period_ns)
{
	uint64_t first = slice_ns << (RT_SHARE_BITS / 2), rest = first % period_ns << (RT_SHARE_BITS / 2);

	return (first / period_ns << (RT_SHARE_BITS / 2)) + rest / period_ns;
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
	utilisation_ppm = (uint32_t)((slice_ns * 1000000 + period_ns - 1) / period_ns);
	if (cpu->rt.promised_ppm + utilisation_ppm > RT_UTILISATION_MAX_PPM) {
		cpu->rt.refusals++;
		return -EBUSY;
	}
	rt = heap_alloc(sizeof(*rt));
	if (rt == NULL)
		return -EAGAIN;
	*rt = (struct rt){.thread = self, .slice_ticks = timer_ticks(slice_ns), .utilisation_ppm = utilisation_ppm};
	rt->release.fn = rt_release;
	rt->share = rt_share(slice_ns, period_ns);
	rt->again.rt = rt;
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
	struct rt *rt = this_cpu->current->rt;
	uint64_t begin;

	ASSERT(rt != NULL);
	if (rt_state_of(rt) == RT_YIELDED)
		timer_cancel(&rt->release);
	rt_missed(rt, cadence_pass(&rt->cadence, clock_now()));
	begin = rt->cadence.next_tsc;
	rt_state_set(rt, RT_WAITING);
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
	timer_cancel(&rt->release); /* it runs if the thread has yielded */
	self->rt = NULL;
	cpu->rt.promised_ppm -= rt->utilisation_ppm;
	rt_make_room(cpu, self, false); /* another periodic thread may be ready; takes the dummies out of the inbox */
	heap_free(rt);
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
