/* SPDX-License-Identifier: MIT */
/*
 * Vector registers under preemption: threads that hold values in all of them while the quantum's timer takes the CPU away at
 * any instruction. Linked among the programs and compiled with SSE.
 */
#include "core/ktest.h"
#include "core/preempt.h"
#include "x86/cpu.h"
#include "x86/vector_probe.h"

enum {
	THREADS = 3,
	ROUNDS = 20,
	QUANTUM_NS = 20000,
	WIDE_AREA_BYTES = 512 + 64 + 256 /* with AVX: SDM vol. 1 §13.4 */
};

static bool wide(void)
{
	return fpu_area_bytes >= WIDE_AREA_BYTES;
}

static uint64_t count_differences(uint64_t a[VECTOR_REGISTERS][VECTOR_WORDS],
				  uint64_t b[VECTOR_REGISTERS][VECTOR_WORDS])
{
	uint64_t different = 0;

	for (unsigned i = 0; i < VECTOR_REGISTERS; i++)
		for (unsigned j = 0; j < (wide() ? VECTOR_WORDS : VECTOR_WORDS / 2); j++)
			different += a[i][j] != b[i][j];
	return different;
}

static uint32_t holding; /* atomic: threads that are not done */

/* Until the CPU has changed hands. Nobody here yields: whoever runs in between has preempted the caller. */
static void await_preemption(void)
{
	unsigned cpu = cpu_count - 1;
	uint64_t before = preempt_switches(cpu);

	while (preempt_switches(cpu) == before)
		cpu_relax();
}

static void *hold(void *arg)
{
	uint64_t mine[VECTOR_REGISTERS][VECTOR_WORDS], found[VECTOR_REGISTERS][VECTOR_WORDS];
	uint64_t random = (uintptr_t)arg, wrong = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < VECTOR_REGISTERS; i++)
			for (unsigned j = 0; j < VECTOR_WORDS; j++)
				mine[i][j] = ktest_random(&random, UINT64_MAX);
		vector_load(mine, wide());
		await_preemption();
		vector_store(found, wide());
		wrong += count_differences(mine, found);
	}
	__atomic_fetch_sub(&holding, 1, __ATOMIC_RELEASE);
	return (void *)wrong;
}

/* Uses no vector register, and is preempted among those that do. */
static void *abstain(void *arg)
{
	while (__atomic_load_n(&holding, __ATOMIC_ACQUIRE) > 0)
		cpu_relax();
	return arg;
}

KERNEL_TEST(vector_registers_survive_preemption)
{
	unsigned cpu = cpu_count - 1;
	struct thread *threads[THREADS + 1];

	holding = THREADS;
	preempt_set_quantum(QUANTUM_NS);
	for (uintptr_t i = 0; i < THREADS; i++)
		threads[i] = ktest_start(cpu, hold, (void *)(i + 1));
	threads[THREADS] = ktest_start(cpu, abstain, NULL);
	for (unsigned i = 0; i <= THREADS; i++)
		CHECK(thread_join(threads[i]) == NULL);
	preempt_set_quantum(0);
}
