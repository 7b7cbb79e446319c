/* SPDX-License-Identifier: MIT */
/*
 * The kernel itself is not preempted. Unlike program_preempt.c, this file is kernel text: its threads stand for a thread
 * that is in the middle of one of the kernel's functions.
 */
#include "core/ktest.h"
#include "core/percpu.h"
#include "core/preempt.h"
#include "core/timer.h"

enum { QUANTUM_NS = 20000 };

static bool ran; /* atomic */

static void *run(void *arg)
{
	__atomic_store_n(&ran, true, __ATOMIC_RELEASE);
	return arg;
}

/* Until the timer has wanted to switch several times. */
static void *be_kernel(void *arg)
{
	uint64_t retries = preempt_retries(this_cpu->cpu);

	while (preempt_retries(this_cpu->cpu) < retries + 5)
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

KERNEL_TEST(switching_the_quantum_off_leaves_no_timer_behind)
{
	for (unsigned i = 0; i < 20; i++) {
		preempt_set_quantum(QUANTUM_NS);
		preempt_set_quantum(0);
	}
	CHECK(this_cpu->timers.root == NULL && this_cpu->watch == 0);
}
