/* SPDX-License-Identifier: MIT */
/*
 * A port of the contract that is no system: a clock that the test sets, CPUs that the test counts, threads that run when
 * they are created, or never. So the runner's output depends on nothing, and its text can be compared byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern unsigned fake_cpus;
extern uint64_t fake_clock;

static inline unsigned os_cpu_count(void)
{
	return fake_cpus;
}

static inline unsigned os_cpu_self(void)
{
	return 0;
}

static inline uint64_t os_clock_start(void)
{
	return fake_clock;
}

static inline uint64_t os_clock_stop(void)
{
	return fake_clock;
}

static inline void os_relax(void)
{
}

struct os_thread {
	void *result;
};

struct os_thread_attr {
	unsigned cpu;
};

static inline void os_thread_yield(void)
{
}

/* With one thread at a time nothing below ever waits. */
struct os_event {
	uint32_t count;
};

struct os_mutex {
	bool held;
};

struct os_sem {
	unsigned count;
};

struct os_spin_barrier {
	unsigned parties;
};

struct os_spin {
	bool held;
};

static inline uint32_t os_event_ticket(const struct os_event *event)
{
	return event->count;
}

static inline void os_mutex_lock(struct os_mutex *mutex)
{
	mutex->held = true;
}

static inline void os_mutex_unlock(struct os_mutex *mutex)
{
	mutex->held = false;
}

static inline void os_sem_down(struct os_sem *sem)
{
	sem->count--;
}

static inline void os_sem_up(struct os_sem *sem)
{
	sem->count++;
}

static inline void os_spin_barrier_wait(struct os_spin_barrier *barrier, unsigned party)
{
	(void)barrier;
	(void)party;
}

static inline void os_spin_init(struct os_spin *spin)
{
	spin->held = false;
}

static inline void os_spin_lock(struct os_spin *spin)
{
	spin->held = true;
}

static inline void os_spin_unlock(struct os_spin *spin)
{
	spin->held = false;
}

struct os_mcs {
	bool held;
};

struct os_mcs_node {
	bool unused;
};

static inline void os_mcs_init(struct os_mcs *mcs)
{
	mcs->held = false;
}

static inline void os_mcs_lock(struct os_mcs *mcs, struct os_mcs_node *node)
{
	(void)node;
	mcs->held = true;
}

static inline void os_mcs_unlock(struct os_mcs *mcs, struct os_mcs_node *node)
{
	(void)node;
	mcs->held = false;
}

static inline void os_fiber_yield(void)
{
}
