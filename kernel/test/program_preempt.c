/* SPDX-License-Identifier: MIT */
/*
 * Preemption by a quantum, seen by those who are preempted: this file is linked among the programs (kernel.ld). Its
 * threads never yield unless they say so, so that without preemption most of these tests would not end.
 */
#include "core/alarm.h"
#include "core/heap.h"
#include "core/ktest.h"
#include "core/mutex.h"
#include "core/percpu.h"
#include "core/preempt.h"
#include "core/sem.h"
#include "core/spin.h"
#include "core/timer.h"
#include "test/kernel_text.h"

enum { QUANTUM_NS = 50000, TINY_QUANTUM_NS = 10000 };

static uint32_t get(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void busy_ns(uint64_t ns)
{
	ktest_compute_until(clock_now() + timer_ticks(ns));
}

static unsigned last_cpu(void)
{
	return cpu_count - 1;
}

/* --- Who is preempted ------------------------------------------------------------------------------------------------ */

enum { RIVALS = 3, RIVAL_TURNS = 8 };

static struct {
	uint32_t turn[RIVALS]; /* atomic: how often each has seen that all others went on */
} rivals;

/* Goes on to the next turn when all others have reached this one: only if the CPU changes hands at every turn. */
static void *rival(void *arg)
{
	uintptr_t self = (uintptr_t)arg;

	for (uint32_t turn = 1; turn <= RIVAL_TURNS; turn++) {
		set(&rivals.turn[self], turn);
		for (unsigned i = 0; i < RIVALS; i++)
			while (get(&rivals.turn[i]) < turn)
				cpu_relax();
	}
	return NULL;
}

KERNEL_TEST(threads_that_never_yield_share_a_cpu_under_a_quantum)
{
	struct thread *threads[RIVALS];
	uint64_t before = preempt_switches(last_cpu());

	rivals.turn[0] = rivals.turn[1] = rivals.turn[2] = 0;
	CHECK(preempt_set_quantum(QUANTUM_NS) == 0);
	for (uintptr_t i = 0; i < RIVALS; i++)
		threads[i] = ktest_start(last_cpu(), rival, (void *)i);
	for (unsigned i = 0; i < RIVALS; i++)
		thread_join(threads[i]);
	CHECK(preempt_set_quantum(0) == 0);
	CHECK(preempt_switches(last_cpu()) - before >= RIVAL_TURNS);
}

static struct {
	uint32_t interrupted, ran; /* atomic */
} meek;

static void meek_count(void *arg)
{
	(void)arg;
	set(&meek.interrupted, get(&meek.interrupted) + 1);
}

static void *meek_busy(void *arg)
{
	struct alarm alarm;

	CHECK(alarm_start(&alarm, clock_now(), QUANTUM_NS, meek_count, NULL) == 0);
	while (get(&meek.interrupted) < 5)
		cpu_relax();
	alarm_stop(&alarm);
	CHECK(get(&meek.ran) == 0);
	return arg;
}

static void *meek_run(void *arg)
{
	set(&meek.ran, 1);
	return arg;
}

KERNEL_TEST(without_a_quantum_no_timer_interrupt_preempts)
{
	struct thread *busy, *other;
	uint64_t before = preempt_switches(last_cpu());

	meek.interrupted = 0;
	meek.ran = 0;
	busy = ktest_start(last_cpu(), meek_busy, NULL);
	other = ktest_start(last_cpu(), meek_run, NULL);
	thread_join(busy);
	thread_join(other);
	CHECK(get(&meek.ran) == 1);
	CHECK(preempt_switches(last_cpu()) == before);
}

KERNEL_TEST(a_lone_busy_thread_is_not_interrupted_under_a_quantum)
{
	uint64_t before;

	CHECK(preempt_set_quantum(QUANTUM_NS) == 0);
	while (preempt_ticks(0)) /* until its first tick has found that nobody else is ready */
		cpu_relax();
	before = cpu_interrupts(0);
	busy_ns(400 * QUANTUM_NS);
	CHECK(cpu_interrupts(0) == before);
	CHECK(preempt_set_quantum(0) == 0);
}

KERNEL_TEST(a_quantum_out_of_range_is_refused)
{
	CHECK(preempt_set_quantum(1) < 0 && preempt_set_quantum(2000000000) < 0);
	CHECK(preempt_quantum_ns() == 0);
	CHECK(preempt_init(QUANTUM_NS) < 0 && preempt_quantum_ns() == 0);
}

/* --- The second thread becomes ready in each possible way, long after the CPU has become tickless ------------------------ */

static uint32_t arrived; /* atomic */

static void *arrive(void *arg)
{
	set(&arrived, 1);
	return arg;
}

static void *arrive_after_sleep(void *arg)
{
	timer_sleep_ns(20 * QUANTUM_NS);
	set(&arrived, 1);
	return arg;
}

static void *await_arrival(void *arg)
{
	while (get(&arrived) == 0)
		cpu_relax();
	return arg;
}

/* Spins for a thread that it makes ready itself. */
static void *create_and_await(void *arg)
{
	struct thread *other;

	while (preempt_ticks(last_cpu()))
		cpu_relax();
	other = ktest_start(last_cpu(), arrive, NULL);
	await_arrival(NULL);
	thread_join(other);
	return arg;
}

KERNEL_TEST(a_thread_that_the_running_one_makes_ready_gets_its_turn)
{
	arrived = 0;
	preempt_set_quantum(QUANTUM_NS);
	thread_join(ktest_start(last_cpu(), create_and_await, NULL));
	CHECK(get(&arrived) == 1);
	preempt_set_quantum(0);
}

KERNEL_TEST(a_thread_that_a_timer_makes_ready_gets_its_turn)
{
	struct thread *sleeper, *waiter;

	arrived = 0;
	preempt_set_quantum(QUANTUM_NS);
	sleeper = ktest_start(last_cpu(), arrive_after_sleep, NULL);
	waiter = ktest_start(last_cpu(), await_arrival, NULL);
	thread_join(waiter);
	thread_join(sleeper);
	CHECK(get(&arrived) == 1);
	preempt_set_quantum(0);
}

KERNEL_TEST_CPUS(a_thread_that_another_cpu_makes_ready_gets_its_turn, 2)
{
	struct thread *waiter, *other;

	preempt_set_quantum(QUANTUM_NS);
	for (unsigned i = 0; i < 20; i++) {
		arrived = 0;
		waiter = ktest_start(last_cpu(), await_arrival, NULL);
		busy_ns(i % 4 * QUANTUM_NS);
		other = ktest_start(last_cpu(), arrive, NULL);
		thread_join(waiter);
		thread_join(other);
	}
	preempt_set_quantum(0);
}

/* --- A quantum that ends in the kernel --------------------------------------------------------------------------------- */

static uint32_t next_door_over; /* atomic */

static void *be_next_door(void *arg)
{
	while (get(&next_door_over) == 0)
		cpu_relax();
	return arg;
}

/* The first quantum is not a whole one, since somebody else ran when it began. */
static void *visit_kernel(void *arg)
{
	kernel_text_until_switch_due();
	for (unsigned i = 0; i < 20; i++) {
		uint64_t switches = preempt_switches(last_cpu()), deferrals = preempt_deferrals(last_cpu());

		kernel_text_until_switch_due();
		CHECK(preempt_switches(last_cpu()) != switches && preempt_deferrals(last_cpu()) != deferrals);
	}
	set(&next_door_over, 1);
	return arg;
}

KERNEL_TEST(a_quantum_that_ends_in_the_kernel_is_over_when_the_thread_leaves_it)
{
	struct thread *visitor, *neighbour;

	next_door_over = 0;
	preempt_set_quantum(QUANTUM_NS);
	visitor = ktest_start(last_cpu(), visit_kernel, NULL);
	neighbour = ktest_start(last_cpu(), be_next_door, NULL);
	thread_join(visitor);
	thread_join(neighbour);
	preempt_set_quantum(0);
}

/* --- Storm ----------------------------------------------------------------------------------------------------------- */

enum { STORM_THREADS = 4 /* a CPU */, STORM_STEPS = 400 };

static struct {
	struct mutex mutex;
	struct spin spin;
	struct sem sem;
	uint64_t under_mutex, under_spin; /* plain: an increment is lost if a lock fails to exclude */
	uint32_t children;                /* atomic */
} storm;

static void *storm_child(void *arg)
{
	__atomic_fetch_add(&storm.children, 1, __ATOMIC_RELAXED);
	return arg;
}

static void storm_increment(uint64_t *counter)
{
	uint64_t value = *(volatile uint64_t *)counter;

	busy_ns(200);
	*(volatile uint64_t *)counter = value + 1;
}

static void storm_memory(uint64_t *random)
{
	size_t len_bytes = 16 + ktest_random(random, 2000);
	unsigned char *bytes = heap_alloc(len_bytes), mark = (unsigned char)*random;

	CHECK(bytes != NULL);
	bytes[0] = mark;
	bytes[len_bytes - 1] = mark;
	busy_ns(ktest_random(random, 3000));
	CHECK(bytes[0] == mark && bytes[len_bytes - 1] == mark);
	heap_free(bytes);
}

static void storm_step(uint64_t *random)
{
	switch (ktest_random(random, 6)) {
	case 0:
		mutex_lock(&storm.mutex);
		storm_increment(&storm.under_mutex);
		mutex_unlock(&storm.mutex);
		break;
	case 1:
		spin_lock(&storm.spin);
		storm_increment(&storm.under_spin);
		spin_unlock(&storm.spin);
		break;
	case 2:
		sem_down(&storm.sem);
		busy_ns(ktest_random(random, 2000));
		sem_up(&storm.sem);
		break;
	case 3:
		storm_memory(random);
		break;
	case 4:
		thread_join(ktest_start((unsigned)ktest_random(random, cpu_count), storm_child, NULL));
		break;
	default:
		timer_sleep_ns(ktest_random(random, 20000));
	}
}

static uint64_t storm_switches[CPU_MAX]; /* of each CPU before the storm */

/*
 * The steps are short: an emulator whose timers are late on a busy host may find another thread at each tick and preempt
 * none. So each goes on until somebody here was, and gives up if that is hopeless because nobody else is left.
 */
static void storm_linger(void)
{
	unsigned cpu = this_cpu->cpu;

	for (unsigned i = 0; i < 1000 && preempt_switches(cpu) == storm_switches[cpu]; i++)
		busy_ns(100000);
}

static uint32_t storm_kinds[2]; /* atomic: steps that ended with a mutex's, a spin lock's increment */

static void *storm_thread(void *arg)
{
	uint64_t random = (uintptr_t)arg + 1;

	for (unsigned i = 0; i < STORM_STEPS; i++) {
		uint64_t peek = random;
		uint64_t kind = ktest_random(&peek, 6);

		storm_step(&random);
		if (kind < 2)
			__atomic_fetch_add(&storm_kinds[kind], 1, __ATOMIC_RELAXED);
	}
	storm_linger();
	return NULL;
}

KERNEL_TEST(a_storm_of_all_primitives_survives_a_tiny_quantum)
{
	uint64_t before = 0, after = 0;

	mutex_init(&storm.mutex);
	spin_init(&storm.spin);
	sem_init(&storm.sem, 2);
	storm.under_mutex = 0;
	storm.under_spin = 0;
	storm_kinds[0] = storm_kinds[1] = 0;
	for (unsigned i = 0; i < cpu_count; i++)
		before += storm_switches[i] = preempt_switches(i);
	preempt_set_quantum(TINY_QUANTUM_NS);
	ktest_crowd(storm_thread, STORM_THREADS);
	preempt_set_quantum(0);
	for (unsigned i = 0; i < cpu_count; i++)
		after += preempt_switches(i);
	CHECK(storm.under_mutex == storm_kinds[0] && storm.under_spin == storm_kinds[1]);
	CHECK(after > before);
}
