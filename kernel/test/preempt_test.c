/* SPDX-License-Identifier: MIT */
/*
 * The kernel itself is not preempted. Unlike program_preempt.c, this file is kernel text: its threads stand for a thread
 * that is in the middle of one of the kernel's functions.
 */
#include "core/ktest.h"
#include "core/percpu.h"
#include "core/preempt.h"
#include "core/rt.h"
#include "core/sched.h"
#include "core/timer.h"
#include "test/kernel_text.h"

enum { QUANTUM_NS = 20000 };

void kernel_text_until_switch_due(void)
{
	const struct percpu *cpu = this_cpu->self;

	while (!__atomic_load_n(&cpu->preempt.due, __ATOMIC_RELAXED))
		cpu_relax();
}

static bool ran; /* atomic */

static void *run(void *arg)
{
	__atomic_store_n(&ran, true, __ATOMIC_RELEASE);
	return arg;
}

/* Until a switch is due, and for several quanta more. */
static void *be_kernel(void *arg)
{
	kernel_text_until_switch_due();
	for (uint64_t end = clock_now() + 5 * timer_ticks(QUANTUM_NS); clock_now() < end;)
		cpu_relax();
	CHECK(!__atomic_load_n(&ran, __ATOMIC_ACQUIRE));
	return arg;
}

KERNEL_TEST(kernel_text_is_never_preempted)
{
	unsigned cpu = cpu_count - 1;
	uint64_t switches = preempt_switches(cpu);
	struct thread *kernel, *other;

	ran = false;
	preempt_set_quantum(QUANTUM_NS);
	kernel = ktest_start(cpu, be_kernel, NULL);
	other = ktest_start(cpu, run, NULL);
	thread_join(kernel);
	thread_join(other);
	preempt_set_quantum(0);
	CHECK(__atomic_load_n(&ran, __ATOMIC_ACQUIRE));
	CHECK(preempt_switches(cpu) == switches);
}

/* --- A quantum that ends when a periodic thread's next period begins ------------------------------------------------- */

enum { PERIOD_NS = 1000000, PREEMPTED_PERIODS = 5 };

static bool periodic_over; /* atomic */

/* So that the other one has somebody to yield to. */
static void *be_polite(void *arg)
{
	while (!__atomic_load_n(&periodic_over, __ATOMIC_ACQUIRE))
		sched_yield();
	return arg;
}

/*
 * Is an ordinary thread for the rest of a period, and stays in the kernel until the next one has begun: as if that had
 * happened between the decision to preempt it and the switch, which follows here without a quantum.
 */
static void *be_preempted_at_release(void *arg)
{
	const struct rt_cpu *rt_cpu = &this_cpu->self->rt;
	const struct rt *rt;

	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 2) == 0);
	rt = this_cpu->current->rt;
	for (unsigned i = 0; i < PREEMPTED_PERIODS; i++) {
		uint64_t arrivals = rt_stats().arrivals;

		sched_yield();
		while (rt_stats().arrivals == arrivals)
			cpu_relax();
		preempt_switch();
		CHECK(rt->state == RT_READY && rt_cpu->running == rt->thread);
	}
	rt_end();
	__atomic_store_n(&periodic_over, true, __ATOMIC_RELEASE);
	return arg;
}

KERNEL_TEST(a_quantum_that_ends_with_a_period_takes_nothing_of_the_next_one)
{
	unsigned cpu = cpu_count - 1;
	struct thread *polite, *periodic;

	periodic_over = false;
	polite = ktest_start(cpu, be_polite, NULL);
	periodic = ktest_start(cpu, be_preempted_at_release, NULL);
	thread_join(periodic);
	thread_join(polite);
}

KERNEL_TEST_CPUS(an_interrupt_of_a_halted_cpu_finds_it_waiting, 2)
{
	const struct inbox *inbox = &percpu_at(cpu_count - 1)->inbox;
	uint64_t before = cpu_nmis(cpu_count - 1, NULL);
	uintptr_t place;

	while (!inbox_halted(inbox) && !sched_idle_polls)
		cpu_relax();
	ktest_settle();
	cpu_nmi(cpu_count - 1);
	while (cpu_nmis(cpu_count - 1, &place) == before)
		cpu_relax();
	cpu_nmis(cpu_count - 1, &place);
	CHECK(text_is_waiting(place));
}

KERNEL_TEST(switching_the_quantum_off_leaves_no_timer_behind)
{
	for (unsigned i = 0; i < 20; i++) {
		preempt_set_quantum(QUANTUM_NS);
		preempt_set_quantum(0);
	}
	CHECK(this_cpu->timers.root == NULL && this_cpu->watch == 0);
}
