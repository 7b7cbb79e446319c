/* SPDX-License-Identifier: MIT */
/*
 * Vector state belongs to its thread: it survives switches, interrupts and other threads' use of the same registers, and
 * ends with its thread. Compiled with SSE, as a program that uses floating point is.
 */
#include "core/ktest.h"
#include "core/remote_call.h"
#include "core/sched.h"
#include "core/timer.h"
#include "x86/vector_probe.h"

enum { THREADS = 5, ROUNDS = 60, WIDE_AREA_BYTES = 512 + 64 + 256 /* with AVX: SDM vol. 1 §13.4 */ };

/* The area tells which registers the machine side has switched on. */
static bool wide(void)
{
	return fpu_area_bytes >= WIDE_AREA_BYTES;
}

static void fill(uint64_t values[VECTOR_REGISTERS][VECTOR_WORDS], uint64_t *random)
{
	for (unsigned i = 0; i < VECTOR_REGISTERS; i++)
		for (unsigned j = 0; j < VECTOR_WORDS; j++)
			values[i][j] = ktest_random(random, UINT64_MAX);
}

static bool same(uint64_t a[VECTOR_REGISTERS][VECTOR_WORDS], uint64_t b[VECTOR_REGISTERS][VECTOR_WORDS])
{
	for (unsigned i = 0; i < VECTOR_REGISTERS; i++)
		for (unsigned j = 0; j < (wide() ? VECTOR_WORDS : VECTOR_WORDS / 2); j++)
			if (a[i][j] != b[i][j])
				return false;
	return true;
}

/* --- Whose registers? ------------------------------------------------------------------------------------------------------ */

static struct {
	bool over;              /* atomic */
	unsigned interruptions; /* atomic: handlers that ran on CPU 0 */
} rain;

static void drop(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&rain.interruptions, 1, __ATOMIC_RELAXED);
}

/* On another CPU: calls on CPU 0, as fast as they are carried out. */
static void *rain_calls(void *arg)
{
	while (!__atomic_load_n(&rain.over, __ATOMIC_ACQUIRE))
		remote_call_wait(0, drop, NULL);
	return arg;
}

/* On CPU 0: its expiry interrupts whoever runs there. */
static void *rain_timer(void *arg)
{
	while (!__atomic_load_n(&rain.over, __ATOMIC_ACQUIRE))
		timer_sleep_ns(20000);
	return arg;
}

/* Holds its own values in all vector registers over busy time, yields and blocking sleeps. */
static void *hold(void *arg)
{
	uint64_t mine[VECTOR_REGISTERS][VECTOR_WORDS], found[VECTOR_REGISTERS][VECTOR_WORDS];
	uint64_t random = (uintptr_t)arg, wrong = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t end = clock_now() + timer_ticks(30000);

		fill(mine, &random);
		vector_load(mine, wide());
		while (clock_now() < end)
			cpu_relax();
		if (round % 3 == 1)
			sched_yield();
		if (round % 3 == 2)
			timer_sleep_ns(10000);
		vector_store(found, wide());
		wrong += !same(mine, found);
	}
	return (void *)wrong;
}

/* Uses no vector register: must neither get an area nor disturb the others. */
static void *abstain(void *arg)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		sched_yield();
	CHECK(this_cpu->current->fpu == NULL);
	return arg;
}

KERNEL_TEST(vector_registers_survive_switches_and_interrupts)
{
	struct thread *threads[THREADS + 1], *timer, *caller = NULL;

	rain.over = false;
	rain.interruptions = 0;
	timer = ktest_start(0, rain_timer, NULL);
	if (cpu_count > 1)
		caller = ktest_start(1, rain_calls, NULL);
	for (uintptr_t i = 0; i < THREADS; i++)
		threads[i] = ktest_start(0, hold, (void *)(i + 1));
	threads[THREADS] = ktest_start(0, abstain, NULL);
	for (unsigned i = 0; i <= THREADS; i++)
		CHECK(thread_join(threads[i]) == NULL);
	__atomic_store_n(&rain.over, true, __ATOMIC_RELEASE);
	thread_join(timer);
	if (caller != NULL) {
		thread_join(caller);
		CHECK(rain.interruptions > 0);
	}
}

static void *hold_and_move(void *arg)
{
	uint64_t mine[VECTOR_REGISTERS][VECTOR_WORDS], found[VECTOR_REGISTERS][VECTOR_WORDS];
	uint64_t random = (uintptr_t)arg, wrong = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(mine, &random);
		vector_load(mine, wide());
		sched_move((unsigned)ktest_random(&random, cpu_count));
		vector_store(found, wide());
		wrong += !same(mine, found);
	}
	return (void *)wrong;
}

KERNEL_TEST_CPUS(vector_registers_move_with_their_thread, 2)
{
	struct thread *threads[2 * THREADS];

	for (uintptr_t i = 0; i < 2 * THREADS; i++)
		threads[i] = ktest_start((unsigned)i % cpu_count, hold_and_move, (void *)(i + 1));
	for (unsigned i = 0; i < 2 * THREADS; i++)
		CHECK(thread_join(threads[i]) == NULL);
}

/* --- New threads ------------------------------------------------------------------------------------------------------------ */

/* Stores the registers as it finds them and leaves them full. Returns 1 if any was not zero at its start. */
static void *leave_traces(void *arg)
{
	uint64_t found[VECTOR_REGISTERS][VECTOR_WORDS], zero[VECTOR_REGISTERS][VECTOR_WORDS] = {0};
	uint64_t random = (uintptr_t)arg, wrong;

	vector_store(found, wide());
	wrong = !same(found, zero);
	fill(found, &random);
	vector_load(found, wide());
	return (void *)wrong;
}

KERNEL_TEST(a_reused_thread_begins_with_clean_vector_registers)
{
	for (uintptr_t i = 1; i <= 20; i++)
		CHECK(thread_join(ktest_start(0, leave_traces, (void *)i)) == NULL);
}

/* --- Ordinary floating point, as the compiler makes it ---------------------------------------------------------------------- */

struct series {
	double x, sum;
	unsigned steps;
};

/* The geometric series of x, with a switch after each term. */
static void *sum_up(void *arg)
{
	struct series *series = arg;
	double term = 1;

	for (unsigned i = 0; i < series->steps; i++) {
		series->sum += term;
		term *= series->x;
		sched_yield();
	}
	return NULL;
}

KERNEL_TEST(floating_point_of_several_threads_comes_out_right)
{
	struct thread *threads[THREADS];
	struct series series[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		series[i] = (struct series){.x = 1.0 / (2 << i), .steps = 200};
		threads[i] = ktest_start(i % cpu_count, sum_up, &series[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		double expected = 1 / (1 - series[i].x), error;

		thread_join(threads[i]);
		error = series[i].sum - expected;
		CHECK(error < 1e-12 && error > -1e-12);
	}
}

static void *add_in_mode(void *arg)
{
	unsigned mode = (unsigned)(uintptr_t)arg, wrong = 0;

	__builtin_ia32_ldmxcsr(0x1f80 | mode << 13); /* rounding control: SDM vol. 1 §10.2.3 */
	for (unsigned i = 0; i < ROUNDS; i++) {
		sched_yield();
		wrong += (__builtin_ia32_stmxcsr() >> 13 & 3) != mode;
	}
	return (void *)(uintptr_t)wrong;
}

KERNEL_TEST(each_thread_has_its_own_rounding_mode)
{
	struct thread *threads[4];

	for (uintptr_t i = 0; i < 4; i++)
		threads[i] = ktest_start(0, add_in_mode, (void *)i);
	for (unsigned i = 0; i < 4; i++)
		CHECK(thread_join(threads[i]) == NULL);
}
