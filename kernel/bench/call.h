/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks of interrupts between CPUs have in common: CPU 1 is kept busy by a thread that spins, so that the
 * cost of leaving the idle state is not in them.
 */
#pragma once

#include "bench.h"
#include "core/percpu.h"
#include "core/remote_call.h"

enum { CALL_FROM = 0, CALL_TO = 1 };

struct call_target {
	struct os_thread thread;
	struct os_thread_attr attr;
	bool busy, over; /* atomic */
};

static inline void *call_spin(void *arg)
{
	struct call_target *target = arg;

	__atomic_store_n(&target->busy, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&target->over, __ATOMIC_ACQUIRE))
		os_relax();
	return NULL;
}

/* On return that CPU spins. */
static inline void call_target_start_on(struct bench_run *run, struct call_target *target, unsigned cpu)
{
	target->busy = target->over = false;
	bench_check(run, os_thread_move(CALL_FROM) == 0, "the caller runs on CPU 0");
	os_thread_attr_init(&target->attr, cpu);
	bench_check(run, os_thread_create(&target->thread, &target->attr, call_spin, target) == 0,
		    "the busy thread can be created");
	while (run->failed == NULL && !__atomic_load_n(&target->busy, __ATOMIC_ACQUIRE))
		os_relax();
}

static inline void call_target_start(struct bench_run *run, struct call_target *target)
{
	call_target_start_on(run, target, CALL_TO);
}

static inline void call_target_end(struct call_target *target)
{
	__atomic_store_n(&target->over, true, __ATOMIC_RELEASE);
	os_thread_join(&target->thread, NULL);
	os_thread_attr_destroy(&target->attr);
}

/* What a handler leaves behind. Written by one CPU's handlers, read by the caller after it has seen count. */
struct call_answer {
	uint64_t stamp;
	unsigned cpu;
	unsigned count __attribute__((aligned(64))); /* atomic: handlers that ran */
};

static inline void call_answer_give(struct call_answer *answer, uint64_t stamp)
{
	answer->stamp = stamp;
	answer->cpu = os_cpu_self();
	/* release: stamp and cpu are visible with the count; the only writer, so no locked instruction */
	__atomic_store_n(&answer->count, answer->count + 1, __ATOMIC_RELEASE);
}

static inline void call_answer_await(const struct call_answer *answer, unsigned count)
{
	while (__atomic_load_n(&answer->count, __ATOMIC_ACQUIRE) != count)
		os_relax();
}
