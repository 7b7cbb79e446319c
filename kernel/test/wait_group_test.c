/* SPDX-License-Identifier: MIT */
/*
 * Waiters in groups: one for each CPU, in order, whatever the queue goes through; and everybody wakes on the own CPU.
 */
#include "core/error.h"
#include "core/event.h"
#include "core/ktest.h"
#include "core/timer.h"
#include "test/wait_check.h"

enum { CREW_MAX = 96, LOG_MAX = 256 };

struct sailor {
	struct wait_queue *queue;
	uint64_t limit_ns; /* 0: none */
	unsigned number;
	int error;
	struct thread *thread;
};

static struct wait_queue quay;
static struct sailor crew[CREW_MAX];
static unsigned crew_count;

/* Who came back, on each CPU by itself. */
static struct {
	unsigned count, number[LOG_MAX];
} logs[CPU_MAX];

static void log_clear(void)
{
	for (unsigned cpu = 0; cpu < CPU_MAX; cpu++)
		logs[cpu].count = 0;
}

static void *sail(void *arg)
{
	struct sailor *sailor = arg;
	unsigned cpu = this_cpu->cpu;

	spin_lock(&sailor->queue->lock);
	if (sailor->limit_ns == 0)
		wait_block(sailor->queue);
	else
		sailor->error = wait_block_until(sailor->queue, clock_now() + timer_ticks(sailor->limit_ns));
	CHECK(this_cpu->cpu == cpu);
	if (logs[cpu].count < LOG_MAX)
		logs[cpu].number[logs[cpu].count++] = sailor->number;
	return NULL;
}

/* Starts one and waits until it waits. */
static struct sailor *board(struct wait_queue *queue, unsigned cpu, uint64_t limit_ns)
{
	struct sailor *sailor = &crew[crew_count];

	*sailor = (struct sailor){.queue = queue, .limit_ns = limit_ns, .number = crew_count++};
	sailor->thread = ktest_start(cpu, sail, sailor);
	while (__atomic_load_n(&sailor->thread->blocks, __ATOMIC_RELAXED) == 0)
		ktest_wait_turn();
	return sailor;
}

static unsigned inspect(struct wait_queue *queue, unsigned *groups)
{
	unsigned count;

	spin_lock(&queue->lock);
	count = wait_check(queue, groups);
	spin_unlock(&queue->lock);
	return count;
}

static void wake_all(struct wait_queue *queue)
{
	spin_lock(&queue->lock);
	wait_wake_everyone(queue);
	CHECK(!wait_anyone(queue) && queue->oldest == NULL && queue->newest == NULL);
}

static void disembark(void)
{
	for (unsigned i = 0; i < crew_count; i++)
		thread_join(crew[i].thread);
	crew_count = 0;
}

/* Each CPU's come back in the order in which they came to the queue, which is that of their numbers. */
static void check_logs(unsigned expected)
{
	unsigned total = 0;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		for (unsigned i = 1; i < logs[cpu].count; i++)
			CHECK(logs[cpu].number[i - 1] < logs[cpu].number[i]);
		total += logs[cpu].count;
	}
	CHECK(total == expected);
}

/* The number of groups is what a wake-all costs. */
KERNEL_TEST(waiters_form_one_group_a_cpu_in_whatever_order_the_cpus_come)
{
	unsigned cpus = cpu_count < 8 ? cpu_count : 8, groups;
	uint64_t random = ktest_seed();

	wait_init(&quay);
	log_clear();
	for (unsigned i = 0; i < 6 * cpus; i++)
		board(&quay, (unsigned)ktest_random(&random, cpus), 0);
	CHECK(inspect(&quay, &groups) == 6 * cpus);
	CHECK(groups <= cpus);
	wake_all(&quay);
	disembark();
	check_logs(6 * cpus);
}

/* Taking the oldest out must neither break a group nor make its CPU begin another one. */
KERNEL_TEST(groups_outlive_their_first_waiters)
{
	unsigned cpus = cpu_count < 8 ? cpu_count : 8, groups;
	uint64_t random = ktest_seed();

	wait_init(&quay);
	log_clear();
	for (unsigned i = 0; i < 4 * cpus; i++)
		board(&quay, i % cpus, 0);
	for (unsigned i = 0; i < 4 * cpus; i++) {
		spin_lock(&quay.lock);
		wait_wake_oldest(&quay);
		thread_join(crew[i].thread); /* the oldest of all CPUs, or this hangs */
		board(&quay, (unsigned)ktest_random(&random, cpus), 0);
		CHECK(inspect(&quay, &groups) == 4 * cpus);
		CHECK(groups <= cpus);
	}
	wake_all(&quay);
	for (unsigned i = 4 * cpus; i < crew_count; i++)
		thread_join(crew[i].thread);
	check_logs(crew_count);
	crew_count = 0;
}

KERNEL_TEST(wake_all_keeps_the_order_of_waiters_with_and_without_time_limits)
{
	unsigned cpus = cpu_count < 4 ? cpu_count : 4, groups;
	uint64_t random = ktest_seed();

	wait_init(&quay);
	for (unsigned round = 0; round < 8; round++) {
		log_clear();
		for (unsigned i = 0; i < 8 * cpus; i++)
			board(&quay, i % cpus, ktest_random(&random, 3) == 0 ? 3600000000000 : 0);
		CHECK(inspect(&quay, &groups) == 8 * cpus);
		wake_all(&quay);
		for (unsigned i = 0; i < crew_count; i++) {
			thread_join(crew[i].thread);
			CHECK(crew[i].error == 0);
		}
		check_logs(crew_count);
		crew_count = 0;
	}
}

KERNEL_TEST(time_limits_leave_the_groups_around_them_whole)
{
	unsigned groups;

	wait_init(&quay);
	for (unsigned first = 0; first < 4; first++) { /* who comes with a limit */
		log_clear();
		for (unsigned i = 0; i < 4; i++)
			board(&quay, cpu_count - 1, i == first ? 300000 : 0);
		CHECK(thread_join(crew[first].thread) == NULL && crew[first].error == -ETIMEDOUT);
		CHECK(inspect(&quay, &groups) == 3);
		board(&quay, cpu_count - 1, 0);
		board(&quay, 0, 0);
		CHECK(inspect(&quay, &groups) == 5);
		wake_all(&quay);
		for (unsigned i = 0; i < crew_count; i++)
			if (i != first)
				thread_join(crew[i].thread);
		crew_count = 0;
	}
}

/* More queues than a CPU has hints, their waiters coming in turn, so that each finds another queue's group noted. */
KERNEL_TEST(queues_that_share_a_hint_lose_nobody)
{
	enum { QUEUES = WAIT_HINTS + 16, DEEP = 3 };
	static struct event events[QUEUES];
	static struct sailor sailors[DEEP][QUEUES];
	unsigned groups;

	log_clear();
	for (unsigned i = 0; i < QUEUES; i++)
		event_init(&events[i]);
	for (unsigned deep = 0; deep < DEEP; deep++)
		for (unsigned i = 0; i < QUEUES; i++) {
			sailors[deep][i] = (struct sailor){.queue = &events[i].waiters, .number = deep * QUEUES + i};
			sailors[deep][i].thread = ktest_start(0, sail, &sailors[deep][i]);
		}
	sched_yield();
	for (unsigned i = 0; i < QUEUES; i++) {
		CHECK(inspect(&events[i].waiters, &groups) == DEEP);
		event_wake_all(&events[i]);
		for (unsigned deep = 0; deep < DEEP; deep++)
			thread_join(sailors[deep][i].thread);
	}
	CHECK(logs[0].count == DEEP * QUEUES);
}

/* --- A hint whose record has gone elsewhere --------------------------------------------------------------------------------- */

static struct {
	struct event event;
	uint32_t phase; /* atomic: which of its waits the traveller may begin */
} journey;

/* Waits here, which notes its record at this CPU; then waits on CPU 1 or with a time limit, with the same record. */
static void *travel(void *arg)
{
	event_wait(&journey.event, event_ticket(&journey.event));
	if (arg == NULL)
		sched_move(1);
	while (__atomic_load_n(&journey.phase, __ATOMIC_ACQUIRE) != 1)
		ktest_wait_turn();
	if (arg == NULL) {
		event_wait(&journey.event, event_ticket(&journey.event));
		CHECK(this_cpu->cpu == 1);
	} else {
		event_wait_until(&journey.event, event_ticket(&journey.event),
				 clock_now() + timer_ticks(3600000000000));
	}
	return NULL;
}

static void journey_run(unsigned first_cpu, unsigned founder_cpu, void *how)
{
	struct wait_queue *queue = &journey.event.waiters;
	struct thread *traveller;
	uint64_t blocks;
	unsigned groups;

	event_init(&journey.event);
	journey.phase = 0;
	log_clear();
	board(queue, first_cpu, 0);
	traveller = ktest_start(0, travel, how);
	while (__atomic_load_n(&traveller->blocks, __ATOMIC_RELAXED) == 0)
		ktest_wait_turn();
	CHECK(inspect(queue, &groups) == 2 && groups == 1);
	event_wake_all(&journey.event);
	disembark();
	board(queue, founder_cpu, 0);
	blocks = __atomic_load_n(&traveller->blocks, __ATOMIC_RELAXED);
	__atomic_store_n(&journey.phase, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&traveller->blocks, __ATOMIC_RELAXED) == blocks)
		ktest_wait_turn();
	board(queue, 0, 0); /* finds the traveller's record noted, in use by this very queue, and not for it */
	CHECK(inspect(queue, &groups) == 3 && groups == 2);
	event_wake_all(&journey.event);
	disembark();
	thread_join(traveller);
}

KERNEL_TEST_CPUS(a_record_that_went_to_another_cpu_is_not_joined_here, 2)
{
	journey_run(1, 0, NULL);
}

KERNEL_TEST_CPUS(a_record_that_came_back_with_a_time_limit_is_not_joined, 2)
{
	journey_run(1, 1, &journey);
}
