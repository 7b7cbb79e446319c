/* SPDX-License-Identifier: MIT */
/*
 * The clock, the spin hint and the busy delay. Rates are compared with each other only: the clock against the sleep,
 * the delay against the clock.
 */
#include "conform.h"

enum { READS = 20000, NS_PER_S = 1000 * 1000 * 1000 };

/* Ticks of a duration, less one per cent: the system's time and the clock are calibrated apart. */
static uint64_t ticks_at_least(uint64_t ns)
{
	return ns * (os_clock_hz() / 1000) / (NS_PER_S / 1000) / 100 * 99;
}

CONFORM(clock_monotonic, 1, "on one CPU no stamp is smaller than the one before")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		unsigned backward = 0;
		uint64_t last = 0;

		CHECK_EQUAL(t, os_thread_move(cpu), 0);
		for (unsigned i = 0; i < READS; i++) {
			uint64_t start = os_clock_start();
			uint64_t stop = os_clock_stop();

			backward += start < last || stop < start;
			last = stop;
		}
		CHECK_EQUAL(t, backward, 0);
	}
}

CONFORM(clock_hz_constant, 1, "the clock's rate is not 0 and stays what it is")
{
	uint64_t hz = os_clock_hz();

	CHECK(t, hz > 0);
	conform_settle();
	CHECK_EQUAL(t, os_clock_hz(), hz);
}

CONFORM(clock_rate, 1, "the clock advances by its rate while a thread sleeps")
{
	const uint64_t ns = 50 * 1000 * 1000;
	uint64_t start = os_clock_start();

	os_sleep_ns(ns);

	uint64_t ticks = os_clock_stop() - start;

	CHECK(t, ticks >= ticks_at_least(ns));
	CHECK(t, ticks / os_clock_hz() < 60);
}

CONFORM(delay_at_least, 1, "a delay lasts at least as long as asked for")
{
	static const uint64_t durations_ns[] = {0, 1, 999, 1000, 50000, 2000000};

	for (unsigned i = 0; i < sizeof(durations_ns) / sizeof(durations_ns[0]); i++) {
		uint64_t start = os_clock_start();

		os_delay_ns(durations_ns[i]);
		CHECK(t, os_clock_stop() - start >= ticks_at_least(durations_ns[i]));
	}
}

CONFORM(delay_keeps_cpu, 1, "a delay and the spin hint do not block")
{
	uint64_t blocks = os_thread_blocks();
	unsigned cpu = os_cpu_self();

	os_delay_ns(1000000);
	for (unsigned i = 0; i < 1000; i++)
		os_relax();
	CHECK_EQUAL(t, os_thread_blocks(), blocks);
	CHECK_EQUAL(t, os_cpu_self(), cpu);
}
