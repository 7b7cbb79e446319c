/* SPDX-License-Identifier: MIT */
/*
 * Fibers: who runs when, what survives a switch, what a stack can hold, and that a fiber that blocks blocks its thread.
 * Nothing here is shared between threads but what says so, so order is exact and counters are plain.
 */
#include "conform.h"

enum { FIBERS = 7, ROUNDS = 50, MANY = 1000, STACK_USED_BYTES = 15 * 1024, DROPS = 500 };

static struct os_fiber fibers[MANY];

/* The order in which things happened, as numbers. */
static struct {
	unsigned at[FIBERS * ROUNDS * 2];
	unsigned count;
} story;

static void tell(unsigned number)
{
	if (story.count < sizeof(story.at) / sizeof(story.at[0]))
		story.at[story.count++] = number;
}

/* --- Order ---------------------------------------------------------------------------------------------------------- */

static void tell_once(void *arg)
{
	tell((unsigned)(uintptr_t)arg);
}

CONFORM(fiber_starter_goes_on, 1, "who starts a fiber goes on, and the fiber runs at its next yield")
{
	story.count = 0;
	CHECK_EQUAL(t, os_fiber_start(&fibers[0], tell_once, (void *)1), 0);
	tell(0);
	os_fiber_yield();
	tell(2);
	os_fiber_join(&fibers[0]);
	CHECK_EQUAL(t, story.count, 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQUAL(t, story.at[i], i);
}

static void tell_often(void *arg)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		tell((unsigned)(uintptr_t)arg);
		os_fiber_yield();
	}
}

CONFORM(fiber_yield_is_fifo, 1, "fibers run first in, first out, and the thread's own function is one of them")
{
	story.count = 0;
	for (uintptr_t i = 1; i < FIBERS; i++)
		CHECK_EQUAL(t, os_fiber_start(&fibers[i], tell_often, (void *)i), 0);
	tell_often((void *)0);
	CHECK_EQUAL(t, story.count, FIBERS * ROUNDS);
	for (unsigned i = 0; i < story.count; i++)
		CHECK_EQUAL(t, story.at[i], i % FIBERS);
	for (unsigned i = FIBERS - 1; i > 0; i--)
		os_fiber_join(&fibers[i]);
}

CONFORM(fiber_yield_alone_returns, 1,
	"a yield of a thread without other fibers returns at once, before the first and after the last")
{
	uint64_t blocks = os_thread_blocks();

	for (unsigned i = 0; i < ROUNDS; i++)
		os_fiber_yield();
	story.count = 0;
	CHECK_EQUAL(t, os_fiber_start(&fibers[0], tell_once, NULL), 0);
	os_fiber_join(&fibers[0]);
	for (unsigned i = 0; i < ROUNDS; i++)
		os_fiber_yield();
	CHECK_EQUAL(t, story.count, 1);
	CHECK_EQUAL(t, os_thread_blocks(), blocks);
}

/* --- Begin and end ---------------------------------------------------------------------------------------------------- */

static void yield_some(void *arg)
{
	for (unsigned i = 0; i < (unsigned)(uintptr_t)arg; i++)
		os_fiber_yield();
	tell((unsigned)(uintptr_t)arg);
}

CONFORM(fiber_join_waits, 1, "a join returns when the fiber has returned, whether that is long ago or still to come")
{
	for (unsigned first = 0; first < FIBERS; first++) {
		story.count = 0;
		for (uintptr_t i = 0; i < FIBERS; i++)
			CHECK_EQUAL(t, os_fiber_start(&fibers[i], yield_some, (void *)i), 0);
		os_fiber_join(&fibers[first]);
		CHECK_EQUAL(t, story.count, first + 1);
		for (unsigned i = 0; i < FIBERS; i++) {
			if (i != first)
				os_fiber_join(&fibers[i]);
			CHECK(t, story.count > i);
		}
		for (unsigned i = 0; i < FIBERS; i++)
			CHECK_EQUAL(t, story.at[i], i);
	}
}

static unsigned family_born, family_dead;

/* Two children each, down to depth 0; joins them in either order. */
static void family(void *arg)
{
	uintptr_t depth = (uintptr_t)arg;
	struct os_fiber children[2];
	bool born[2];

	family_born++;
	if (depth > 0) {
		for (unsigned i = 0; i < 2; i++)
			born[i] = os_fiber_start(&children[i], family, (void *)(depth - 1)) == 0;
		if (depth % 2 == 0)
			os_fiber_yield();
		for (unsigned i = 0; i < 2; i++) {
			if (born[(depth + i) % 2])
				os_fiber_join(&children[(depth + i) % 2]);
		}
	}
	family_dead++;
}

CONFORM(fiber_starts_and_joins_fibers, 1, "a fiber may start fibers and join them")
{
	family_born = 0;
	family_dead = 0;
	family((void *)7);
	CHECK_EQUAL(t, family_born, 255);
	CHECK_EQUAL(t, family_dead, 255);
}

static unsigned many_turns;

static void turn_twice(void *arg)
{
	(void)arg;
	many_turns++;
	os_fiber_yield();
	many_turns++;
}

CONFORM(fiber_thousand_live, 1, "a thread has room for 1,000 fibers, again and again")
{
	for (unsigned round = 0; round < 3; round++) {
		many_turns = 0;
		for (unsigned i = 0; i < MANY; i++)
			CHECK_EQUAL(t, os_fiber_start(&fibers[i], turn_twice, NULL), 0);
		os_fiber_yield();
		CHECK_EQUAL(t, many_turns, MANY);
		for (unsigned i = 0; i < MANY; i++)
			os_fiber_join(&fibers[i]);
		CHECK_EQUAL(t, many_turns, 2 * MANY);
	}
}

CONFORM(fiber_join_frees, 1, "what a fiber held is free after its join: 20,000 come and go")
{
	story.count = 0;
	for (unsigned i = 0; i < 20 * MANY; i++) {
		CHECK_EQUAL(t, os_fiber_start(&fibers[0], turn_twice, NULL), 0);
		os_fiber_join(&fibers[0]);
	}
}

/* --- What a switch keeps ------------------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t value)
{
	return (value ^ value >> 29) * 0xbf58476d1ce4e5b9;
}

static uint64_t held[FIBERS];

/* More values than there are registers, all of them needed after each switch. */
static void hold_values(void *arg)
{
	uint64_t a = (uintptr_t)arg, b = mix(a), c = mix(b), d = mix(c), e = mix(d), f = mix(e), g = mix(f), h = mix(g);
	uint64_t first = a;

	for (unsigned i = 0; i < ROUNDS; i++) {
		os_fiber_yield();
		a = mix(a + h);
		b = mix(b + a);
		os_fiber_yield();
		c = mix(c + b);
		d = mix(d + c);
		e = mix(e + d);
		os_fiber_yield();
		f = mix(f + e);
		g = mix(g + f);
		h = mix(h + g);
	}
	held[first] = a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

static void hold_values_alone(uint64_t results[FIBERS])
{
	for (uintptr_t i = 0; i < FIBERS; i++) {
		hold_values((void *)i);
		results[i] = held[i];
	}
}

static void hold_values_together(struct conform *t, const uint64_t expected[FIBERS])
{
	for (uintptr_t i = 0; i < FIBERS; i++) {
		held[i] = 0;
		CHECK_EQUAL(t, os_fiber_start(&fibers[i], hold_values, (void *)i), 0);
	}
	for (unsigned i = 0; i < FIBERS; i++)
		os_fiber_join(&fibers[i]);
	for (unsigned i = 0; i < FIBERS; i++)
		CHECK_EQUAL(t, held[i], expected[i]);
}

CONFORM(fiber_keeps_its_values, 1, "a fiber's values survive the turns of others")
{
	uint64_t alone[FIBERS];

	hold_values_alone(alone);
	hold_values_together(t, alone);
}

static unsigned stack_wrong;
static volatile uintptr_t stack_seen; /* the compiler knows what an address should be, and would not look */

static void use_stack(void *arg)
{
	volatile unsigned char bytes[STACK_USED_BYTES] __attribute__((aligned(16)));
	unsigned char mark = (unsigned char)(uintptr_t)arg;

	stack_seen = (uintptr_t)bytes;
	stack_wrong += stack_seen % 16 != 0;
	for (unsigned i = 0; i < STACK_USED_BYTES; i++)
		bytes[i] = (unsigned char)(mark + i);
	for (unsigned round = 0; round < 3; round++) {
		os_fiber_yield();
		for (unsigned i = 0; i < STACK_USED_BYTES; i++)
			stack_wrong += bytes[i] != (unsigned char)(mark + i);
	}
}

CONFORM(fiber_has_a_stack, 1, "a fiber's stack is aligned, holds 15 KiB of its own, and nobody else writes there")
{
	stack_wrong = 0;
	for (uintptr_t i = 0; i < FIBERS; i++)
		CHECK_EQUAL(t, os_fiber_start(&fibers[i], use_stack, (void *)i), 0);
	for (unsigned i = 0; i < FIBERS; i++)
		os_fiber_join(&fibers[i]);
	CHECK_EQUAL(t, stack_wrong, 0);
}

/* --- Fibers and threads -------------------------------------------------------------------------------------------------- */

static struct os_event nap;
static uint32_t napping, awake; /* atomic */

static void take_nap(void *arg)
{
	uint32_t ticket = os_event_ticket(&nap);

	(void)arg;
	conform_set(&napping, 1);
	os_event_wait(&nap, ticket);
	tell(1);
}

static void nap_beside(struct conform_party *party)
{
	uint64_t blocks = os_thread_blocks();

	CHECK_EQUAL(party->t, os_fiber_start(&fibers[0], take_nap, NULL), 0);
	CHECK_EQUAL(party->t, os_fiber_start(&fibers[1], tell_once, (void *)2), 0);
	os_fiber_yield();
	CHECK_EQUAL(party->t, conform_read(&awake), 1); /* not before the nap was over */
	CHECK(party->t, os_thread_blocks() > blocks);
	os_fiber_join(&fibers[0]);
	os_fiber_join(&fibers[1]);
}

CONFORM(fiber_that_blocks_blocks_its_thread, 1,
	"while a fiber blocks, the other fibers of its thread do not run, and other threads do")
{
	static struct conform_party party;

	os_event_init(&nap);
	napping = 0;
	awake = 0;
	story.count = 0;
	conform_start(t, &party, os_cpu_self(), nap_beside, NULL);
	if (!conform_reaches(t, &napping, 1))
		return;
	conform_settle();
	CHECK_EQUAL(t, story.count, 0);
	conform_set(&awake, 1);
	os_event_wake_one(&nap);
	conform_finish(&party);
	CHECK_EQUAL(t, story.count, 2);
	CHECK_EQUAL(t, story.at[0], 1);
	CHECK_EQUAL(t, story.at[1], 2);
}

struct troupe {
	struct conform_party *party;
	struct os_fiber fibers[FIBERS];
	unsigned turns;  /* plain: of one thread */
	unsigned strays; /* turns out of order or on a wrong CPU */
	unsigned last;
};

struct dancer {
	struct troupe *troupe;
	unsigned number;
};

static void dance(void *arg)
{
	struct dancer *dancer = arg;
	struct troupe *troupe = dancer->troupe;

	for (unsigned round = 0; round < ROUNDS; round++) {
		troupe->strays += troupe->last != (dancer->number + FIBERS - 1) % FIBERS;
		troupe->strays += os_cpu_self() != troupe->party->cpu;
		troupe->last = dancer->number;
		troupe->turns++;
		if (round % 5 == dancer->number % 5)
			os_thread_yield(); /* another thread's fibers */
		os_fiber_yield();
	}
}

static void lead_troupe(struct conform_party *party)
{
	struct troupe troupe = {.party = party, .last = FIBERS - 1};
	struct dancer dancers[FIBERS];

	for (unsigned i = 0; i < FIBERS; i++) {
		dancers[i] = (struct dancer){.troupe = &troupe, .number = i};
		CHECK_EQUAL(party->t, os_fiber_start(&troupe.fibers[i], dance, &dancers[i]), 0);
	}
	for (unsigned i = 0; i < FIBERS; i++)
		os_fiber_join(&troupe.fibers[i]);
	CHECK_EQUAL(party->t, troupe.turns, FIBERS * ROUNDS);
	CHECK_EQUAL(party->t, troupe.strays, 0);
}

CONFORM(fiber_of_one_thread_only, 1, "each thread has fibers of its own, whose turns no other thread disturbs")
{
	conform_gang_start(t, 3 * os_cpu_count(), lead_troupe, NULL);
	conform_gang_finish(t);
}

static unsigned moved_wrong;

static void watch_cpu(void *arg)
{
	(void)arg;
	for (unsigned round = 0; round < 2 * ROUNDS; round++) {
		moved_wrong += os_cpu_self() != round % os_cpu_count();
		os_fiber_yield();
	}
}

static void move_about(struct conform_party *party)
{
	CHECK_EQUAL(party->t, os_fiber_start(&fibers[0], watch_cpu, NULL), 0);
	for (unsigned round = 0; round < 2 * ROUNDS; round++) {
		CHECK_EQUAL(party->t, os_thread_move(round % os_cpu_count()), 0);
		os_fiber_yield();
	}
	os_fiber_join(&fibers[0]);
}

CONFORM(fiber_moves_with_its_thread, 1, "when one fiber moves the thread, all of them are there")
{
	moved_wrong = 0;
	conform_call(t, 0, move_about, NULL);
	CHECK_EQUAL(t, moved_wrong, 0);
}

/* --- Interruptions --------------------------------------------------------------------------------------------------------- */

static uint32_t drops; /* atomic */

static void drop(void *arg)
{
	(void)arg;
	conform_add(&drops, 1);
}

static void stand_in_rain(struct conform_party *party)
{
	static struct os_alarm rain;
	uint64_t alone[FIBERS], soon = os_clock_start() + os_clock_hz() / 10000;

	hold_values_alone(alone);
	/* no multiple of what the fibers do: it hits them at ever other instructions */
	CHECK_EQUAL(party->t, os_alarm_start(&rain, soon, 20011, drop, NULL), 0);
	while (conform_read(&drops) < DROPS) {
		hold_values_together(party->t, alone);
		os_relax();
	}
	os_alarm_stop(&rain);
}

CONFORM(fiber_is_interrupted_unharmed, 1, "interruptions at any point of fibers that switch do them no harm")
{
	drops = 0;
	conform_call(t, conform_last_cpu(), stand_in_rain, NULL);
	CHECK(t, conform_read(&drops) >= DROPS);
}
