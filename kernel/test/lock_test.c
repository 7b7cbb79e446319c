/* SPDX-License-Identifier: MIT */
/*
 * Mutex, semaphore and spin lock: exclusion, order, and that everybody gets through.
 */
#include "core/ktest.h"
#include "core/mutex.h"
#include "core/sem.h"
#include "core/timer.h"

enum { PER_CPU = 3 };

/* --- Exclusion ------------------------------------------------------------------------------------------------------------ */

enum { TURNS_OF_ALL = 1500 }; /* shared out: on an overcommitted host each hand-over costs milliseconds */

static unsigned turns(void)
{
	return ktest_repeats(TURNS_OF_ALL) / cpu_count;
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
	uint64_t random = ktest_seed() * KTEST_CROWD_MAX + (uintptr_t)arg;

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
	count = ktest_crowd(mutex_turns, PER_CPU);
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
	count = ktest_crowd(spin_turns, 1);
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
	uint64_t random = ktest_seed() * KTEST_CROWD_MAX + (uintptr_t)arg;

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
	count = ktest_crowd(sem_turns, PER_CPU);
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

/* An up between a down's count and its arrival in the queue: the wake must wait for it there. */
KERNEL_TEST(semaphore_up_that_comes_before_the_waiter_has_queued_is_kept)
{
	uint64_t blocks = this_cpu->current->blocks;

	sem_init(&queue.sem, 0);
	CHECK(__atomic_fetch_sub(&queue.sem.count, 1, __ATOMIC_ACQUIRE) == 0); /* the first half of sem_down() */
	sem_up(&queue.sem);
	CHECK(queue.sem.grants == 1);
	if (queue.sem.grants == 1)
		sem_down_slow(&queue.sem); /* the second half */
	CHECK(queue.sem.grants == 0 && queue.sem.count == 0);
	CHECK(this_cpu->current->blocks == blocks);
}

/* --- A release at each instruction of the way to sleep (wait_test.c has the idea) ------------------------------------------- */

enum { RELEASES = 1200, RELEASE_SWEEP_TICKS = 600 };

static struct {
	struct mutex mutex;
	struct sem sem;
	uint32_t ready;  /* atomic: the round for which the giver has something to give */
	uint32_t wanted; /* atomic: the round in which the waiter is about to wait */
	uint32_t got;    /* atomic: the round that it has come through */
} release;

static void await(const uint32_t *word, uint32_t round)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != round)
		cpu_relax();
}

static void *release_mutex(void *arg)
{
	for (uint32_t round = 1; round <= RELEASES; round++) {
		mutex_lock(&release.mutex);
		__atomic_store_n(&release.ready, round, __ATOMIC_RELEASE);
		await(&release.wanted, round);
		mutex_unlock(&release.mutex);
		await(&release.got, round);
	}
	return arg;
}

static void *release_sem(void *arg)
{
	for (uint32_t round = 1; round <= RELEASES; round++) {
		__atomic_store_n(&release.ready, round, __ATOMIC_RELEASE);
		await(&release.wanted, round);
		sem_up(&release.sem);
		await(&release.got, round);
	}
	return arg;
}

/* The waiter's side, on the last CPU; take() waits for what the thread on CPU 0 gives. */
static void release_run(void *(*give)(void *), void (*take)(void))
{
	struct thread *giver;

	release.ready = release.wanted = release.got = 0;
	giver = ktest_start(0, give, NULL);
	sched_move(cpu_count - 1);
	for (uint32_t round = 1; round <= RELEASES; round++) {
		struct timer alarm;

		await(&release.ready, round);
		ktest_alarm(&alarm, round % RELEASE_SWEEP_TICKS);
		__atomic_store_n(&release.wanted, round, __ATOMIC_RELEASE);
		take();
		timer_cancel(&alarm);
		__atomic_store_n(&release.got, round, __ATOMIC_RELEASE);
	}
	thread_join(giver);
	sched_move(0);
}

static void take_mutex(void)
{
	mutex_lock(&release.mutex);
	mutex_unlock(&release.mutex);
}

static void take_sem(void)
{
	sem_down(&release.sem);
}

KERNEL_TEST_CPUS(mutex_unlock_on_the_waiters_way_to_sleep_is_not_lost, 2)
{
	mutex_init(&release.mutex);
	release_run(release_mutex, take_mutex);
	CHECK(release.mutex.state == MUTEX_FREE);
}

KERNEL_TEST_CPUS(semaphore_up_on_the_waiters_way_to_sleep_is_not_lost, 2)
{
	sem_init(&release.sem, 0);
	release_run(release_sem, take_sem);
	CHECK(release.sem.count == 0 && release.sem.grants == 0);
}

static struct {
	struct mutex mutex;
	unsigned order[4], got; /* by the mutex */
} overtaken;

static void *take_in_turn(void *arg)
{
	mutex_lock(&overtaken.mutex);
	overtaken.order[overtaken.got++] = (unsigned)(uintptr_t)arg;
	mutex_unlock(&overtaken.mutex);
	return arg;
}

/* Two unlocks find waiters while the first one's has not run yet: the second must not bring another one in front of it. */
KERNEL_TEST_CPUS(mutex_waiters_that_were_overtaken_twice_keep_their_order, 2)
{
	struct thread *waiters[3], *newcomer;

	mutex_init(&overtaken.mutex);
	overtaken.got = 0;
	mutex_lock(&overtaken.mutex);
	for (uintptr_t i = 0; i < 3; i++)
		waiters[i] = ktest_start(0, take_in_turn, (void *)i);
	sched_yield(); /* all three wait */
	mutex_unlock(&overtaken.mutex);
	mutex_lock(&overtaken.mutex); /* before the oldest, which is ready, has run */
	newcomer = ktest_start(1, take_in_turn, (void *)3);
	while (__atomic_load_n(&overtaken.mutex.state, __ATOMIC_ACQUIRE) != MUTEX_WANTED)
		cpu_relax();
	mutex_unlock(&overtaken.mutex);
	mutex_lock(&overtaken.mutex);
	sched_yield(); /* whoever was woken finds it taken */
	mutex_unlock(&overtaken.mutex);
	for (uintptr_t i = 0; i < 3; i++)
		thread_join(waiters[i]);
	thread_join(newcomer);
	CHECK(overtaken.got == 4);
	/* the newcomer, from another CPU, may overtake anybody */
	for (unsigned i = 0, next = 0; i < 4; i++)
		if (overtaken.order[i] != 3)
			CHECK(overtaken.order[i] == next++);
}
