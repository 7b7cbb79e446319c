/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous events: a function that runs on another CPU, in interruption of what that does, at the price of the
 * interrupt itself. After Nemo (Hale & Dinda, MASCOTS 2018), with an event's number really travelling: each CPU has a
 * word of pending events, one bit an event. A sender sets the bit by an atomic operation, and only one that found the
 * word empty sends the interrupt; the handler takes the whole word by one exchange and runs what its bits stand for. So
 * an event allocates nothing, any number of senders may hit one CPU at once, and a burst costs one interrupt.
 *
 * An event belongs to the thread that initialised it, and is delivered on that thread's CPU, where the thread has to
 * stay. Its function runs on the stack of whatever thread it interrupts, with interrupts off, under the rules of
 * core/remote_call.h.
 *
 * No event is lost: setting the bit and taking the word are atomic operations on one and the same word. A sender whose
 * bit was taken before sees its function run with all that it wrote; one whose bit comes later finds the word empty, or
 * filled by another sender whose interrupt is still to come.
 */
#pragma once

#include <stdint.h>

enum { ASYNC_EVENTS = 64 /* of one CPU: the bits of a word */ };

struct async_action {
	void (*fn)(void *arg);
	void *arg;
};

/* Each CPU's. */
struct async_cpu {
	uint64_t pending;                                                      /* atomic: bit n stands for action[n] */
	uint64_t used;                                                         /* by its own CPU, in thread context */
	struct async_action action[ASYNC_EVENTS] __attribute__((aligned(64))); /* as used; read by the handler */
};

struct async {
	struct async_cpu *target;
	uint64_t bit;
	unsigned cpu;
};

/* From now on async_notify() makes fn(arg) run on the calling thread's CPU. -EAGAIN: all numbers of this CPU are taken. */
int async_init(struct async *async, void (*fn)(void *arg), void *arg);
/* Any thread, any interrupt handler. Notifications that come before fn has begun run it once. */
void async_notify(const struct async *async);
/* On the CPU that initialised it; fn does not run after it has returned. Nobody may notify any more. */
void async_destroy(struct async *async);
