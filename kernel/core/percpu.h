/* SPDX-License-Identifier: MIT */
/*
 * What each CPU owns. The GS base points at the CPU's own struct, so this_cpu->field (x86/cpu.h) is one instruction.
 * Everything above "written by other CPUs" is touched by its own CPU only and needs no lock: in thread context by the
 * scheduler and the allocators, with interrupts off where a comment says so. The rest has lines of its own, so that a
 * remote write never takes a line that the owner uses all the time.
 */
#pragma once

#include "core/async.h"
#include "core/fiber_pool.h"
#include "core/heap.h"
#include "core/inbox.h"
#include "core/page.h"
#include "core/preempt.h"
#include "core/remote_call.h"
#include "core/rt.h"
#include "core/thread.h"
#include "core/timer_heap.h"
#include "x86/core_hooks.h"
#include "x86/cpu.h"

enum { WAIT_HINTS = 64 }; /* a power of two */

struct percpu {
	struct percpu *self; /* x86 relies on this being first */
	struct thread *current;
	/* The run queue: FIFO of the threads that are ready here, without the running one. Thread context only. */
	struct thread *run_head;
	struct thread **run_tail; /* the link to store the next arrival in */
	unsigned cpu;
	unsigned node;                      /* where its memory comes from: page_memory_node(), constant */
	unsigned heap_own;                  /* tag of a page of the heap there, less the class: core/heap.c; constant */
	struct thread_pool pools[NODE_MAX]; /* by the node of the threads' stacks */
	struct fiber_stack *fiber_stacks;   /* core/fiber_pool.h */
	struct thread *moving;              /* left by sched_move(): to be sent to its new CPU */
	struct wait_group *wait_hints[WAIT_HINTS]; /* core/wait.c */
	struct thread idle;       /* the boot context: runs when a thread has left and no other is ready */
	struct timer_heap timers; /* interrupts off */
	struct preempt preempt;
	struct rt_cpu rt;
	struct page_cache pages;
	struct heap_cache heap[HEAP_CLASSES];
	struct heap_away heap_away[HEAP_CLASSES];

	/* --- written by other CPUs --- */
	struct inbox inbox __attribute__((aligned(64)));
	unsigned watch; /* atomic: core/preempt.h; written by its own CPU, read by whoever has looked at the inbox */
	struct remote_call_queue calls __attribute__((aligned(64)));
	struct async_cpu async __attribute__((aligned(64)));
} __attribute__((aligned(64)));

extern struct percpu percpu_table[CPU_MAX];

/* percpu_of() without the call. */
static inline struct percpu *percpu_at(unsigned cpu)
{
	return &percpu_table[cpu];
}

/* Prepares core's fields of the first cpu_count CPUs; before any of them schedules. */
void percpu_init(void);
