/* SPDX-License-Identifier: MIT */
/*
 * The contract of bench/os.h over kernel/core. Only bench/os.h includes this file. Each type holds core's own object and
 * each inline function is core's own fast path; the others are one call away, in os.c.
 *
 * What a benchmark's object refers to besides os_*, because a fast path above it is inlined:
 * inlined: context_switch cpu_count cpu_relax_pauses mutex_lock_slow mutex_unlock_slow sched_yield sem_down_slow sem_up_slow
 * spin_barrier_wait_tree
 */
#pragma once

#include "core/alarm.h"
#include "core/async.h"
#include "core/barrier.h"
#include "core/cond.h"
#include "core/event.h"
#include "core/fiber.h"
#include "core/mcs.h"
#include "core/mutex.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/sem.h"
#include "core/spin.h"
#include "x86/cpu.h"

/* --- Machine and clock ------------------------------------------------------------------------------------------------ */

static inline unsigned os_cpu_count(void)
{
	return cpu_count;
}

static inline unsigned os_cpu_self(void)
{
	return this_cpu->cpu;
}

static inline uint64_t os_clock_start(void)
{
	return clock_start();
}

static inline uint64_t os_clock_stop(void)
{
	return clock_stop();
}

static inline void os_relax(void)
{
	cpu_relax();
}

/* --- Threads ---------------------------------------------------------------------------------------------------------- */

struct os_thread {
	struct thread *thread;
};

struct os_thread_attr {
	unsigned cpu;
};

static inline void os_thread_yield(void)
{
	sched_yield();
}

/* --- Event ------------------------------------------------------------------------------------------------------------ */

struct os_event {
	struct event event;
};

static inline uint32_t os_event_ticket(const struct os_event *event)
{
	return event_ticket(&event->event);
}

/* --- Mutex, condition variable, semaphore ----------------------------------------------------------------------------- */

struct os_mutex {
	struct mutex mutex;
};

struct os_cond {
	struct cond cond;
};

struct os_sem {
	struct sem sem;
};

static inline void os_mutex_lock(struct os_mutex *mutex)
{
	mutex_lock(&mutex->mutex);
}

static inline void os_mutex_unlock(struct os_mutex *mutex)
{
	mutex_unlock(&mutex->mutex);
}

static inline void os_sem_down(struct os_sem *sem)
{
	sem_down(&sem->sem);
}

static inline void os_sem_up(struct os_sem *sem)
{
	sem_up(&sem->sem);
}

/* --- Time ------------------------------------------------------------------------------------------------------------- */

struct os_alarm {
	struct alarm alarm;
};

/* --- Barriers and spin lock ------------------------------------------------------------------------------------------- */

struct os_barrier {
	struct barrier barrier;
};

struct os_spin_barrier {
	struct spin_barrier barrier;
};

struct os_spin {
	struct spin spin;
};

static inline void os_spin_barrier_wait(struct os_spin_barrier *barrier, unsigned party)
{
	spin_barrier_wait(&barrier->barrier, party);
}

static inline void os_spin_init(struct os_spin *spin)
{
	spin_init(&spin->spin);
}

static inline void os_spin_lock(struct os_spin *spin)
{
	spin_lock(&spin->spin);
}

static inline void os_spin_unlock(struct os_spin *spin)
{
	spin_unlock(&spin->spin);
}

struct os_mcs {
	struct mcs mcs;
};

struct os_mcs_node {
	struct mcs_node node;
};

static inline void os_mcs_init(struct os_mcs *mcs)
{
	mcs_init(&mcs->mcs);
}

static inline void os_mcs_lock(struct os_mcs *mcs, struct os_mcs_node *node)
{
	mcs_lock(&mcs->mcs, &node->node);
}

static inline void os_mcs_unlock(struct os_mcs *mcs, struct os_mcs_node *node)
{
	mcs_unlock(&mcs->mcs, &node->node);
}

/* --- Asynchronous event ----------------------------------------------------------------------------------------------- */

struct os_async {
	struct async async;
};

/* --- Fibers ----------------------------------------------------------------------------------------------------------- */

struct os_fiber {
	struct fiber fiber;
};

static inline void os_fiber_yield(void)
{
	fiber_yield();
}
