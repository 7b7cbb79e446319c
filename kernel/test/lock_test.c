/* SPDX-License-Identifier: MIT */
/*
 * Mutex, condition variable, semaphore, spin lock, barriers: exclusion, order, and that everybody gets through.
 */
#include "core/barrier.h"
#include "core/cond.h"
#include "core/error.h"
#include "core/ktest.h"
#include "core/sem.h"
#include "core/timer.h"

enum { PER_CPU = 3, CROWD_MAX = 8 * PER_CPU };

/* Runs fn on PER_CPU threads of each of the first eight CPUs, numbered from 0, and returns how many there were. */
static unsigned crowd_run(void *(*fn)(void *), unsigned per_cpu)
{
	struct thread *threads[CROWD_MAX];
	unsigned cpus = cpu_count < 8 ? cpu_count : 8, count = cpus * per_cpu;

	for (uintptr_t i = 0; i < count; i++)
		threads[i] = ktest_start((unsigned)i % cpus, fn, (void *)i);
	for (unsigned i = 0; i < count; i++)
		thread_join(threads[i]);
	return count;
}

/* --- Exclusion ------------------------------------------------------------------------------------------------------------ */

enum { TURNS_OF_ALL = 1500 }; /* shared out: on an overcommitted host each hand-over costs milliseconds */

static unsigned turns(void)
{
	return TURNS_OF_ALL / cpu_count;
}

static struct {
	struct mutex mutex;
	struct spin spin;
	struct sem sem;
	unsigned inside; /* plain on purpose: only exclusion keeps these two right */
	unsigned long count;
} guarded;

static void critical(uint64_t *random, bool may_block)
{
	CHECK(guarded.inside == 0);
	guarded.inside = 1;
	guarded.count++;
	if (may_block && ktest_random(random, 8) == 0)
		ktest_wait_turn(); /* lets others of this CPU run into the held lock */
	CHECK(guarded.inside == 1);
	guarded.inside = 0;
}

static void *mutex_turns(void *arg)
{
	uint64_t random = (uintptr_t)arg;

	for (unsigned i = 0; i < turns(); i++) {
		mutex_lock(&guarded.mutex);
		critical(&random, true);
		mutex_unlock(&guarded.mutex);
		if (ktest_random(&random, 4) == 0)
			ktest_wait_turn();
	}
	return NULL;
}

KERNEL_TEST(mutex_excludes_on_all_cpus)
{
	unsigned count;

	mutex_init(&guarded.mutex);
	guarded.count = 0;
	count = crowd_run(mutex_turns, PER_CPU);
	CHECK(guarded.count == (unsigned long)count * turns());
	CHECK(guarded.mutex.state == MUTEX_FREE && !wait_anyone(&guarded.mutex.waiters));
}

static void *spin_turns(void *arg)
{
	for (unsigned i = 0; i < turns(); i++) {
		spin_lock(&guarded.spin);
		critical(NULL, false);
		spin_unlock(&guarded.spin);
	}
	return arg;
}

KERNEL_TEST(spin_lock_excludes_on_all_cpus)
{
	unsigned count;

	spin_init(&guarded.spin);
	guarded.count = 0;
	count = crowd_run(spin_turns, 1);
	CHECK(guarded.count == (unsigned long)count * turns());
}

KERNEL_TEST(spin_lock_works_across_its_tickets_wrap)
{
	struct spin spin = {.next = UINT32_MAX, .owner = UINT32_MAX};

	for (unsigned i = 0; i < 3; i++) {
		spin_lock(&spin);
		spin_unlock(&spin);
	}
	CHECK(spin.next == 2 && spin.owner == 2);
}

static void *sem_turns(void *arg)
{
	uint64_t random = (uintptr_t)arg;

	for (unsigned i = 0; i < turns(); i++) {
		sem_down(&guarded.sem);
		critical(&random, true);
		sem_up(&guarded.sem);
		if (ktest_random(&random, 4) == 0)
			ktest_wait_turn();
	}
	return NULL;
}

KERNEL_TEST(semaphore_of_one_excludes_on_all_cpus)
{
	unsigned count;

	sem_init(&guarded.sem, 1);
	guarded.count = 0;
	count = crowd_run(sem_turns, PER_CPU);
	CHECK(guarded.count == (unsigned long)count * turns());
	CHECK(guarded.sem.count == 1 && guarded.sem.grants == 0 && !wait_anyone(&guarded.sem.waiters));
}

/* --- Order ---------------------------------------------------------------------------------------------------------------- */

static struct {
	struct mutex mutex;
	struct sem sem;
	unsigned count;
	unsigned order[16];
} queue;

static void *queue_mutex(void *arg)
{
	mutex_lock(&queue.mutex);
	queue.order[queue.count++] = (unsigned)(uintptr_t)arg;
	mutex_unlock(&queue.mutex);
	return NULL;
}

static void *queue_sem(void *arg)
{
	sem_down(&queue.sem);
	queue.order[queue.count++] = (unsigned)(uintptr_t)arg;
	return NULL;
}

static void queue_start(struct thread *threads[16], void *(*fn)(void *))
{
	queue.count = 0;
	for (uintptr_t i = 0; i < 16; i++)
		threads[i] = ktest_start(0, fn, (void *)i);
	sched_yield();
	CHECK(queue.count == 0);
}

static void queue_end(struct thread *threads[16])
{
	for (unsigned i = 0; i < 16; i++)
		thread_join(threads[i]);
	for (unsigned i = 0; i < 16; i++)
		CHECK(queue.order[i] == i);
}

KERNEL_TEST(mutex_waiters_get_it_first_in_first_out)
{
	struct thread *threads[16];

	mutex_init(&queue.mutex);
	mutex_lock(&queue.mutex);
	queue_start(threads, queue_mutex);
	mutex_unlock(&queue.mutex);
	queue_end(threads);
}

/* The waiter that was woken finds the mutex taken again, and must not go behind those that came after it. */
KERNEL_TEST(mutex_waiter_that_was_overtaken_keeps_its_place)
{
	struct thread *threads[16];

	mutex_init(&queue.mutex);
	mutex_lock(&queue.mutex);
	queue_start(threads, queue_mutex);
	for (unsigned i = 0; i < 5; i++) {
		mutex_unlock(&queue.mutex);
		mutex_lock(&queue.mutex); /* barges in: the one that was woken has not run yet */
		sched_yield();
		CHECK(queue.count == 0);
	}
	mutex_unlock(&queue.mutex);
	queue_end(threads);
}

KERNEL_TEST(semaphore_waiters_get_it_first_in_first_out)
{
	struct thread *threads[16];

	sem_init(&queue.sem, 0);
	queue_start(threads, queue_sem);
	for (unsigned i = 0; i < 16; i++) {
		sem_up(&queue.sem);
		sched_yield();
		CHECK(queue.count == i + 1);
	}
	queue_end(threads);
}

KERNEL_TEST(semaphore_counts_ups_that_nobody_waits_for)
{
	uint64_t blocks = this_cpu->current->blocks;

	sem_init(&queue.sem, 2);
	for (unsigned i = 0; i < 8; i++)
		sem_up(&queue.sem);
	for (unsigned i = 0; i < 10; i++)
		sem_down(&queue.sem);
	CHECK(this_cpu->current->blocks == blocks);
	CHECK(queue.sem.count == 0);
}

/* --- Condition variable: a bounded buffer ----------------------------------------------------------------------------------- */

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
		crowd_run(gate_pass, PER_CPU);
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

/* --- Barriers ----------------------------------------------------------------------------------------------------------------- */

enum { ROUNDS = 100 };

static struct {
	struct barrier block;
	struct spin_barrier spin;
	unsigned parties;
	uint32_t round[CROWD_MAX]; /* atomic: that each party is in */
} meeting;

/* Nobody can be ahead of a party that has not arrived, nor more than one round behind: a barrier that lets one slip shows. */
static void check_round(unsigned self, uint32_t round)
{
	__atomic_store_n(&meeting.round[self], round, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < meeting.parties; i++) {
		uint32_t other = __atomic_load_n(&meeting.round[i], __ATOMIC_ACQUIRE);

		CHECK(other == round || other == round - 1);
	}
}

static void *meet_block(void *arg)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		check_round((unsigned)(uintptr_t)arg, round);
		barrier_wait(&meeting.block);
		for (unsigned i = 0; i < meeting.parties; i++)
			CHECK(__atomic_load_n(&meeting.round[i], __ATOMIC_ACQUIRE) >= round);
	}
	return NULL;
}

static void *meet_spin(void *arg)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		check_round((unsigned)(uintptr_t)arg, round);
		spin_barrier_wait(&meeting.spin);
		for (unsigned i = 0; i < meeting.parties; i++)
			CHECK(__atomic_load_n(&meeting.round[i], __ATOMIC_ACQUIRE) >= round);
	}
	return NULL;
}

static void meeting_prepare(unsigned per_cpu)
{
	meeting.parties = (cpu_count < 8 ? cpu_count : 8) * per_cpu;
	for (unsigned i = 0; i < meeting.parties; i++)
		meeting.round[i] = 0;
}

KERNEL_TEST(blocking_barrier_is_reusable_at_once)
{
	meeting_prepare(PER_CPU);
	barrier_init(&meeting.block, meeting.parties);
	crowd_run(meet_block, PER_CPU);
	CHECK(meeting.block.arrived == 0 && !wait_anyone(&meeting.block.waiters));
}

KERNEL_TEST(spinning_barrier_is_reusable_at_once)
{
	meeting_prepare(1);
	spin_barrier_init(&meeting.spin, meeting.parties);
	crowd_run(meet_spin, 1);
	CHECK(meeting.spin.missing == meeting.parties && meeting.spin.generation == ROUNDS);
}
