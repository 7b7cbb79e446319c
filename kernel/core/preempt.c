/* SPDX-License-Identifier: MIT */
/*
 * The quantum's timer, and the decision at its end.
 *
 * Why no second thread is overlooked: the timer stops only when its interrupt finds a program's text, so nothing of the
 * scheduler's is under way, and the run queue is empty, or when it finds the CPU waiting for work. It then raises the watch
 * bit. From there on this CPU's own wakes see the bit; others push first and look at the bit after, both ordered by the
 * push's locked instruction, while we raise the bit first and look at the inbox after, with a fence in between: one of
 * the two sees the other.
 */
#include "core/preempt.h"

#include "core/error.h"
#include "core/panic.h"
#include "core/remote_call.h"
#include "core/sched.h"
#include "core/timer.h"

enum {
	QUANTUM_MIN_NS = 10 * 1000,
	QUANTUM_MAX_NS = 1000 * 1000 * 1000,
};

static struct {
	uint64_t quantum_ns;    /* 0: off */
	uint64_t quantum_ticks; /* atomic: each CPU reads it in its timer interrupt */
} preempt_setting;

/* --- The quantum's timer: interrupts off ------------------------------------------------------------------------------- */

static void preempt_tick(struct timer *timer)
{
	(void)timer;
	this_cpu->preempt.due = true;
	this_cpu->preempt.ended = this_cpu->current;
}

static void preempt_tick_arm(struct preempt *preempt)
{
	timer_call_at(&preempt->tick, clock_now() + preempt_setting.quantum_ticks);
}

/* A second thread is ready, or may be. */
static void preempt_tick_start(struct percpu *cpu)
{
	struct preempt *preempt = &cpu->preempt;

	if ((cpu->watch & PREEMPT_WATCH_QUANTUM) == 0)
		return;
	__atomic_store_n(&cpu->watch, cpu->watch & ~PREEMPT_WATCH_QUANTUM, __ATOMIC_RELAXED);
	preempt->due = false;
	preempt->seen = cpu->current;
	preempt_tick_arm(preempt);
}

/* No second thread is ready. */
static void preempt_tick_stop(struct percpu *cpu)
{
	cpu->preempt.due = false;
	/* sequentially consistent: the bit is visible before we look into the inbox; see above */
	__atomic_store_n(&cpu->watch, cpu->watch | PREEMPT_WATCH_QUANTUM, __ATOMIC_SEQ_CST);
	if (inbox_waiting(&cpu->inbox))
		preempt_tick_start(cpu);
}

/* The quantum is over and the thread is in a program's text. True: it is to be switched from. */
static bool preempt_tick_over(struct percpu *cpu)
{
	struct preempt *preempt = &cpu->preempt;
	/* the second: a tick that came on the way here ends nothing of what this thread has only now been given */
	bool other = (preempt->seen != NULL && preempt->seen != cpu->current) || preempt->ended != cpu->current ||
		     cpu->rt.running == cpu->current;

	if (cpu->run_head == NULL && !inbox_waiting(&cpu->inbox)) {
		preempt_tick_stop(cpu);
		return false;
	}
	preempt->due = false;
	preempt->seen = other ? cpu->current : cpu->run_head;
	preempt_tick_arm(preempt);
	return !other;
}

/*
 * A switch is due in kernel text: preempt_interrupt() comes again when this CPU is about to go on in a program's. Not by a timer:
 * that could find kernel text each time, and where instructions are counted each setting of a timer ends the virtual CPU's
 * turn, so that others may use up all the time until it expires.
 */
static void preempt_at_exit(struct preempt *preempt)
{
	preempt->deferrals++;
	program_catch();
}

/* A periodic thread has arrived, or its slice is over. */
static bool preempt_rt_due(struct percpu *cpu, uintptr_t rip)
{
	if (!text_is_program(rip) && !text_is_waiting(rip)) {
		preempt_at_exit(&cpu->preempt);
		return false;
	}
	__atomic_store_n(&cpu->rt.due, false, __ATOMIC_RELAXED);
	cpu->preempt.rt = text_is_program(rip);
	if (cpu->preempt.due)
		preempt_at_exit(&cpu->preempt);
	return cpu->preempt.rt;
}

bool preempt_interrupt(uintptr_t rip)
{
	struct percpu *cpu = this_cpu->self;
	struct preempt *preempt = &cpu->preempt;

	if (!preempt->on)
		return false;
	if (inbox_waiting(&cpu->inbox))
		preempt_tick_start(cpu);
	if (__atomic_load_n(&cpu->rt.due, __ATOMIC_RELAXED))
		return preempt_rt_due(cpu, rip);
	if (!preempt->due)
		return false;
	if (text_is_program(rip))
		return preempt_tick_over(cpu);
	if (text_is_waiting(rip)) {
		/* it looks into its inbox next, and finds the bit when it has taken out what is there */
		preempt->due = false;
		cpu->watch |= PREEMPT_WATCH_QUANTUM;
	} else {
		preempt_at_exit(preempt);
	}
	return false;
}

static void preempt_prepare(struct preempt *preempt)
{
	preempt->tick.fn = preempt_tick;
}

/* --- Thread context ---------------------------------------------------------------------------------------------------- */

/* On a CPU with periodic threads. One of them does not yield: its next period may begin on the way, and would be given up. */
static __attribute__((noinline)) void preempt_switch_rt(struct percpu *cpu)
{
	bool quantum = !cpu->preempt.rt;

	cpu->preempt.rt = false;
	if (quantum && cpu->current->rt == NULL)
		sched_yield();
	else
		rt_switch(cpu, quantum);
}

void preempt_switch(void)
{
	struct percpu *cpu = this_cpu->self;

	cpu->preempt.switches++;
	if (cpu->rt.count > 0 || cpu->preempt.rt)
		preempt_switch_rt(cpu);
	else
		sched_yield();
}

static void preempt_start(struct percpu *cpu)
{
	bool enabled = irq_save();

	preempt_tick_start(cpu);
	irq_restore(enabled);
}

static void preempt_woken_rt(struct percpu *cpu, struct thread *oldest)
{
	bool due = false;

	while (oldest != NULL) {
		struct thread *next = oldest->next;

		due |= rt_woken(cpu, oldest);
		oldest = next;
	}
	if (due)
		preempt_at_exit(&cpu->preempt);
}

void preempt_woken(struct percpu *cpu, struct thread *oldest, struct thread *newest)
{
	if (cpu->watch & PREEMPT_WATCH_RT) {
		newest->next = NULL;
		preempt_woken_rt(cpu, oldest);
	} else {
		sched_ready_chain(cpu, oldest, newest);
	}
	preempt_start(cpu);
}

/* Whoever collects is about to run the first of them. */
void preempt_collect(struct percpu *cpu)
{
	struct thread *newest, *oldest;

	/* before taking: whoever arrives from here on says so again */
	__atomic_store_n(&cpu->rt.due, false, __ATOMIC_RELAXED);
	oldest = inbox_take(&cpu->inbox, &newest);
	if (cpu->watch & PREEMPT_WATCH_RT)
		rt_collect(cpu, oldest);
	else if (oldest != NULL)
		sched_ready_chain(cpu, oldest, newest);
	if (cpu->run_head != NULL && cpu->run_head->next != NULL)
		preempt_start(cpu);
}

/*
 * One's own inbox: in an interrupt handler. Whether a periodic thread is in the chain cannot be told any more, since its
 * CPU may have taken it; so whatever is sent there makes a switch due, which may find that nothing has changed.
 */
void preempt_sent(struct percpu *home)
{
	bool own = home == this_cpu->self, rt = sched_watch(home) & PREEMPT_WATCH_RT;

	if (rt)
		__atomic_store_n(&home->rt.due, true, __ATOMIC_RELAXED);
	if (!own) {
		cpu_poke(home->cpu);
		return;
	}
	preempt_tick_start(home);
	if (rt)
		preempt_at_exit(&home->preempt);
}

void preempt_watch_rt(struct percpu *cpu, bool on)
{
	unsigned watch = cpu->watch & ~PREEMPT_WATCH_RT;

	preempt_prepare(&cpu->preempt);
	cpu->preempt.on = on || preempt_setting.quantum_ticks != 0;
	__atomic_store_n(&cpu->watch, on ? watch | PREEMPT_WATCH_RT : watch, __ATOMIC_RELAXED);
}

/* --- Setting ----------------------------------------------------------------------------------------------------------- */

/* On each CPU, interrupts off: begins or ends by the new setting. */
static void preempt_obey(void *arg)
{
	struct percpu *cpu = this_cpu->self;
	struct preempt *preempt = &cpu->preempt;

	(void)arg;
	preempt_prepare(preempt);
	timer_cancel(&preempt->tick);
	preempt->due = false;
	preempt->on = preempt_setting.quantum_ticks != 0 || cpu->rt.count > 0;
	if (preempt_setting.quantum_ticks == 0) {
		__atomic_store_n(&cpu->watch, cpu->watch & ~PREEMPT_WATCH_QUANTUM, __ATOMIC_RELAXED);
		return;
	}
	cpu->watch |= PREEMPT_WATCH_QUANTUM;
	preempt_tick_start(cpu);
}

static int preempt_set(uint64_t quantum_ns)
{
	if (quantum_ns != 0 && (quantum_ns < QUANTUM_MIN_NS || quantum_ns > QUANTUM_MAX_NS))
		return -EINVAL;
	preempt_setting.quantum_ns = quantum_ns;
	__atomic_store_n(&preempt_setting.quantum_ticks, timer_ticks(quantum_ns), __ATOMIC_RELEASE);
	return 0;
}

int preempt_init(uint64_t quantum_ns)
{
	int error = this_cpu->current == &this_cpu->self->idle ? preempt_set(quantum_ns) : -EBUSY;

	for (unsigned i = 0; error == 0 && i < cpu_count; i++) {
		struct percpu *cpu = percpu_at(i);

		preempt_prepare(&cpu->preempt);
		cpu->preempt.on = quantum_ns != 0;
		cpu->watch = quantum_ns == 0 ? 0 : PREEMPT_WATCH_QUANTUM;
	}
	return error;
}

int preempt_set_quantum(uint64_t quantum_ns)
{
	int error = preempt_set(quantum_ns);

	for (unsigned i = 0; error == 0 && i < cpu_count; i++)
		remote_call_wait(i, preempt_obey, NULL);
	return error;
}

bool preempt_ticks(unsigned cpu)
{
	return preempt_setting.quantum_ns != 0 && (sched_watch(percpu_at(cpu)) & PREEMPT_WATCH_QUANTUM) == 0;
}

uint64_t preempt_switches(unsigned cpu)
{
	return __atomic_load_n(&percpu_at(cpu)->preempt.switches, __ATOMIC_RELAXED);
}

uint64_t preempt_deferrals(unsigned cpu)
{
	return __atomic_load_n(&percpu_at(cpu)->preempt.deferrals, __ATOMIC_RELAXED);
}

uint64_t preempt_quantum_ns(void)
{
	return preempt_setting.quantum_ns;
}
