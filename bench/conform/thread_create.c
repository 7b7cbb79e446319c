/* SPDX-License-Identifier: MIT */
/*
 * Threads from their creation to their join: placement, arguments and results, and who waits for whom.
 */
#include "conform.h"

enum { BATCH = 50, LIVE = 200, STORM = 100 };

static struct os_thread threads[LIVE];

/* Creates a thread and complains if that fails. */
static bool create(struct conform *t, struct os_thread *thread, unsigned cpu, void *(*fn)(void *), void *arg)
{
	struct os_thread_attr attr;
	int error = os_thread_attr_init(&attr, cpu);

	CHECK_EQUAL(t, error, 0);
	if (error != 0)
		return false;
	error = os_thread_create(thread, &attr, fn, arg);
	CHECK_EQUAL(t, error, 0);
	os_thread_attr_destroy(&attr);
	return error == 0;
}

static void *return_cpu(void *arg)
{
	unsigned cpu = os_cpu_self(); /* before anything else */

	(void)arg;
	return (void *)(uintptr_t)cpu;
}

static void *return_argument(void *arg)
{
	return arg;
}

CONFORM(attr_refuses_absent_cpu, 1, "an attribute for a CPU that does not exist is -EINVAL")
{
	const unsigned absent[] = {os_cpu_count(), os_cpu_count() + 1, 1u << 20, ~0u};

	for (unsigned i = 0; i < 4; i++) {
		struct os_thread_attr attr;

		CHECK_EQUAL(t, os_thread_attr_init(&attr, absent[i]), -CONFORM_EINVAL);
	}
}

CONFORM(attr_serves_many_creates, 1, "one attribute serves any number of creates")
{
	struct os_thread_attr attr;
	unsigned cpu = conform_last_cpu();

	CHECK_EQUAL(t, os_thread_attr_init(&attr, cpu), 0);
	for (unsigned round = 0; round < 6; round++) {
		unsigned created = 0;

		while (created < BATCH && os_thread_create(&threads[created], &attr, return_cpu, NULL) == 0)
			created++;
		CHECK_EQUAL(t, created, BATCH);
		for (unsigned i = 0; i < created; i++) {
			void *result = NULL;

			CHECK_EQUAL(t, os_thread_join(&threads[i], &result), 0);
			CHECK_EQUAL(t, (uintptr_t)result, cpu);
		}
	}
	os_thread_attr_destroy(&attr);
}

static void create_from_here(struct conform_party *party)
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		for (unsigned i = 0; i < 10; i++) {
			struct os_thread thread;
			void *result = NULL;

			if (!create(party->t, &thread, cpu, return_cpu, NULL))
				return;
			CHECK_EQUAL(party->t, os_thread_join(&thread, &result), 0);
			CHECK_EQUAL(party->t, (uintptr_t)result, cpu);
		}
	}
	CHECK_EQUAL(party->t, os_cpu_self(), party->cpu);
}

CONFORM(create_places, 1, "a thread runs on its chosen CPU from its first instruction on")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, create_from_here, NULL);
}

static void stay_here(struct conform_party *party)
{
	for (unsigned i = 0; i < 20; i++) {
		os_sleep_ns(100000);
		CHECK_EQUAL(party->t, os_cpu_self(), party->cpu);
		os_thread_yield();
		CHECK_EQUAL(party->t, os_cpu_self(), party->cpu);
	}
}

CONFORM(create_pins, 1, "a thread stays on its CPU after it slept or yielded")
{
	conform_gang_start(t, 2 * os_cpu_count(), stay_here, NULL);
	conform_gang_finish(t);
}

/* What a creator and its child share. */
static struct {
	struct os_event event;
	uint32_t started, released, passed;
} gate;

static void gate_init(void)
{
	os_event_init(&gate.event);
	gate.started = 0;
	gate.released = 0;
	gate.passed = 0;
}

static void gate_release(void)
{
	conform_set(&gate.released, 1);
	os_event_wake_all(&gate.event);
}

static void *wait_at_gate(void *arg)
{
	conform_add(&gate.started, 1);
	for (;;) {
		uint32_t ticket = os_event_ticket(&gate.event);

		if (conform_read(&gate.released) != 0)
			break;
		os_event_wait(&gate.event, ticket);
	}
	conform_add(&gate.passed, 1);
	return arg;
}

static void create_and_release(struct conform_party *party)
{
	struct os_thread thread;

	gate_init();
	if (!create(party->t, &thread, *(const unsigned *)party->shared, wait_at_gate, NULL))
		return;
	gate_release(); /* would never come if the creator waited */
	CHECK_EQUAL(party->t, os_thread_join(&thread, NULL), 0);
}

CONFORM(create_goes_on, 1, "the creator goes on before its child has ended")
{
	static unsigned cpu;

	for (cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, 0, create_and_release, &cpu);
}

CONFORM(join_returns_result, 1, "join stores what the thread returned, for each thread its own")
{
	char targets[16];

	for (unsigned i = 0; i < 16; i++) {
		void *result = NULL;

		if (!create(t, &threads[i], i % os_cpu_count(), return_argument, &targets[i]))
			return;
		if (i % 4 == 0) {
			CHECK_EQUAL(t, os_thread_join(&threads[i], &result), 0);
			CHECK(t, result == &targets[i]);
		}
	}
	for (unsigned i = 16; i-- > 0;) {
		void *result = NULL;

		if (i % 4 == 0)
			continue;
		CHECK_EQUAL(t, os_thread_join(&threads[i], &result), 0);
		CHECK(t, result == &targets[i]);
	}
}

CONFORM(join_without_result, 1, "join takes NULL for a result that nobody wants")
{
	struct os_thread thread;

	if (create(t, &thread, conform_last_cpu(), return_argument, t))
		CHECK_EQUAL(t, os_thread_join(&thread, NULL), 0);
}

CONFORM(join_after_end, 1, "join of a thread that has ended returns its result")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		struct os_thread thread;
		void *result = NULL;

		if (!create(t, &thread, cpu, return_argument, &thread))
			return;
		conform_settle();
		CHECK_EQUAL(t, os_thread_join(&thread, &result), 0);
		CHECK(t, result == &thread);
	}
}

/* A thread that waits for another one to end. */
static struct {
	struct os_thread target;
	uint32_t waiting, joined;
	uint64_t blocks;
	void *result;
} joiner;

static void join_target(struct conform_party *party)
{
	uint64_t before = os_thread_blocks();

	conform_set(&joiner.waiting, 1);
	CHECK_EQUAL(party->t, os_thread_join(&joiner.target, &joiner.result), 0);
	joiner.blocks = os_thread_blocks() - before;
	conform_set(&joiner.joined, 1);
}

CONFORM(join_blocks_until_end, 1, "join blocks until the thread has returned, whoever created it")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		static struct conform_party party;

		gate_init();
		joiner.waiting = 0;
		joiner.joined = 0;
		joiner.result = NULL;
		if (!create(t, &joiner.target, conform_last_cpu(), wait_at_gate, &joiner))
			return;
		conform_start(t, &party, cpu, join_target, NULL);
		conform_reaches(t, &joiner.waiting, 1);
		conform_settle();
		CHECK_EQUAL(t, conform_read(&joiner.joined), 0);
		gate_release();
		if (!conform_finish(&party))
			return;
		CHECK(t, joiner.blocks >= 1);
		CHECK(t, joiner.result == &joiner);
	}
}

CONFORM(create_many_live, 1, "200 threads are alive at once, each with its own argument")
{
	unsigned created = 0;

	gate_init();
	while (created < LIVE &&
	       create(t, &threads[created], created % os_cpu_count(), wait_at_gate, &threads[created]))
		created++;
	conform_reaches(t, &gate.started, created);
	CHECK_EQUAL(t, conform_read(&gate.started), LIVE);
	gate_release();
	if (!conform_reaches(t, &gate.passed, created))
		return;
	for (unsigned i = 0; i < created; i++) {
		void *result = NULL;

		CHECK_EQUAL(t, os_thread_join(&threads[i], &result), 0);
		CHECK(t, result == &threads[i]);
	}
}

/* Creates and joins children on all CPUs in turn, several of them at a time. */
static void storm(struct conform_party *party)
{
	struct os_thread child[4];

	conform_gang_meet();
	for (unsigned i = 0; i < STORM; i++) {
		unsigned created = 0;

		while (created < 4 && create(party->t, &child[created], (party->index + i + created) % os_cpu_count(),
					     return_cpu, NULL))
			created++;
		for (unsigned j = created; j-- > 0;) {
			void *result = NULL;

			CHECK_EQUAL(party->t, os_thread_join(&child[j], &result), 0);
			CHECK_EQUAL(party->t, (uintptr_t)result, (party->index + i + j) % os_cpu_count());
		}
		if (created < 4)
			return;
	}
}

CONFORM(create_storm, 1, "all CPUs create and join on all CPUs at the same time")
{
	conform_gang_start(t, 2 * os_cpu_count(), storm, NULL);
	conform_gang_finish(t);
}

/* The ABI's alignment at a function's entry: System V AMD64 psABI §3.2.2. The frame address is 16 below it. */
static void *measure_alignment(void *arg)
{
	_Alignas(16) volatile char local[16];
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	uintptr_t aligned = (uintptr_t)local;

	local[0] = 0;
	/* hides where the addresses come from: the compiler believes that they are aligned and would say so */
	__asm__ volatile("" : "+r"(frame), "+r"(aligned));
	*(uintptr_t *)arg = frame % 16 + aligned % 16;
	return NULL;
}

CONFORM(create_aligns_stack, 1, "a thread enters its function with the stack aligned as the ABI asks for")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		struct os_thread thread;
		uintptr_t off = 1;

		if (!create(t, &thread, cpu, measure_alignment, &off))
			return;
		CHECK_EQUAL(t, os_thread_join(&thread, NULL), 0);
		CHECK_EQUAL(t, off, 0);
	}
}
