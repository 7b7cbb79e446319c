/* SPDX-License-Identifier: MIT */
/*
 * Condition variables, as they are used: predicates under a mutex, one waiter or all.
 */
#include "core/cond.h"
#include "core/error.h"
#include "core/ktest.h"
#include "core/timer.h"

enum { PER_CPU = 3 };

enum { ROOM = 4, ITEMS = 150 };

static struct {
	struct mutex mutex;
	struct cond not_full, not_empty;
	unsigned items[ROOM], count, read, write;
	unsigned long sum;
} buffer;

static void *produce(void *arg)
{
	for (unsigned i = 1; i <= ITEMS; i++) {
		mutex_lock(&buffer.mutex);
		while (buffer.count == ROOM)
			cond_wait(&buffer.not_full, &buffer.mutex);
		buffer.items[buffer.write++ % ROOM] = i;
		buffer.count++;
		mutex_unlock(&buffer.mutex);
		cond_signal(&buffer.not_empty);
	}
	return arg;
}

static void *consume(void *arg)
{
	for (unsigned i = 1; i <= ITEMS; i++) {
		mutex_lock(&buffer.mutex);
		while (buffer.count == 0)
			cond_wait(&buffer.not_empty, &buffer.mutex);
		buffer.sum += buffer.items[buffer.read++ % ROOM];
		buffer.count--;
		cond_signal(&buffer.not_full);
		mutex_unlock(&buffer.mutex);
	}
	return arg;
}

KERNEL_TEST(condition_variables_carry_a_bounded_buffer_between_all_cpus)
{
	struct thread *threads[16];
	unsigned pairs = cpu_count < 8 ? cpu_count : 8;

	mutex_init(&buffer.mutex);
	cond_init(&buffer.not_full);
	cond_init(&buffer.not_empty);
	buffer.count = buffer.read = buffer.write = 0;
	buffer.sum = 0;
	for (unsigned i = 0; i < pairs; i++) {
		threads[2 * i] = ktest_start(i, produce, NULL);
		threads[2 * i + 1] = ktest_start((i + 1) % cpu_count, consume, NULL);
	}
	for (unsigned i = 0; i < 2 * pairs; i++)
		thread_join(threads[i]);
	CHECK(buffer.sum == (unsigned long)pairs * ITEMS * (ITEMS + 1) / 2);
	CHECK(buffer.count == 0);
}

static struct {
	struct mutex mutex;
	struct cond cond;
	bool go;
	unsigned waiting, through;
} gate;

static void *gate_pass(void *arg)
{
	mutex_lock(&gate.mutex);
	gate.waiting++;
	while (!gate.go)
		cond_wait(&gate.cond, &gate.mutex);
	gate.through++;
	mutex_unlock(&gate.mutex);
	return arg;
}

/* Broadcasts once all of the crowd wait, with the mutex held, so that all of them run into it. */
static void *gate_keeper(void *arg)
{
	unsigned expected = (unsigned)(uintptr_t)arg;

	for (;;) {
		mutex_lock(&gate.mutex);
		if (gate.waiting == expected)
			break;
		mutex_unlock(&gate.mutex);
		ktest_wait_turn();
	}
	gate.go = true;
	cond_broadcast(&gate.cond);
	mutex_unlock(&gate.mutex);
	return NULL;
}

KERNEL_TEST(condition_broadcast_lets_all_waiters_through)
{
	unsigned cpus = cpu_count < 8 ? cpu_count : 8, count = cpus * PER_CPU;

	mutex_init(&gate.mutex);
	cond_init(&gate.cond);
	for (unsigned round = 0; round < 20; round++) {
		struct thread *keeper;

		gate.go = false;
		gate.waiting = gate.through = 0;
		keeper = ktest_start(round % cpu_count, gate_keeper, (void *)(uintptr_t)count);
		ktest_crowd(gate_pass, PER_CPU);
		thread_join(keeper);
		CHECK(gate.through == count);
	}
}

KERNEL_TEST(condition_wait_with_a_time_limit_holds_the_mutex_afterwards)
{
	mutex_init(&gate.mutex);
	cond_init(&gate.cond);
	mutex_lock(&gate.mutex);
	CHECK(cond_wait_until(&gate.cond, &gate.mutex, clock_now() + timer_ticks(10000)) == -ETIMEDOUT);
	CHECK(gate.mutex.state == MUTEX_HELD);
	mutex_unlock(&gate.mutex);
}

/* --- The moment between the release of the mutex and the sleep -------------------------------------------------------------- */

/* Under icount an alarm ends the waiter's slice at each instruction of that moment, and then the other CPU runs. */
enum { HANDOVERS = 1600, HANDOVER_STEPS_MAX = 60, HANDOVER_SWEEP_TICKS = 800 };

static struct {
	struct mutex mutex;
	struct cond cond;
	unsigned wanted, given; /* rounds; under mutex */
} handover;

/* Spins for the mutex, so that it has it as soon as the waiter lets go of it. */
static void *give(void *arg)
{
	uint64_t random = 1;

	for (unsigned round = 1; round <= HANDOVERS; round++) {
		for (;;) {
			if (__atomic_load_n(&handover.wanted, __ATOMIC_RELAXED) == round && mutex_try(&handover.mutex))
				break;
			cpu_relax();
		}
		for (volatile uint64_t steps = ktest_random(&random, HANDOVER_STEPS_MAX); steps > 0; steps--)
			;
		handover.given = round;
		mutex_unlock(&handover.mutex);
		cond_signal(&handover.cond);
	}
	return arg;
}

KERNEL_TEST_CPUS(condition_signal_right_after_the_release_is_not_lost, 2)
{
	struct thread *giver;

	mutex_init(&handover.mutex);
	cond_init(&handover.cond);
	handover.wanted = handover.given = 0;
	giver = ktest_start(0, give, NULL);
	sched_move(cpu_count - 1); /* the order in which QEMU's CPUs take turns: after an alarm here it is CPU 0's */
	mutex_lock(&handover.mutex);
	for (unsigned round = 1; round <= HANDOVERS; round++) {
		struct timer alarm;

		ktest_alarm(&alarm, round % HANDOVER_SWEEP_TICKS);
		__atomic_store_n(&handover.wanted, round, __ATOMIC_RELAXED);
		while (handover.given != round)
			cond_wait(&handover.cond, &handover.mutex);
		timer_cancel(&alarm);
	}
	mutex_unlock(&handover.mutex);
	thread_join(giver);
	sched_move(0);
}
