/* SPDX-License-Identifier: MIT */
/*
 * Sleeping until a tick of the clock: never early, on any CPU, and not at all for a time that is over.
 */
#include "conform.h"

enum { NS_PER_US = 1000, SLEEPS = 20 };

static uint64_t ticks_of_us(uint64_t us)
{
	return us * os_clock_hz() / (1000 * NS_PER_US);
}

static void sleep_until_soon(struct conform_party *party)
{
	for (unsigned i = 0; i < SLEEPS; i++) {
		uint64_t tick = os_clock_stop() + ticks_of_us(i * 37);

		os_sleep_until(tick);
		CHECK(party->t, os_clock_stop() >= tick);
	}
}

CONFORM(sleep_until_tick, 1, "a sleep until a tick ends when the clock has reached it, on every CPU")
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		conform_call(t, cpu, sleep_until_soon, NULL);
}

static void sleep_until_past(struct conform_party *party)
{
	uint64_t blocks = os_thread_blocks();

	os_sleep_until(0);
	os_sleep_until(os_clock_stop() - ticks_of_us(1000));
	CHECK_EQUAL(party->t, os_thread_blocks() - blocks, 0);
}

CONFORM(sleep_until_past, 1, "a sleep until a tick that is over does not block")
{
	conform_call(t, 0, sleep_until_past, NULL);
}

/* All with the same grid, each at an offset of its own: nobody's lateness may add up over the periods. */
static void sleep_on_grid(struct conform_party *party)
{
	uint64_t period = ticks_of_us(200), tick = os_clock_stop() + ticks_of_us(party->index * 13);

	for (unsigned i = 0; i < SLEEPS; i++) {
		tick += period;
		os_sleep_until(tick);
		CHECK(party->t, os_clock_stop() >= tick);
	}
}

CONFORM(sleep_until_many, 1, "many threads sleep until ticks of their own, none wakes early and all wake")
{
	conform_gang_start(t, 4 * (os_cpu_count() < 32 ? os_cpu_count() : 32), sleep_on_grid, NULL);
	conform_gang_finish(t);
}
