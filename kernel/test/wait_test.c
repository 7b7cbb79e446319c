/* SPDX-License-Identifier: MIT */
/*
 * The wait queue and the event on top of it: order, wakes that come early or late, and that none is lost or given
 * twice.
 */
#include "core/event.h"
#include "core/ktest.h"
#include "core/timer.h"

static struct {
	struct event event;
	unsigned woken; /* atomic */
	unsigned order[32];
} shared;

static void reset(void)
{
	event_init(&shared.event);
	shared.woken = 0;
}

static void *wait_in_order(void *arg)
{
	event_wait(&shared.event, event_ticket(&shared.event));
	shared.order[__atomic_fetch_add(&shared.woken, 1, __ATOMIC_RELAXED)] = (unsigned)(uintptr_t)arg;
	return NULL;
}

KERNEL_TEST(event_wakes_one_at_a_time_first_in_first_out)
{
	struct thread *threads[32];

	reset();
	for (uintptr_t i = 0; i < 32; i++)
		threads[i] = ktest_start(0, wait_in_order, (void *)i);
	sched_yield(); /* all of them run and wait */
	for (unsigned i = 0; i < 32; i++) {
		CHECK(shared.woken == i);
		event_wake_one(&shared.event);
		sched_yield();
	}
	for (unsigned i = 0; i < 32; i++) {
		thread_join(threads[i]);
		CHECK(shared.order[i] == i);
	}
}

/* The waiters sit on all CPUs and join the queue one after the other; each is awaited before the next is woken. */
KERNEL_TEST_CPUS(event_wakes_waiters_of_several_cpus_first_in_first_out, 2)
{
	struct thread *threads[32];

	reset();
	for (uintptr_t i = 0; i < 32; i++) {
		threads[i] = ktest_start((unsigned)i % cpu_count, wait_in_order, (void *)i);
		while (__atomic_load_n(&threads[i]->blocks, __ATOMIC_RELAXED) == 0)
			ktest_wait_turn();
	}
	for (unsigned i = 0; i < 32; i++) {
		event_wake_one(&shared.event);
		thread_join(threads[i]);
		CHECK(shared.order[i] == i);
	}
}

KERNEL_TEST(event_wake_before_the_wait_is_not_lost)
{
	uint32_t ticket;
	uint64_t blocks = this_cpu->current->blocks;

	reset();
	ticket = event_ticket(&shared.event);
	event_wake_one(&shared.event);
	event_wait(&shared.event, ticket);
	event_wake_all(&shared.event);
	event_wait(&shared.event, ticket);
	CHECK(this_cpu->current->blocks == blocks);
}

KERNEL_TEST(event_wake_before_the_ticket_does_not_count)
{
	struct thread *thread;

	reset();
	event_wake_all(&shared.event);
	thread = ktest_start(0, wait_in_order, NULL);
	ktest_settle();
	CHECK(shared.woken == 0);
	event_wake_one(&shared.event);
	thread_join(thread);
	CHECK(shared.woken == 1);
}

KERNEL_TEST(event_ticket_works_across_the_counters_wrap)
{
	uint32_t ticket;
	struct thread *thread;

	reset();
	shared.event.wakes = UINT32_MAX;
	thread = ktest_start(0, wait_in_order, NULL);
	sched_yield();
	CHECK(shared.woken == 0);
	ticket = event_ticket(&shared.event);
	event_wake_one(&shared.event);
	event_wait(&shared.event, ticket);
	thread_join(thread);
	CHECK(event_ticket(&shared.event) == 0);
}

KERNEL_TEST(event_wake_all_wakes_every_waiter_of_every_cpu)
{
	struct thread *threads[32];

	reset();
	for (unsigned round = 0; round < 50; round++) {
		shared.woken = 0;
		for (uintptr_t i = 0; i < 32; i++) /* alternating and equal neighbours in the queue */
			threads[i] = ktest_start((unsigned)(i < 16 ? i : i / 4) % cpu_count, wait_in_order, (void *)i);
		for (unsigned i = 0; i < 32; i++)
			while (__atomic_load_n(&threads[i]->blocks, __ATOMIC_RELAXED) == 0)
				ktest_wait_turn();
		event_wake_all(&shared.event);
		for (unsigned i = 0; i < 32; i++)
			thread_join(threads[i]);
		CHECK(shared.woken == 32);
	}
}

/* --- No wake is lost ---------------------------------------------------------------------------------------------------- */

enum { VOLLEYS = 1000 };

struct side {
	struct event event;
	uint32_t turn; /* atomic: rounds that the other side has played */
	struct side *other;
	uint64_t random;
	bool starts;
};

/* Plays that many rounds; pauses of random length meet the other CPU on its way into the halt, halted, and awake again. */
static void *play(void *arg)
{
	struct side *side = arg;

	for (uint32_t round = 1; round <= ktest_repeats(VOLLEYS); round++) {
		for (int half = 0; half < 2; half++) {
			if ((half == 0) == side->starts) {
				for (uint64_t spins = ktest_random(&side->random, 60); spins > 0; spins--)
					cpu_relax();
				__atomic_store_n(&side->other->turn, round, __ATOMIC_RELEASE);
				event_wake_one(&side->other->event);
				continue;
			}
			for (;;) {
				uint32_t ticket = event_ticket(&side->event);

				if (__atomic_load_n(&side->turn, __ATOMIC_ACQUIRE) == round)
					break;
				event_wait(&side->event, ticket);
			}
		}
	}
	return (void *)(uintptr_t)side->turn;
}

static void volley(unsigned cpu_a, unsigned cpu_b)
{
	static struct side sides[2];
	struct thread *threads[2];

	for (unsigned i = 0; i < 2; i++) {
		event_init(&sides[i].event);
		sides[i].turn = 0;
		sides[i].other = &sides[1 - i];
		sides[i].random = ktest_seed() * 2 + i;
		sides[i].starts = i == 0;
	}
	threads[0] = ktest_start(cpu_a, play, &sides[0]);
	threads[1] = ktest_start(cpu_b, play, &sides[1]);
	CHECK((uintptr_t)thread_join(threads[0]) == ktest_repeats(VOLLEYS));
	CHECK((uintptr_t)thread_join(threads[1]) == ktest_repeats(VOLLEYS));
}

KERNEL_TEST(no_wake_is_lost_on_one_cpu)
{
	volley(0, 0);
}

KERNEL_TEST_CPUS(no_wake_is_lost_between_halting_cpus, 2)
{
	bool polls = sched_idle_polls;

	sched_idle_polls = false;
	volley(0, cpu_count - 1);
	sched_idle_polls = polls;
}

KERNEL_TEST_CPUS(no_wake_is_lost_between_polling_cpus, 2)
{
	bool polls = sched_idle_polls;

	sched_idle_polls = true;
	volley(0, cpu_count - 1);
	sched_idle_polls = polls;
}

/*
 * A waker that is awake already, so that it can hit any instruction between the waiter's decision and its halt. Under
 * icount it hits each of them: an alarm ends the waiter's slice a little later in each round, and then the other CPU runs.
 */
enum { AMBUSHES = 1600, AMBUSH_STEPS_MAX = 300, AMBUSH_SWEEP_TICKS = 800 };

static struct {
	struct event event;
	uint32_t round;  /* atomic: the waiter is about to wait in */
	uint32_t answer; /* atomic: rounds that the waker has answered */
} ambush;

static void *ambush_waker(void *arg)
{
	uint64_t random = 1;

	for (uint32_t round = 1; round <= AMBUSHES; round++) {
		while (__atomic_load_n(&ambush.round, __ATOMIC_ACQUIRE) != round)
			cpu_relax();
		/* not the spin hint, which may cost more than all of the way into the halt */
		for (volatile uint64_t steps = ktest_random(&random, AMBUSH_STEPS_MAX); steps > 0; steps--)
			;
		__atomic_store_n(&ambush.answer, round, __ATOMIC_RELEASE);
		event_wake_one(&ambush.event);
	}
	return arg;
}

static void ambush_run(bool polls)
{
	struct thread *waker;
	bool before = sched_idle_polls;

	sched_idle_polls = polls;
	event_init(&ambush.event);
	ambush.round = ambush.answer = 0;
	waker = ktest_start(0, ambush_waker, NULL);
	sched_move(cpu_count - 1); /* the order in which QEMU's CPUs take turns: after an alarm here it is CPU 0's */
	for (uint32_t round = 1; round <= AMBUSHES; round++) {
		uint32_t ticket = event_ticket(&ambush.event);
		struct timer alarm;

		ktest_alarm(&alarm, round % AMBUSH_SWEEP_TICKS);
		__atomic_store_n(&ambush.round, round, __ATOMIC_RELEASE);
		event_wait(&ambush.event, ticket);
		timer_cancel(&alarm);
		CHECK(__atomic_load_n(&ambush.answer, __ATOMIC_ACQUIRE) == round);
	}
	thread_join(waker);
	sched_move(0);
	sched_idle_polls = before;
}

KERNEL_TEST_CPUS(no_wake_is_lost_on_the_way_into_the_halt, 2)
{
	ambush_run(false);
}

KERNEL_TEST_CPUS(no_wake_is_lost_on_the_way_into_polling, 2)
{
	ambush_run(true);
}

/* Many to one: wakers on all CPUs, each wake claimed by exactly one of several waiters on one CPU. */
enum { SHOTS = 400 }; /* of all CPUs together: on an overcommitted host each lock hand-over costs milliseconds */

static struct {
	struct wait_queue queue;
	unsigned sent, received; /* atomic */
	bool over;               /* atomic */
} range;

static void *receive(void *arg)
{
	(void)arg;
	for (;;) {
		spin_lock(&range.queue.lock);
		if (range.over) {
			spin_unlock(&range.queue.lock);
			return NULL;
		}
		wait_block(&range.queue);
		__atomic_fetch_add(&range.received, 1, __ATOMIC_RELAXED);
	}
}

static void *shoot(void *arg)
{
	(void)arg;
	for (unsigned hits = 0; hits < ktest_repeats(SHOTS) / cpu_count;) {
		struct thread *thread;

		ktest_wait_turn();
		if (__atomic_load_n(&range.queue.head, __ATOMIC_RELAXED) == NULL)
			continue;
		spin_lock(&range.queue.lock);
		thread = wait_oldest(&range.queue);
		spin_unlock(&range.queue.lock);
		if (thread != NULL) {
			hits++;
			__atomic_fetch_add(&range.sent, 1, __ATOMIC_RELAXED);
			sched_wake(thread);
		}
	}
	return NULL;
}

KERNEL_TEST(each_wake_from_many_cpus_arrives_exactly_once)
{
	struct thread *wakers[CPU_MAX], *waiters[3];

	wait_init(&range.queue);
	range.sent = range.received = 0;
	range.over = false;
	for (unsigned i = 0; i < 3; i++)
		waiters[i] = ktest_start(0, receive, NULL);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		wakers[cpu] = ktest_start(cpu, shoot, NULL);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		thread_join(wakers[cpu]);
	ktest_settle();
	CHECK(range.sent == ktest_repeats(SHOTS) / cpu_count * cpu_count);
	CHECK(range.received == range.sent);
	spin_lock(&range.queue.lock);
	range.over = true;
	wait_wake_everyone(&range.queue);
	for (unsigned i = 0; i < 3; i++)
		thread_join(waiters[i]);
	CHECK(range.received == range.sent + 3);
}
