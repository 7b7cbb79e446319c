/* SPDX-License-Identifier: MIT */
/*
 * The contract: all that a benchmark may ask of a system under test. Each port keeps every sentence below, and
 * bench/conform/ tests them on both. A primitive is its semantics: "blocks" means that the caller gives up its CPU
 * until it is woken; "spins" means that it keeps its CPU and calls os_relax() in its loop. Functions marked inline
 * are defined in the port's os_port.h, because a call would be a visible part of their cost.
 *
 * Conventions: CPUs are numbered 0 … os_cpu_count()-1. Durations are ticks of the clock unless the name says _ns.
 * int results are 0 or -errno. Objects are plain structs owned by the caller; init before use, destroy after the last.
 * Event and condition variable wake first in, first out. A mutex or semaphore that is freed may be taken by a running
 * thread before the waiter that was woken for it runs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Machine ----------------------------------------------------------------------------------------------------- */

/* CPUs that threads can be placed on; constant during a run. */
static inline unsigned os_cpu_count(void);
/* The CPU that the caller runs on. */
static inline unsigned os_cpu_self(void);

/* --- Clock: the time stamp counter, the same instructions on every system ------------------------------------------ */

/* lfence; rdtsc; lfence: older work has retired before, timed work cannot begin before. */
static inline uint64_t os_clock_start(void);
/* rdtscp; lfence: timed work has retired, later work cannot move up. */
static inline uint64_t os_clock_stop(void);
/* Ticks per second, calibrated at start-up; never 0. */
uint64_t os_clock_hz(void);
/* The spin hint of this machine, PAUSE or nothing, chosen at run time (spin=pause|none). */
static inline void os_relax(void);
/* Keeps the CPU busy for at least ns nanoseconds. Calls the spin hint about once a microsecond. */
void os_delay_ns(uint64_t ns);

/* --- Threads ------------------------------------------------------------------------------------------------------ */

struct os_thread;
struct os_thread_attr;

/* Prepares the placement of a thread: pinned to cpu from its first instruction on. -EINVAL: no such CPU. */
int os_thread_attr_init(struct os_thread_attr *attr, unsigned cpu);
void os_thread_attr_destroy(struct os_thread_attr *attr);
/* Starts fn(arg) on a new thread. The caller goes on running; attr may serve any number of creates. -EAGAIN: no room. */
int os_thread_create(struct os_thread *thread, const struct os_thread_attr *attr, void *(*fn)(void *), void *arg);
/* Blocks until the thread has returned, stores its result if result is not NULL and frees what it held. Exactly once. */
int os_thread_join(struct os_thread *thread, void **result);
/* Lets the threads that are ready on this CPU run first; returns at once if there is none. */
static inline void os_thread_yield(void);
/* Pins the calling thread to cpu. On return it runs there. -EINVAL: no such CPU; -EBUSY: the caller is periodic. */
int os_thread_move(unsigned cpu);
/* How often the caller has given up its CPU by blocking since it began: the proof that a waiter slept. */
uint64_t os_thread_blocks(void);

/* --- Event: wake one or all, with nothing to hold ----------------------------------------------------------------- */

struct os_event;

void os_event_init(struct os_event *event);
/* A ticket covers all wakes after this call: take it, look at the condition, then wait with it. */
static inline uint32_t os_event_ticket(const struct os_event *event);
/* Blocks until a wake that came after the ticket; returns at once if it came already. No spurious returns. */
void os_event_wait(struct os_event *event, uint32_t ticket);
/* Wakes the thread that has waited longest, if there is one. The caller does not block. */
void os_event_wake_one(struct os_event *event);
/* Wakes every waiter. The caller does not block. */
void os_event_wake_all(struct os_event *event);

/* --- Mutex: blocks, not recursive; condition variable ----------------------------------------------------------------- */

struct os_mutex;
struct os_cond;

void os_mutex_init(struct os_mutex *mutex);
static inline void os_mutex_lock(struct os_mutex *mutex);
static inline void os_mutex_unlock(struct os_mutex *mutex);
void os_mutex_destroy(struct os_mutex *mutex);
void os_cond_init(struct os_cond *cond);
/* Releases mutex and blocks as one step, and holds mutex again on return. May return spuriously: loop on a predicate. */
void os_cond_wait(struct os_cond *cond, struct os_mutex *mutex);
void os_cond_signal(struct os_cond *cond);
void os_cond_broadcast(struct os_cond *cond);
void os_cond_destroy(struct os_cond *cond);

/* --- Semaphore: counts, blocks at zero --------------------------------------------------------------------------- */

struct os_sem;

/* count: at most 2^31 - 1, as POSIX's SEM_VALUE_MAX. */
void os_sem_init(struct os_sem *sem, unsigned count);
static inline void os_sem_down(struct os_sem *sem);
static inline void os_sem_up(struct os_sem *sem);
void os_sem_destroy(struct os_sem *sem);

/* --- Barriers: reusable at once; blocking and spinning are two ------------------------------------------------------ */

struct os_barrier;
struct os_spin_barrier;

void os_barrier_init(struct os_barrier *barrier, unsigned parties);
/* Blocks until all parties have arrived. */
void os_barrier_wait(struct os_barrier *barrier);
void os_barrier_destroy(struct os_barrier *barrier);
/* -ENOMEM: no memory for that many parties. */
int os_spin_barrier_init(struct os_spin_barrier *barrier, unsigned parties);
void os_spin_barrier_destroy(struct os_spin_barrier *barrier);
/* Spins until all parties have arrived. party is the caller's own number, 0 … parties-1. Each party needs its own CPU. */
static inline void os_spin_barrier_wait(struct os_spin_barrier *barrier, unsigned party);

/* --- Spin lock ------------------------------------------------------------------------------------------------------ */

struct os_spin;

static inline void os_spin_init(struct os_spin *spin);
/* Spins, first come first served. The holder must not block. */
static inline void os_spin_lock(struct os_spin *spin);
static inline void os_spin_unlock(struct os_spin *spin);

/* The same by another algorithm, by choice of the caller: each waiter spins on a cache line of its own, in its node. */
struct os_mcs;
struct os_mcs_node;

static inline void os_mcs_init(struct os_mcs *mcs);
/* Spins, first come first served. The holder must not block. node is the caller's until it has unlocked. */
static inline void os_mcs_lock(struct os_mcs *mcs, struct os_mcs_node *node);
static inline void os_mcs_unlock(struct os_mcs *mcs, struct os_mcs_node *node);

/* --- Fibers: cooperative, inside one thread -------------------------------------------------------------------------- */

/*
 * A fiber that blocks blocks its thread. It has at least 16 KiB of stack. Vector control state (MXCSR, the x87 control
 * word) is the thread's. A thread does not end before its fibers are joined.
 */
struct os_fiber;

/* Makes fn(arg) a fiber of the calling thread: ready, behind those that are. The caller goes on. -EAGAIN: no room. */
int os_fiber_start(struct os_fiber *fiber, void (*fn)(void *), void *arg);
/* Lets the thread's other fibers run, first in, first out; its own function is one of them. At once if there is none. */
static inline void os_fiber_yield(void);
/* Yields until the fiber has returned, and frees what it held. Exactly once, on the fiber's thread. */
void os_fiber_join(struct os_fiber *fiber);

/* --- Asynchronous event: a function on another CPU ------------------------------------------------------------------- */

struct os_async;

/*
 * From now on os_async_notify() makes fn(arg) run on the calling thread's CPU, in interruption of what runs there: at
 * once if that is the thread, at the latest when the thread runs again. fn is like an interrupt handler: it may read the
 * clock, store, and notify; it must not block, lock or allocate. The thread stays on its CPU until os_async_destroy().
 * There is room for 64 on a CPU. -EAGAIN: no room.
 */
int os_async_init(struct os_async *async, void (*fn)(void *arg), void *arg);
/* Any thread, also from such a function. Notifications that come before fn has begun run it once. */
void os_async_notify(struct os_async *async);
/* On the thread that initialised it; fn does not run after it has returned. */
void os_async_destroy(struct os_async *async);

/* --- Time --------------------------------------------------------------------------------------------------------- */

struct os_alarm;

/* Blocks for at least ns nanoseconds. */
void os_sleep_ns(uint64_t ns);
/* Blocks until the clock reaches tick; returns at once if it has. */
void os_sleep_until(uint64_t tick);
/*
 * Calls fn(arg) at tick first, first + period … (absolute: being late once delays none after it), in interruption of the
 * calling thread or of what else runs on its CPU. fn is like an interrupt handler: it may read the clock, store, and
 * notify; it must not block, lock or allocate. -EINVAL: period under 1 us or over 1 h; -EAGAIN: no room.
 */
int os_alarm_start(struct os_alarm *alarm, uint64_t first, uint64_t period_ns, void (*fn)(void *arg), void *arg);
/*
 * Ends it, on the thread that started it; fn does not run after it has returned. Returns how many of its times passed
 * without a call of their own: a call that comes late stands for all that are over by then.
 */
uint64_t os_alarm_stop(struct os_alarm *alarm);
/*
 * Makes the caller periodic: from now on, in every period it may run for slice, before all ordinary threads of its CPU,
 * the earliest end of a period first. If it yields, that is over until its next period. If it blocks otherwise than by
 * os_periodic_wait(), it is promised no more than its share of the time from its wake to the end of that period. Until
 * os_periodic_end() the system alone decides where it runs (os_thread_move(): -EBUSY); on return from that it is pinned to
 * its CPU again. -EBUSY: not admitted, the CPU's time is promised already; -EINVAL: slice or period
 * out of range, or the caller is periodic; -EAGAIN: no room; -EPERM, -ENOTSUP: not on this system.
 */
int os_periodic_begin(uint64_t period_ns, uint64_t slice_ns);
/*
 * Ends the work of this period; blocks until the next one begins, and returns that begin as planned (ticks). Work that
 * did not end in its period has missed its deadline: the periods that began meanwhile are passed over, so that this
 * return lies more than one period behind the one before.
 */
uint64_t os_periodic_wait(void);
/* Makes the caller ordinary again; before its function returns. */
void os_periodic_end(void);

/* --- Memory --------------------------------------------------------------------------------------------------------- */

/* At least bytes bytes, aligned to 16, contents undefined; NULL if there is no memory. */
void *os_malloc(size_t bytes);
/* NULL is allowed. */
void os_free(void *pointer);

#include <os_port.h>
