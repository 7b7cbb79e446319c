/* SPDX-License-Identifier: MIT */
/*
 * The sleep: never early, however many sleep, and others run meanwhile. How late it may be is a matter for benchmarks.
 */
#include "conform.h"

enum { NS_PER_S = 1000 * 1000 * 1000, SLEEPERS_PER_CPU = 8 };

/* Ticks of a duration, less one per cent: the system's time and the clock are calibrated apart. */
static uint64_t ticks_at_least(uint64_t ns)
{
	return ns * (os_clock_hz() / 1000) / (NS_PER_S / 1000) / 100 * 99;
}

static void check_sleep(struct conform *t, uint64_t ns)
{
	uint64_t start = os_clock_start();

	os_sleep_ns(ns);
	CHECK(t, os_clock_stop() - start >= ticks_at_least(ns));
}

static void sleep_durations(struct conform_party *party)
{
	static const uint64_t durations_ns[] = {0, 1, 999, 1000, 12345, 100000, 1000000, 30000000};

	for (unsigned i = 0; i < sizeof(durations_ns) / sizeof(durations_ns[0]); i++)
		check_sleep(party->t, durations_ns[i]);
}

CONFORM(sleep_at_least, 1, "a sleep lasts at least as long as asked for, on every CPU")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, sleep_durations, NULL);
}

/* All durations differ, and long ones begin first. */
static void sleep_in_crowd(struct conform_party *party)
{
	for (unsigned i = 0; i < 10; i++)
		check_sleep(party->t, 1000 + (uint64_t)(CONFORM_GANG_MAX - party->index) * 7919 + i * 104729);
}

CONFORM(sleep_many_at_once, 1, "many threads sleep for different times, none wakes early and all wake")
{
	conform_gang_start(t, SLEEPERS_PER_CPU * (os_cpu_count() < 32 ? os_cpu_count() : 32), sleep_in_crowd, NULL);
	conform_gang_finish(t);
}

static struct {
	uint32_t long_began, long_ended, short_ended;
	bool short_was_first;
} race;

static void sleep_long(struct conform_party *party)
{
	(void)party;
	conform_set(&race.long_began, 1);
	os_sleep_ns(UINT64_C(2) * NS_PER_S);
	conform_set(&race.long_ended, 1);
}

static void sleep_short(struct conform_party *party)
{
	(void)party;
	os_sleep_ns(1000000);
	race.short_was_first = conform_read(&race.long_ended) == 0;
	conform_set(&race.short_ended, 1);
}

CONFORM(sleep_short_before_long, 1, "a short sleep ends before a long one that began earlier on the same CPU")
{
	static struct conform_party parties[2];

	race.long_began = 0;
	race.long_ended = 0;
	conform_start(t, &parties[0], conform_last_cpu(), sleep_long, NULL);
	conform_reaches(t, &race.long_began, 1);
	conform_start(t, &parties[1], conform_last_cpu(), sleep_short, NULL);
	conform_finish(&parties[1]);
	conform_finish(&parties[0]);
	CHECK(t, race.short_was_first);
}

static struct {
	uint32_t asleep, ran;
} shift;

static void sleep_while_other_runs(struct conform_party *party)
{
	(void)party;
	conform_set(&shift.asleep, 1);
	for (unsigned i = 0; i < 60000 && conform_read(&shift.ran) == 0; i++)
		os_sleep_ns(1000000); /* gives up the CPU: the other thread could never run otherwise */
}

static void run_meanwhile(struct conform_party *party)
{
	(void)party;
	conform_set(&shift.ran, 1);
}

CONFORM(sleep_gives_up_cpu, 1, "while a thread sleeps, another one of its CPU runs")
{
	static struct conform_party parties[2];

	shift.asleep = 0;
	shift.ran = 0;
	conform_start(t, &parties[0], 0, sleep_while_other_runs, NULL);
	conform_reaches(t, &shift.asleep, 1);
	conform_start(t, &parties[1], 0, run_meanwhile, NULL);
	conform_finish(&parties[0]);
	conform_finish(&parties[1]);
	CHECK_EQUAL(t, conform_read(&shift.ran), 1);
}
