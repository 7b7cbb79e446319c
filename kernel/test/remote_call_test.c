/* SPDX-License-Identifier: MIT */
/*
 * Calls on other CPUs: each is carried out once, where it should, however many are in flight.
 */
#include "core/ktest.h"
#include "core/percpu.h"
#include "core/remote_call.h"
#include "core/sched.h"

enum { FLIGHTS = 8, ROUNDS = 150 };

struct visit {
	struct remote_call call;
	unsigned cpu;  /* where to */
	unsigned runs; /* plain: the calls of one visit come one after the other */
};

static void visit(void *arg)
{
	struct visit *v = arg;

	CHECK(this_cpu->cpu == v->cpu);
	CHECK(!irq_enabled());
	v->runs++;
}

/* Keeps FLIGHTS requests to random CPUs in flight. */
static void *travel(void *arg)
{
	struct visit visits[FLIGHTS] = {0};
	uint64_t random = (uintptr_t)arg;
	unsigned sum = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < FLIGHTS; i++) {
			visits[i].cpu = (unsigned)ktest_random(&random, cpu_count);
			visits[i].call.fn = visit;
			visits[i].call.arg = &visits[i];
			remote_call(visits[i].cpu, &visits[i].call);
		}
		for (unsigned i = 0; i < FLIGHTS; i++)
			while (!remote_call_done(&visits[i].call))
				cpu_relax();
		if (round % 8 == 0)
			ktest_wait_turn();
	}
	for (unsigned i = 0; i < FLIGHTS; i++)
		sum += visits[i].runs;
	return (void *)(uintptr_t)sum;
}

KERNEL_TEST(remote_calls_of_all_cpus_to_all_cpus_run_exactly_once)
{
	struct thread *threads[CPU_MAX];

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		threads[cpu] = ktest_start(cpu, travel, (void *)(uintptr_t)(cpu + 1));
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		CHECK((uintptr_t)thread_join(threads[cpu]) == FLIGHTS * ROUNDS);
}

struct order {
	struct remote_call call;
	unsigned number;
};

static unsigned order_next;

static void in_order(void *arg)
{
	struct order *order = arg;

	CHECK(order->number == order_next);
	order_next++;
}

KERNEL_TEST(remote_calls_of_one_caller_to_one_cpu_run_in_order)
{
	static struct order orders[100];

	order_next = 0;
	for (unsigned i = 0; i < 100; i++) {
		orders[i] = (struct order){.call = {.fn = in_order, .arg = &orders[i]}, .number = i};
		remote_call(cpu_count - 1, &orders[i].call);
	}
	while (!remote_call_done(&orders[99].call))
		cpu_relax();
	CHECK(order_next == 100);
}

static void own_cpu(void *arg)
{
	*(unsigned *)arg = this_cpu->cpu + 1;
}

/* The called CPUs are idle, most of them halted. */
KERNEL_TEST(remote_call_wait_returns_when_the_call_has_returned)
{
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
			unsigned ran_on = 0;

			remote_call_wait(cpu, own_cpu, &ran_on);
			CHECK(ran_on == cpu + 1);
			CHECK(irq_enabled());
		}
	}
}

static void wake(void *arg)
{
	sched_wake_interrupt(arg);
}

static void *block_often(void *arg)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		__atomic_store_n((unsigned *)arg, i + 1, __ATOMIC_RELEASE);
		sched_block();
	}
	return arg;
}

/* A handler may make threads ready, those of its own CPU and those of others. */
KERNEL_TEST(a_remote_call_can_wake_threads)
{
	for (unsigned home = 0; home<cpu_count; home += cpu_count> 1 ? cpu_count - 1 : 1) {
		unsigned about_to_block = 0;
		struct thread *sleeper = ktest_start(home, block_often, &about_to_block);

		for (unsigned i = 0; i < ROUNDS; i++) {
			while (__atomic_load_n(&about_to_block, __ATOMIC_ACQUIRE) != i + 1) {
				ktest_wait_turn();
			}
			remote_call_wait(i % cpu_count, wake, sleeper);
		}
		CHECK(thread_join(sleeper) == &about_to_block);
	}
}
