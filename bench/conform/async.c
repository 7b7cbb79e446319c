/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous events: where the function runs, when, how often, and that nothing of it comes after the end. The
 * threads that are interrupted compute, sleep, or wait for a mutex meanwhile.
 */
#include "conform.h"

enum { ROUNDS = 200, EVENTS = 64, SENDERS_MAX = 64 };

/* What one event's function leaves behind. */
struct trace {
	struct os_async event;
	uint32_t runs; /* atomic */
	uint32_t strays;
	unsigned cpu; /* where it should run */
	uint64_t seen;
	const uint64_t *watched; /* copied to seen by each run */
};

static void leave_trace(void *arg)
{
	struct trace *trace = arg;

	if (os_cpu_self() != trace->cpu)
		conform_add(&trace->strays, 1);
	if (trace->watched != NULL)
		trace->seen = *(const volatile uint64_t *)trace->watched;
	conform_add(&trace->runs, 1);
}

static bool trace_open(struct conform *t, struct trace *trace, unsigned cpu)
{
	*trace = (struct trace){.cpu = cpu};
	CHECK_EQUAL(t, os_async_init(&trace->event, leave_trace, trace), 0);
	return conform_read(&trace->runs) == 0;
}

/* --- Interruption ------------------------------------------------------------------------------------------------- */

static struct {
	struct trace trace;
	uint32_t ready, over;
	uint64_t blocks;
	struct os_mutex mutex;
} target;

static void target_init(void)
{
	target.ready = 0;
	target.over = 0;
	os_mutex_init(&target.mutex);
}

/* Does nothing but look at a word that a thread of another CPU changes, without the spin hint: a hint can give way. */
static void compute(struct conform_party *party)
{
	uint64_t before;

	trace_open(party->t, &target.trace, party->cpu);
	before = os_thread_blocks();
	conform_set(&target.ready, 1);
	while (conform_read(&target.over) == 0)
		;
	target.blocks = os_thread_blocks() - before;
	os_async_destroy(&target.trace.event);
}

CONFORM(async_interrupts_a_busy_thread, 2,
	"a notification runs the function on a thread that computes, without its help")
{
	static struct conform_party party;
	uint64_t watched = 0;

	target_init();
	conform_start(t, &party, conform_last_cpu(), compute, NULL);
	if (!conform_reaches(t, &target.ready, 1))
		return;
	target.trace.watched = &watched;
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		watched = round;
		os_async_notify(&target.trace.event);
		if (!conform_reaches(t, &target.trace.runs, round))
			break;
		CHECK_EQUAL(t, target.trace.seen, round); /* what was written before the notification is seen */
	}
	conform_settle();
	CHECK_EQUAL(t, conform_read(&target.trace.runs), ROUNDS);
	CHECK_EQUAL(t, conform_read(&target.trace.strays), 0);
	conform_set(&target.over, 1);
	conform_finish(&party);
	CHECK_EQUAL(t, target.blocks, 0);
}

CONFORM(async_interrupts_its_own_thread, 1, "a thread may notify itself, and the function runs at once")
{
	static struct trace trace;

	if (!trace_open(t, &trace, os_cpu_self()))
		return;
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		os_async_notify(&trace.event);
		if (!conform_reaches(t, &trace.runs, round))
			break;
		CHECK_EQUAL(t, conform_read(&trace.runs), round);
	}
	os_async_destroy(&trace.event);
	CHECK_EQUAL(t, trace.strays, 0);
}

/* Each way to block of the contract that an interruption could cut short. */
static void sleep_long(struct conform_party *party)
{
	const uint64_t ns = 100 * 1000 * 1000;
	uint64_t begin;

	trace_open(party->t, &target.trace, party->cpu);
	conform_set(&target.ready, 1);
	begin = os_clock_start();
	os_sleep_ns(ns);
	CHECK(party->t, os_clock_stop() - begin >= os_clock_hz() / 10);
	os_mutex_lock(&target.mutex);
	CHECK_EQUAL(party->t, conform_read(&target.over), 1);
	os_mutex_unlock(&target.mutex);
	os_async_destroy(&target.trace.event);
}

CONFORM(async_cuts_no_sleep_short, 1, "a thread that is notified while it blocks goes on blocking until it is woken")
{
	static struct conform_party party;

	target_init();
	os_mutex_lock(&target.mutex);
	conform_start(t, &party, conform_last_cpu(), sleep_long, NULL);
	if (!conform_reaches(t, &target.ready, 1))
		return;
	for (unsigned round = 0; round < 10; round++) {
		os_async_notify(&target.trace.event);
		conform_settle();
	}
	CHECK(t, conform_reaches(t, &target.trace.runs, 1));
	conform_set(&target.over, 1);
	os_mutex_unlock(&target.mutex);
	conform_finish(&party);
	os_mutex_destroy(&target.mutex);
}

/* --- Counting ------------------------------------------------------------------------------------------------------- */

static void notify_often(struct conform_party *party)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		os_async_notify(&target.trace.event);
		conform_add(&target.ready, 1);
		if (round % 8 == party->index % 8)
			os_thread_yield();
	}
}

CONFORM(async_runs_at_most_once_each, 1,
	"notifications that come before the function has begun run it once, and the last is not lost")
{
	unsigned senders = os_cpu_count() < SENDERS_MAX ? os_cpu_count() : SENDERS_MAX;
	uint32_t runs;

	target_init();
	if (!trace_open(t, &target.trace, os_cpu_self()))
		return;
	for (unsigned round = 0; round < 5; round++) {
		target.ready = 0;
		target.trace.runs = 0;
		conform_gang_start(t, senders, notify_often, NULL);
		conform_gang_finish(t);
		conform_settle();
		runs = conform_read(&target.trace.runs);
		CHECK(t, runs >= 1 && runs <= conform_read(&target.ready));
		os_async_notify(&target.trace.event);
		if (!conform_reaches(t, &target.trace.runs, runs + 1))
			break;
		conform_settle();
		CHECK_EQUAL(t, conform_read(&target.trace.runs), runs + 1);
	}
	os_async_destroy(&target.trace.event);
	CHECK_EQUAL(t, target.trace.strays, 0);
}

/* --- Many events ------------------------------------------------------------------------------------------------------ */

static struct trace traces[EVENTS + 1];

CONFORM(async_tells_events_apart, 1,
	"each of 64 events of one CPU runs its own function, and there is no room for a 65th")
{
	unsigned cpu = os_cpu_self();

	for (unsigned i = 0; i < EVENTS; i++)
		trace_open(t, &traces[i], cpu);
	CHECK(t, os_async_init(&traces[EVENTS].event, leave_trace, &traces[EVENTS]) < 0);
	for (unsigned i = 0; i < EVENTS; i++) {
		unsigned chosen = i * 37 % EVENTS;

		os_async_notify(&traces[chosen].event);
		conform_reaches(t, &traces[chosen].runs, 1);
		for (unsigned j = 0; j < EVENTS; j++)
			CHECK_EQUAL(t, conform_read(&traces[j * 37 % EVENTS].runs), j <= i);
	}
	for (unsigned i = 0; i < EVENTS; i += 2)
		os_async_destroy(&traces[i].event);
	for (unsigned i = 0; i < EVENTS; i += 2) /* their numbers are free again */
		trace_open(t, &traces[i], cpu);
	for (unsigned i = 0; i < EVENTS; i++)
		os_async_notify(&traces[i].event);
	for (unsigned i = 0; i < EVENTS; i++)
		conform_reaches(t, &traces[i].runs, 1 + i % 2);
	for (unsigned i = 0; i < EVENTS; i++)
		os_async_destroy(&traces[i].event);
	for (unsigned i = 0; i < EVENTS; i++)
		CHECK_EQUAL(t, traces[i].runs, 1 + i % 2);
}

/* --- From a function to the next ---------------------------------------------------------------------------------------- */

static struct relay {
	struct trace trace;
	struct relay *next;
	uint32_t ready, over;
} relays[2];

static void pass_on(void *arg)
{
	struct relay *relay = arg;

	leave_trace(&relay->trace);
	if (conform_read(&relay->trace.runs) < ROUNDS)
		os_async_notify(&relay->next->trace.event);
}

static void relay_main(struct conform_party *party)
{
	struct relay *relay = party->shared;

	relay->trace = (struct trace){.cpu = party->cpu};
	CHECK_EQUAL(party->t, os_async_init(&relay->trace.event, pass_on, relay), 0);
	conform_set(&relay->ready, 1);
	while (conform_read(&relay->over) == 0)
		os_thread_yield();
	os_async_destroy(&relay->trace.event);
}

CONFORM(async_may_notify_in_turn, 1, "an event's function may notify, to and fro between two CPUs")
{
	static struct conform_party parties[2];

	for (unsigned i = 0; i < 2; i++) {
		relays[i].next = &relays[1 - i];
		relays[i].ready = 0;
		relays[i].over = 0;
		conform_start(t, &parties[i], i * conform_last_cpu(), relay_main, &relays[i]);
	}
	if (!conform_reaches(t, &relays[0].ready, 1) || !conform_reaches(t, &relays[1].ready, 1))
		return;
	os_async_notify(&relays[0].trace.event);
	conform_reaches(t, &relays[0].trace.runs, ROUNDS);
	conform_reaches(t, &relays[1].trace.runs, ROUNDS - 1);
	conform_settle();
	CHECK_EQUAL(t, relays[0].trace.runs, ROUNDS);
	CHECK_EQUAL(t, relays[1].trace.runs, ROUNDS - 1);
	for (unsigned i = 0; i < 2; i++) {
		conform_set(&relays[i].over, 1);
		conform_finish(&parties[i]);
		CHECK_EQUAL(t, relays[i].trace.strays, 0);
	}
}

/* --- The end -------------------------------------------------------------------------------------------------------------- */

static void notify_and_end(struct conform_party *party)
{
	struct trace *trace = party->shared;

	for (unsigned i = 0; i < 10; i++)
		os_async_notify(&trace->event);
	conform_set(&target.ready, 1);
}

CONFORM(async_ends, 1, "the function does not run after its event was destroyed")
{
	static struct conform_party party;
	static struct trace trace;

	for (unsigned round = 0; round < 20; round++) {
		uint32_t runs;

		target_init();
		if (!trace_open(t, &trace, os_cpu_self()))
			return;
		conform_start(t, &party, conform_last_cpu(), notify_and_end, &trace);
		if (!conform_reaches(t, &target.ready, 1))
			return;
		os_async_destroy(&trace.event);
		runs = conform_read(&trace.runs);
		if (!conform_finish(&party))
			return;
		os_delay_ns(10000);
		CHECK_EQUAL(t, conform_read(&trace.runs), runs);
	}
}
