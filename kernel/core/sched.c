/* SPDX-License-Identifier: MIT */
/*
 * The ways that every switch takes are straight and end in a tail call; waiting, the inbox and vector state are beside them.
 */
#include "core/sched.h"

#include "core/panic.h"

bool sched_idle_polls;

/* Moves what has arrived in the inbox to the end of the run queue, in the order of its arrival. */
static inline __attribute__((always_inline)) void sched_collect(struct percpu *cpu)
{
	struct thread *newest, *oldest = inbox_take(&cpu->inbox, &newest);

	if (oldest == NULL)
		return;
	*cpu->run_tail = oldest;
	cpu->run_tail = &newest->next;
}

/* Takes the thread that has been ready longest; NULL: none is. */
static inline struct thread *sched_take(struct percpu *cpu)
{
	struct thread *next = cpu->run_head;

	if (next == NULL)
		return NULL;
	cpu->run_head = next->next;
	if (cpu->run_head == NULL)
		cpu->run_tail = &cpu->run_head;
	return next;
}

static __attribute__((noinline)) void sched_switch_fpu(struct thread *from, struct thread *to)
{
	fpu_switch(from->fpu, to->fpu);
	context_switch(&from->context, to->context);
}

/* The last act of its caller, so that the common ways through here need no stack frame of their own. */
static inline void sched_switch(struct percpu *cpu, struct thread *from, struct thread *to)
{
	cpu->current = to;
	if (__builtin_expect((uintptr_t)from->fpu | (uintptr_t)to->fpu, 0))
		sched_switch_fpu(from, to);
	else
		context_switch(&from->context, to->context);
}

void sched_wake_interrupt(struct thread *thread)
{
	struct percpu *home = thread->home;

	/* one's own CPU needs no kick: the interrupt that we are in has ended the halt, if there was one */
	if (inbox_push(&home->inbox, thread, thread)) {
		if (home != this_cpu->self)
			cpu_kick(home->cpu);
	} else if (__builtin_expect(sched_watch(home) != 0, 0)) {
		preempt_sent(home);
	}
}

static void sched_block_slow(void);

/* Waits by polling. Where it is, preemption knows that nothing of the scheduler's is under way. */
static WAIT_TEXT void sched_block_polling(void)
{
	while (inbox_empty(&this_cpu->self->inbox))
		cpu_relax();
	sched_block_slow();
}

/* The same as below, for a CPU that wants to be told of arrivals. */
static __attribute__((noinline)) void sched_block_watched(void)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *next;

	preempt_collect(cpu);
	next = sched_take(cpu);
	if (next == NULL)
		sched_block_slow();
	else if (next != self)
		sched_switch(cpu, self, next);
}

/*
 * Halts unless something has arrived. Interrupts are on before and after. Also where preemption knows what it means: an
 * interrupt may find the announcement replaced by an arrival whose kick comes right behind. Model: kernel/model/wait.pml.
 */
static WAIT_TEXT void sched_halt(struct percpu *cpu)
{
	irq_disable(); /* a kick that is sent after the announcement stays pending until the halt */
	if (inbox_halt(&cpu->inbox)) {
		cpu_halt();
		inbox_awake(&cpu->inbox);
	} else {
		irq_enable();
	}
}

static __attribute__((noinline)) void sched_block_slow(void)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *next;

	for (;;) {
		if (!inbox_empty(&cpu->inbox)) {
			if (__builtin_expect(sched_watch(cpu) != 0, 0)) {
				sched_block_watched();
				return;
			}
			sched_collect(cpu);
		}
		next = sched_take(cpu);
		if (next != NULL)
			break;
		if (sched_idle_polls) {
			sched_block_polling();
			return;
		}
		sched_halt(cpu);
	}
	if (next != self)
		sched_switch(cpu, self, next);
}

void sched_block(void)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *next;

	self->blocks++;
	if (__builtin_expect(!inbox_empty(&cpu->inbox) || cpu->run_head == NULL, 0)) {
		sched_block_slow();
		return;
	}
	next = sched_take(cpu);
	DEBUG_ASSERT(next != self); /* it can only be in the inbox, which is empty */
	sched_switch(cpu, self, next);
}

static __attribute__((noinline)) void sched_yield_watched(void)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *next;

	preempt_collect(cpu);
	next = sched_take(cpu);
	if (next == NULL) {
		rt_yielded_alone(cpu);
		return;
	}
	sched_wake(self);
	sched_switch(cpu, self, next);
}

static __attribute__((noinline)) void sched_yield_slow(void)
{
	struct percpu *cpu = this_cpu->self;

	if (__builtin_expect(sched_watch(cpu) != 0, 0)) {
		sched_yield_watched();
		return;
	}
	sched_collect(cpu);
	sched_yield();
}

void sched_yield(void)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *next;

	if (__builtin_expect(!inbox_empty(&cpu->inbox), 0)) {
		sched_yield_slow();
		return;
	}
	next = sched_take(cpu);
	if (next == NULL)
		return;
	sched_ready(cpu, self);
	sched_switch(cpu, self, next);
}

/*
 * A moving thread must have left its stack before its new CPU may see it, so the idle thread sends it on. This is the
 * one way for a thread to change its home.
 */
void sched_move(unsigned target)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current;

	if (target == cpu->cpu)
		return;
	self->home = percpu_at(target);
	cpu->moving = self;
	sched_switch(cpu, self, &cpu->idle);
}

void sched_leave(void (*after)(void *arg), void *arg)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *next;

	if (!inbox_empty(&cpu->inbox)) {
		if (__builtin_expect(sched_watch(cpu) != 0, 0))
			preempt_collect(cpu);
		else
			sched_collect(cpu);
	}
	next = sched_take(cpu);
	if (next == NULL)
		next = &cpu->idle;
	cpu->current = next;
	if (__builtin_expect((uintptr_t)self->fpu | (uintptr_t)next->fpu, 0))
		fpu_switch(NULL, next->fpu); /* the leaving thread's vector state dies with it */
	context_exit(next->context, after, arg);
}

void sched_idle(void)
{
	struct percpu *cpu = this_cpu->self;

	ASSERT(cpu->current == &cpu->idle);
	for (;;) {
		struct thread *moving = cpu->moving;

		if (moving != NULL) {
			cpu->moving = NULL;
			sched_wake(moving);
		}
		sched_block();
	}
}
