/* SPDX-License-Identifier: MIT */
/*
 * Functions that run on another CPU at once, in interrupt context, whatever that CPU is doing. Any number of requests
 * may be in flight to one CPU: they are a lock-free list, and only the request that finds it empty sends an interrupt.
 *
 * Such a function runs on the stack of the thread that it interrupted, with interrupts off. It may read and write
 * memory, wake threads by sched_wake_interrupt(), and return. It must not block, take a spin lock, allocate, use
 * vector registers, or wait for another CPU: the interrupted thread may hold what it would wait for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One request. The caller owns it from the call on until done; then it may be used again or vanish. */
struct remote_call {
	struct remote_call *next;
	void (*fn)(void *arg);
	void *arg;
	bool done; /* atomic: fn has returned */
};

struct remote_call_queue {
	struct remote_call *head;      /* atomic: newest first */
	void (*probe)(uint64_t stamp); /* remote_call_probe() */
};

/* Runs call->fn(call->arg) on cpu and does not wait. Thread context; cpu may be the caller's own. */
void remote_call(unsigned cpu, struct remote_call *call);
/* The same, and spins until it has returned. Interrupts must be on, or two callers could wait for each other for ever. */
void remote_call_wait(unsigned cpu, void (*fn)(void *arg), void *arg);
/* Whether the request has been carried out; what its function wrote is visible then. */
static inline bool remote_call_done(const struct remote_call *call)
{
	return __atomic_load_n(&call->done, __ATOMIC_ACQUIRE);
}

/*
 * For measuring the interrupt itself: while probe is not NULL, the interrupt handler on cpu reads the clock as its
 * first act and calls probe(stamp) before it looks at requests. NULL ends it. Not while interrupts are in flight.
 */
void remote_call_probe(unsigned cpu, void (*probe)(uint64_t stamp));
