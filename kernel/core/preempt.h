/* SPDX-License-Identifier: MIT */
/*
 * Optional preemption: quantum_us=N lets a thread run for N microseconds while others of its CPU are ready. Off by
 * default: then threads are cooperative, and there is nothing here but one comparison on the way of a wake.
 *
 * What makes it free is where a thread may be preempted: only in a program's text (kernel.ld), which never holds
 * anything of the kernel's. Benchmarks and tests use primitives by calls, or by inlined fast paths that are single atomic
 * instructions on objects of theirs; what a CPU owns (run queue, pools, caches) is touched by kernel text alone, which is
 * never preempted. So no path of the kernel turns interrupts off or counts its depth because of preemption. When the
 * timer finds the thread in kernel text, the CPU is caught on its way back into the program (program_catch()).
 *
 * It stays tickless. The quantum's timer runs only while a CPU has a second thread to run; a CPU without one says so in
 * its watch word, and whoever makes a thread ready there then starts the timer: thread context by preempt_woken(),
 * interrupt handlers and other CPUs by preempt_sent(). A thread is preempted after at least one quantum, counted from
 * when a tick has first seen it, and after less than two.
 *
 * A preempted thread goes behind all that are ready, as if it had yielded. It may hold locks: whoever spins for one in a
 * program's text is preempted in turn, and the kernel's own locks are held in kernel text only.
 *
 * A quantum shares one CPU. It does not make an emulator share the host among virtual CPUs: where QEMU counts instructions
 * and runs all of them in turns on one thread (sim), one that computes without cpu_relax() keeps its turn, and threads that
 * are ready on another make no step, with a quantum or without. Spin with cpu_relax().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "core/timer_heap.h"

struct percpu;
struct thread;

/* What a CPU wants to be told; bits of percpu->watch. Written by that CPU, with interrupts off. */
enum {
	PREEMPT_WATCH_QUANTUM = 1, /* that a thread becomes ready there: the quantum's timer is not running */
	PREEMPT_WATCH_RT = 2,      /* whatever arrives: it has periodic threads, core/rt.h */
};

struct preempt {
	bool on;              /* whether any of this is in use; interrupts off */
	struct timer tick;    /* the end of the quantum */
	bool due;             /* the quantum is over; interrupts off */
	struct thread *seen;  /* who was running at the last tick, or is about to; NULL: not known */
	struct thread *ended; /* who was running when the quantum was over; valid while due */
	bool rt;              /* the switch that is being made is core/rt.c's */
	uint64_t switches;    /* how often a thread was preempted here */
	uint64_t deferrals;   /* how often a switch was due in kernel text */
};

/* Switches preemption on, with this quantum, or off with 0; on all CPUs. Thread context. -EINVAL: under 10 us or over 1 s. */
int preempt_set_quantum(uint64_t quantum_ns);
/* The same at boot; -EBUSY when threads exist. */
int preempt_init(uint64_t quantum_ns);
/* Nanoseconds; 0: off. */
uint64_t preempt_quantum_ns(void);
/* Whether the quantum's timer runs on that CPU. */
bool preempt_ticks(unsigned cpu);
/* How often a thread of that CPU was preempted since boot; and how often a switch was due in kernel text, and so put off. */
uint64_t preempt_switches(unsigned cpu);
uint64_t preempt_deferrals(unsigned cpu);

/* --- The scheduler's, for CPUs whose watch word is not 0 --------------------------------------------------------------- */

/* Makes the chain oldest … newest ready on this CPU. Thread context. */
void preempt_woken(struct percpu *cpu, struct thread *oldest, struct thread *newest);
/* It has got its first periodic thread, or lost its last. Interrupts off. */
void preempt_watch_rt(struct percpu *cpu, bool on);
/* Empties its inbox into the run queue, at a scheduling point. */
void preempt_collect(struct percpu *cpu);
/* A chain was pushed to the inbox of a CPU that was not halted, maybe one's own. Any context. */
void preempt_sent(struct percpu *home);
