/* SPDX-License-Identifier: MIT */
/*
 * The contract of bench/os.h over what a Linux program has: pthreads, futexes, the vDSO. Only bench/os.h includes this
 * file. Blocking primitives are glibc's own (mutex, condition variable, semaphore, barrier), because those are what a
 * runtime on Linux would use; the event is an eventcount on one futex; the spinning ones are inline atomics, the same
 * algorithms as the kernel's.
 *
 * Needs _GNU_SOURCE on the command line: affinity is not POSIX. Objects of the suite may need, because they are used
 * inlined: port_cpu_count, port_cpu_logical, port_relax_pauses, sched_getcpu, sched_yield, pthread_mutex_lock,
 * pthread_mutex_unlock, sem_wait, sem_post, port_barrier_wait_tree,
 * port_fiber, _GLOBAL_OFFSET_TABLE_, port_fiber_switch.
 */
#pragma once

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* --- Machine ----------------------------------------------------------------------------------------------------- */

extern unsigned port_cpu_count;                /* CPUs that the process may use, set once before main's work */
extern uint16_t port_cpu_logical[CPU_SETSIZE]; /* Linux's CPU number → ours */

static inline unsigned os_cpu_count(void)
{
	return port_cpu_count;
}

static inline unsigned os_cpu_self(void)
{
	return port_cpu_logical[sched_getcpu()];
}

/* --- Clock ----------------------------------------------------------------------------------------------------------- */

static inline uint64_t os_clock_start(void)
{
	uint32_t low, high;

	/* lfence before: older work has retired; after: timed work cannot begin earlier */
	asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t os_clock_stop(void)
{
	uint32_t low, high, aux;

	/* rdtscp waits for older work; lfence keeps later work behind the read */
	asm volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(aux) : : "memory");
	return (uint64_t)high << 32 | low;
}

extern bool port_relax_pauses; /* spin=pause|none, set once before main's work */

static inline void os_relax(void)
{
	if (port_relax_pauses)
		asm volatile("pause" : : : "memory");
	else
		asm volatile("" : : : "memory");
}

/* --- Threads ------------------------------------------------------------------------------------------------------ */

struct os_thread {
	pthread_t pthread;
};

/*
 * The affinity is in the attribute: glibc applies it before the thread's first instruction, by a system call of the
 * creator for each thread. A creator that is pinned to the same CPU spares itself that: its threads inherit its affinity.
 */
struct os_thread_attr {
	pthread_attr_t pthread, inheriting;
	unsigned cpu;
};

/*
 * The fair scheduler treats this as a strong hint: it lets ready threads run first unless they have had far more than
 * their share. Under SCHED_FIFO (profile tuned) it is exact: the caller goes behind all threads of its priority.
 */
static inline void os_thread_yield(void)
{
	sched_yield();
}

/* --- Event: an eventcount on one private futex ---------------------------------------------------------------------- */

struct os_event {
	uint32_t count;   /* wakes so far, modulo 2^32: the futex */
	uint32_t waiters; /* threads that sleep or are about to: a wake makes no system call when it is 0 */
};

static inline uint32_t os_event_ticket(const struct os_event *event)
{
	/* acquire: the look at the condition comes after the ticket */
	return __atomic_load_n(&event->count, __ATOMIC_ACQUIRE);
}

/* --- Mutex, condition variable, semaphore, blocking barrier: glibc's ------------------------------------------------ */

struct os_mutex {
	pthread_mutex_t pthread;
};

struct os_cond {
	pthread_cond_t pthread;
};

struct os_sem {
	sem_t posix;
};

struct os_barrier {
	pthread_barrier_t pthread;
};

static inline void os_mutex_lock(struct os_mutex *mutex)
{
	pthread_mutex_lock(&mutex->pthread);
}

static inline void os_mutex_unlock(struct os_mutex *mutex)
{
	pthread_mutex_unlock(&mutex->pthread);
}

static inline void os_sem_down(struct os_sem *sem)
{
	/* the only error of a valid semaphore is EINTR: a debugger or a stop signal */
	while (sem_wait(&sem->posix) != 0)
		;
}

static inline void os_sem_up(struct os_sem *sem)
{
	sem_post(&sem->posix);
}

/* --- Time ------------------------------------------------------------------------------------------------------------ */

struct os_alarm {
	timer_t timer;
	void (*fn)(void *arg);
	void *arg;
	int64_t first_ns, period_ns; /* of CLOCK_MONOTONIC */
	uint64_t calls;              /* by the thread that started it, in its signal handler */
};

/* --- Spinning barrier: central for few parties, a tree for many ------------------------------------------------------ */

enum { PORT_CENTRAL_MAX = 8, PORT_FAN_IN = 4 };

/* One party's place in the tree: a line that it spins on, and only it. Senses alternate from round to round. */
struct port_barrier_node {
	union {
		uint32_t arrived;                /* atomic: read as a whole by its party */
		uint8_t from_child[PORT_FAN_IN]; /* atomic: the sense of the round that child i has come to */
	};
	uint32_t all;    /* what arrived is when all its children are in a round of sense 1 */
	uint8_t *report; /* from_child of the node above; NULL: party 0 */
	struct port_barrier_node *children, *children_end;
	uint32_t released; /* atomic: the sense of the round that is over; written from above */
	uint32_t sense;    /* of the round; by its party */
} __attribute__((aligned(64)));

/*
 * The kernel's algorithms (Mellor-Crummey & Scott, ACM TOCS 9(1), 1991, §3.1 and §3.4) with the kernel's threshold.
 * Arrivals and generation have lines of their own, so that arriving does not disturb those who spin.
 */
struct os_spin_barrier {
	uint32_t missing __attribute__((aligned(64)));    /* atomic: parties that have not arrived */
	uint32_t generation __attribute__((aligned(64))); /* atomic; written by the last to arrive */
	uint32_t parties;
	struct port_barrier_node *tree; /* one node a party; NULL: central */
};

void port_barrier_wait_tree(struct port_barrier_node *tree, unsigned party);

static inline void os_spin_barrier_wait(struct os_spin_barrier *barrier, unsigned party)
{
	uint32_t generation;

	if (__builtin_expect(barrier->parties > PORT_CENTRAL_MAX, 0)) {
		port_barrier_wait_tree(barrier->tree, party);
		return;
	}
	/* before arriving: it cannot change as long as the caller is missing */
	generation = __atomic_load_n(&barrier->generation, __ATOMIC_RELAXED);
	/* acq_rel: all that any party wrote before is visible to the last one, and through it to all */
	if (__builtin_expect(__atomic_fetch_sub(&barrier->missing, 1, __ATOMIC_ACQ_REL) == 1, 0)) {
		__atomic_store_n(&barrier->missing, barrier->parties, __ATOMIC_RELAXED);
		/* the count is whole again before anybody leaves and comes back: on x86 a matter of the compiler only */
		__atomic_thread_fence(__ATOMIC_RELEASE);
		barrier->generation++; /* the only writer: one plain add */
		return;
	}
	do /* who is not the last waits for a line to come from another CPU at least: the hint first, then a look */
		os_relax();
	while (__atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation);
}

/* --- Spin lock: tickets, first come first served --------------------------------------------------------------------- */

struct os_spin {
	uint32_t next;  /* the ticket that the next to come draws */
	uint32_t owner; /* the ticket that holds the lock */
};

static inline void os_spin_init(struct os_spin *spin)
{
	spin->next = 0;
	spin->owner = 0;
}

static inline void os_spin_lock(struct os_spin *spin)
{
	uint32_t ticket = __atomic_fetch_add(&spin->next, 1, __ATOMIC_RELAXED);

	/* acquire: the critical section begins after the lock was seen as ours */
	while (__atomic_load_n(&spin->owner, __ATOMIC_ACQUIRE) != ticket)
		os_relax();
}

static inline void os_spin_unlock(struct os_spin *spin)
{
	/* orders the holder's accesses before the hand-over: on x86 a matter of the compiler only, stores stay in order */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	spin->owner++; /* the only writer: one plain add instead of an atomic load and store */
}

/* --- MCS lock: the kernel's algorithm, Mellor-Crummey & Scott, ACM TOCS 9(1), 1991, §2.4 ------------------------------ */

/* A thread's place in the queue, from lock to unlock; its contents before do not matter. */
struct os_mcs_node {
	struct os_mcs_node *next; /* atomic: who comes after; stored by that one */
	bool waits;               /* atomic: cleared by who came before */
} __attribute__((aligned(64)));

struct os_mcs {
	struct os_mcs_node *tail; /* atomic: the last to come, NULL: free */
};

static inline void os_mcs_init(struct os_mcs *mcs)
{
	mcs->tail = NULL;
}

static inline void os_mcs_lock(struct os_mcs *mcs, struct os_mcs_node *node)
{
	struct os_mcs_node *before;

	node->next = NULL;
	/* acquire: what the former holder did, if it is free; release: the next to come finds a whole node */
	before = __atomic_exchange_n(&mcs->tail, node, __ATOMIC_ACQ_REL);
	if (before == NULL)
		return;
	node->waits = true;
	/* release: the mark is there before the one before can clear it */
	__atomic_store_n(&before->next, node, __ATOMIC_RELEASE);
	/* acquire: what the former holder did */
	while (__atomic_load_n(&node->waits, __ATOMIC_ACQUIRE))
		os_relax();
}

static inline void os_mcs_unlock(struct os_mcs *mcs, struct os_mcs_node *node)
{
	struct os_mcs_node *next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE), *last = node;

	if (next == NULL) {
		/* release: what the holder did, for whoever finds it free */
		if (__atomic_compare_exchange_n(&mcs->tail, &last, NULL, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return;
		/* somebody is between its exchange and its store: a few instructions */
		while ((next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE)) == NULL)
			os_relax();
	}
	__atomic_store_n(&next->waits, false, __ATOMIC_RELEASE); /* with what the holder did */
}

/* --- Fibers: the kernel's algorithm (os_fiber.c) ----------------------------------------------------------------------- */

/* A place in the ring of the thread's fibers, of which its own function is one. */
struct port_fiber {
	void *context; /* stack pointer while it does not run */
	struct port_fiber *next, *prev;
};

struct os_fiber {
	struct port_fiber place; /* first. No context: it has ended */
	void (*fn)(void *arg);
	void *arg;
	struct port_fiber_stack *stack;
};

extern __thread struct port_fiber *port_fiber; /* the one that runs, or NULL: the thread has no fibers */

/* Pushes the callee-saved registers, stores rsp in *save, loads rsp from load, pops them and returns there. */
void port_fiber_switch(void **save, void *load);

/* The step from the thread's running fiber to the next. */
static inline void port_fiber_step(struct port_fiber *self)
{
	struct port_fiber *next = self->next;

	port_fiber = next;
	port_fiber_switch(&self->context, next->context);
}

static inline void os_fiber_yield(void)
{
	struct port_fiber *self = port_fiber;

	if (self != NULL)
		port_fiber_step(self);
}

/* --- Asynchronous event: a signal to the thread (os_async.c) ---------------------------------------------------------- */

struct port_async_thread;

struct os_async {
	struct port_async_thread *target;
	uint64_t bit; /* of its pending events */
};
