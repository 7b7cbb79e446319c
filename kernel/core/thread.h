/* SPDX-License-Identifier: MIT */
/*
 * Threads. Each belongs to one CPU and runs nowhere else until it moves itself, so nothing about the run queue is
 * shared. A thread, its stack and its first context are one object, made once, on the cold path, and kept in pools
 * for ever: a warm create takes a ready one, stores what to run, and makes it ready. It formats nothing, clears nothing
 * and takes no lock.
 *
 * End and join meet in one word, joiner: each side exchanges its own mark in, and whoever comes second sees the
 * other's. The ending thread does so after it has left its stack, because the joiner may reuse that at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "core/fiber_place.h"

struct percpu;
struct wait_queue;

/* The waiters of one CPU in one wait queue (core/wait.h). Under the queue's lock; queue and home atomic, see wait_hint(). */
struct wait_group {
	struct wait_queue *queue;         /* that it is in, or NULL */
	struct percpu *home;              /* the CPU whose waiters may still join it; NULL: closed */
	struct thread *first, *last;      /* linked by next */
	struct wait_group *older, *newer; /* in the queue's list */
};

struct thread {
	/* --- switching --- */
	void *context;             /* stack pointer while not running */
	struct thread *next;       /* in a run queue, a chain of an inbox, a group of waiters or a pool: never in two */
	struct percpu *home;       /* the CPU that it runs on */
	void *fpu;                 /* vector state, or NULL if it never used any */
	struct rt *rt;             /* what a periodic thread has, or NULL; written by itself */
	struct fiber_place *fiber; /* the one that runs, or NULL: the thread has no fibers (core/fiber.h) */
	void *(*fn)(void *);
	void *arg;
	void *result;
	struct thread *joiner; /* atomic: NULL, THREAD_ENDED, or the thread that waits for the end */
	/* --- waiting --- */
	struct thread *wait_next, *wait_prev; /* in a wait queue; under its lock */
	struct wait_group *group;             /* one for each thread, not always its own: under that lock too */
	uint64_t blocks;                      /* how often it gave up its CPU by blocking */
	uint32_t timed;                       /* atomic: enum thread_timed */
	uint32_t id;                          /* the number of its stack slot; idle threads: THREAD_IDLE + cpu */
	unsigned node;                        /* of its stack */
	struct fiber_place own;               /* the thread's own function, among its fibers */
	/* --- in an inbox, as the oldest of a chain --- */
	struct thread *chain_last;  /* the newest */
	struct thread *chain_older; /* the chain that was pushed before */
	struct wait_group own_group;
};

#define THREAD_ENDED ((struct thread *)1)

enum { THREAD_IDLE = 1 << 30 };

/* Who wakes a thread that waits with a time limit: whoever changes THREAD_WAITING first, a waker or the timer. */
enum thread_timed { THREAD_UNTIMED, THREAD_WAITING, THREAD_WOKEN, THREAD_TIMED_OUT };

enum { THREAD_POOL_BATCH = 64 };

/* Ready threads with stacks of one node, of one CPU: the batch in use and perhaps a whole one in reserve. */
struct thread_pool {
	struct thread *threads; /* linked by next */
	struct thread *full;
	uint64_t count;    /* of threads */
	uint64_t reserved; /* makes the size a power of two */
};

/*
 * Starts fn(arg) on cpu, on a stack that lies in cpu's NUMA node, whoever creates it. NULL: no memory for a new stack. The
 * caller goes on running.
 */
struct thread *thread_create(unsigned cpu, void *(*fn)(void *), void *arg);
/* Blocks until the thread has ended and returns its result. Exactly once per thread, by any thread but itself. */
void *thread_join(struct thread *thread);
/* Ends the calling thread with this result, as returning from its function does. */
_Noreturn void thread_exit(void *result);
