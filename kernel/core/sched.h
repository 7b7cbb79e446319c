/* SPDX-License-Identifier: MIT */
/*
 * Who runs: cooperative, FIFO, one run queue per CPU that only its own CPU touches, and only in thread context. So
 * making a thread ready here, yielding and blocking need neither a lock nor interrupts off. A thread that becomes ready
 * for any other reason (woken by another CPU or by an interrupt handler) goes through its CPU's inbox, which is emptied
 * into the run queue at each scheduling point; that costs one load when it is empty.
 *
 * Next runs whoever has been ready longest (periodic threads go first: core/rt.h). So a thread that wakes another of its
 * CPU and then blocks hands the CPU over to it, by one switch from stack to stack, unless somebody was ready before; the
 * woken one never jumps the queue, because two threads that hand over to each other would keep a third from running for
 * ever.
 *
 * A thread that blocks when nothing else is ready waits on its own stack, so being woken there needs no switch at all.
 * And since a thread's own CPU is the only one that runs it, a waker may make it ready before it has stopped running:
 * its CPU finds it in the inbox later, perhaps as the one that is running already.
 */
#pragma once

#include <stdbool.h>
#include "core/percpu.h"

/* idle=poll: an idle CPU spins on its inbox and never needs an interrupt; idle=halt (default): it halts. */
extern bool sched_idle_polls;

/* Appends the chain oldest … newest (linked by next) to this CPU's run queue. As sched_ready(). */
static inline void sched_ready_chain(struct percpu *cpu, struct thread *oldest, struct thread *newest)
{
	newest->next = NULL;
	*cpu->run_tail = oldest;
	cpu->run_tail = &newest->next;
}

/* Appends a thread to this CPU's run queue. Thread context; the thread's home is this CPU and it is in no queue. */
static inline void sched_ready(struct percpu *cpu, struct thread *thread)
{
	sched_ready_chain(cpu, thread, thread);
}

/* What that CPU wants to be told when a thread becomes ready there: core/preempt.h; 0 unless there is preemption. */
static inline unsigned sched_watch(const struct percpu *cpu)
{
	return __atomic_load_n(&cpu->watch, __ATOMIC_RELAXED);
}

/* Makes the chain oldest … newest, all of one other CPU, ready there: one push and at most one interrupt. Any context. */
static inline void sched_send(struct percpu *home, struct thread *oldest, struct thread *newest)
{
	if (inbox_push(&home->inbox, oldest, newest))
		cpu_kick(home->cpu);
	else if (__builtin_expect(sched_watch(home) != 0, 0)) /* after the push: core/preempt.c */
		preempt_sent(home);
}

/* sched_wake_chain() for threads of this CPU, the caller's. */
static inline void sched_wake_here(struct percpu *cpu, struct thread *oldest, struct thread *newest)
{
	if (__builtin_expect(sched_watch(cpu) != 0, 0))
		preempt_woken(cpu, oldest, newest);
	else
		sched_ready_chain(cpu, oldest, newest);
}

/*
 * Makes the threads of a chain, all of one CPU, ready in its order. Each has blocked, or is certain to call
 * sched_block(): exactly once for each such call. Thread context. The cost does not depend on the chain's length.
 */
static inline void sched_wake_chain(struct thread *oldest, struct thread *newest)
{
	struct percpu *cpu = this_cpu->self;

	if (oldest->home == cpu)
		sched_wake_here(cpu, oldest, newest);
	else
		sched_send(oldest->home, oldest, newest);
}

/* The same for one thread. */
static inline void sched_wake(struct thread *thread)
{
	sched_wake_chain(thread, thread);
}

/* sched_wake() from an interrupt handler, also for threads of its own CPU. */
void sched_wake_interrupt(struct thread *thread);
/* Gives up the CPU until sched_wake(). Returns at once if that has happened already. */
void sched_block(void);
/* Lets the threads that are ready here run first. */
void sched_yield(void);
/* Makes the calling thread one of cpu's; on return it runs there. */
void sched_move(unsigned cpu);
/* Leaves the calling thread for good; after(arg) runs when its stack is no longer in use. */
_Noreturn void sched_leave(void (*after)(void *arg), void *arg);
/* What a CPU's boot context becomes. */
_Noreturn void sched_idle(void);
