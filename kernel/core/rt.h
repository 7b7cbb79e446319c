/* SPDX-License-Identifier: MIT */
/*
 * Periodic threads: in every period one may run for its slice, before all ordinary threads of its CPU; among periodic
 * ones the earliest end of a period runs first. Earliest deadline first: Liu & Layland, "Scheduling algorithms for
 * multiprogramming in a hard-real-time environment", JACM 20(1), 1973, whose bound is the admission: a CPU promises at most
 * RT_UTILISATION_MAX_PPM of its time; what is left is for ordinary threads and for the switches. As in Dinda, Wang, Wang,
 * Beauchene & Hetland, "Hard real-time scheduling for parallel run-time systems", HPDC 2018, per CPU and nothing global.
 *
 * A slice is enforced: a thread that has used it up is throttled, sleeps until its next period begins, and goes on then. A
 * period is missed when its work ends (rt_wait()) after its end. A thread that yields goes behind all, as yield says, and
 * is an ordinary one until its next period; that one begins for it wherever it then is. Arrivals, misses, throttlings and
 * refusals are counted.
 *
 * One that blocks otherwise keeps what it has left of its slice, but when it wakes no more than its share of what is left of
 * the period that it wakes in; the periods that ended before are missed. Else a slice saved up to the end of one period and
 * the next one's would together be more than the CPU has promised, and others would miss. With it the time that a thread
 * can use between any two moments, both ends of periods of its own or wakes, is at most its share of the time between them:
 * the condition under which earliest deadline first meets all deadlines. It is the constant bandwidth server of Abeni &
 * Buttazzo, "Integrating multimedia applications in hard real-time systems", RTSS 1998, in the form that leaves the grid
 * of periods alone and cuts the slice instead: the revised wake-up rule of Abeni, Lipari, Parri & Sun, "Multicore CPU
 * reclaiming: parallel or sequential?", SAC 2016. Not held back is the promise of a thread that ends: who is admitted in its
 * place at once may come on top of what it has used of its last period.
 *
 * Outside the ordinary threads' ways. Periodic threads that are ready wait in a heap of their own, O(log n), and one of
 * them is put in front of the run queue only by a scheduling point that takes it at once. That every scheduling point looks
 * is free: as long as a periodic thread runs or is ready, a dummy thread, the bell, lies in the CPU's inbox, so that the
 * ordinary ways find it not empty and come by (preempt_collect()). The heap is touched in thread context only; interrupt
 * handlers push to the inbox and say that a switch is due, which preempts whoever runs in a program's text.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "core/cadence.h"
#include "core/thread.h"
#include "core/timer_heap.h"

struct percpu;

enum {
	RT_UTILISATION_MAX_PPM = 900000,
	RT_PERIOD_MIN_NS = 10 * 1000, /* several times what a period costs: two interrupts and two switches */
	RT_SLICE_MIN_NS = 1000,
	RT_SHARE_BITS = 40,
};

/* The release timer runs in the last three. */
enum rt_state {
	RT_READY,     /* has a guarantee in this period, whether it runs, is ready or is blocked */
	RT_RELEASED,  /* the same, and it is in the inbox because its period has begun */
	RT_YIELDED,   /* has given it up */
	RT_THROTTLED, /* has used it up */
	RT_WAITING,   /* is done with this period */
};

/* Of a periodic thread. By its own CPU; from release on to the release itself also by the timer interrupt. */
struct rt {
	struct timer node; /* in the CPU's heap, by the end of its period; first: found by it */
	struct timer release;
	struct thread *thread;
	struct cadence cadence; /* next: the end of this period, which is the begin of the next */
	uint64_t slice_ticks, left_ticks;
	uint64_t share; /* slice by period, in 2^-RT_SHARE_BITS, rounded down */
	uint32_t utilisation_ppm;
	enum rt_state state; /* atomic: the timer interrupt may change it under one that has yielded */
	uint64_t arrivals, misses, throttlings;
	/* A dummy for the inbox: the thread has yielded, is somewhere, and its next period has begun. */
	struct thread again;
	bool sent; /* it is in the inbox; atomic */
};

/* Each CPU's. */
struct rt_cpu {
	struct timer_heap ready; /* by deadline; thread context */
	struct thread *running;  /* the periodic thread that runs within its slice, or NULL; thread context */
	uint64_t since_tsc;
	struct timer budget; /* the end of its slice */
	struct thread bell;
	bool rung;                    /* the bell is in the inbox; thread context */
	bool due;                     /* atomic: somebody has arrived, or a slice is over */
	unsigned count;               /* periodic threads of this CPU */
	uint32_t promised_ppm;        /* to all of them */
	uint64_t refusals;            /* by the admission */
	uint64_t misses, throttlings; /* of all its threads, since boot */
};

struct rt_stats {
	uint64_t arrivals, misses, throttlings;
};

/*
 * Makes the caller periodic; its first period begins at once. -EINVAL: slice longer than the period, one of them out of
 * bounds, or the caller is periodic already; -EBUSY: not admitted; -EAGAIN: no memory.
 */
int rt_begin(uint64_t period_ns, uint64_t slice_ns);
/* Ends the work of this period, and blocks until the next one begins that has not begun yet. Returns its planned begin. */
uint64_t rt_wait(void);
/* Makes the caller ordinary. */
void rt_end(void);
/* The caller's counts; it is periodic. */
struct rt_stats rt_stats(void);
/* How often this CPU has refused a thread. */
uint64_t rt_refusals(unsigned cpu);

/* --- core/preempt.c's ---------------------------------------------------------------------------------------------------- */

/* Takes what came out of the inbox and puts the earliest periodic thread in front of the run queue. At scheduling points. */
void rt_collect(struct percpu *cpu, struct thread *oldest);
/*
 * Makes one thread ready on this CPU, which has periodic ones; the caller itself: it yields. True: it is periodic, and a
 * switch is due. Thread context.
 */
bool rt_woken(struct percpu *cpu, struct thread *thread);
/* The caller has yielded, and nobody else is ready. Thread context. */
void rt_yielded_alone(struct percpu *cpu);
/*
 * The interrupted thread makes room for whoever is to run now, maybe itself. If it has no guarantee now, it goes before all
 * ordinary threads, or behind them: its quantum is over. Thread context.
 */
void rt_switch(struct percpu *cpu, bool behind);
