/* SPDX-License-Identifier: MIT */
/*
 * Periodic threads: their grid, the passing over of periods that were missed, what is refused, where they run, and the way
 * back. Where the system has no periodic threads (-EPERM, -ENOTSUP) there is nothing to keep, and the test is skipped.
 */
#include "conform.h"

enum { PERIOD_NS = 10 * 1000 * 1000, PERIODS = 12, CONFORM_EPERM = 1, CONFORM_EBUSY = 16, CONFORM_ENOTSUP = 95 };

static uint64_t period_ticks(void)
{
	return os_clock_hz() / (1000 * 1000 * 1000 / PERIOD_NS);
}

/* Makes the caller periodic. False: this system has no such threads, or a check has failed. */
static bool periodic_possible(struct conform_party *party)
{
	int error = os_periodic_begin(PERIOD_NS, PERIOD_NS / 10);

	switch (error) {
	case -CONFORM_EPERM:
		conform_skip(party->t, "periodic threads are not permitted here");
		return false;
	case -CONFORM_ENOTSUP:
		conform_skip(party->t, "no periodic threads here");
		return false;
	default:
		CHECK_EQUAL(party->t, error, 0);
		return error == 0;
	}
}

static void periodic_on_grid(struct conform_party *party)
{
	uint64_t last, begin;

	if (!periodic_possible(party))
		return;
	last = os_periodic_wait();
	for (unsigned i = 0; i < PERIODS; i++) {
		begin = os_periodic_wait();
		CHECK(party->t, os_clock_stop() >= begin);
		/* whole periods, to a tick or two of rounding each */
		CHECK(party->t, (begin - last + period_ticks() / 100) % period_ticks() <= period_ticks() / 50);
		CHECK(party->t, begin - last >= period_ticks() / 100 * 99);
		last = begin;
	}
	os_periodic_end();
}

CONFORM(periodic_grid, 1, "a periodic thread wakes at whole periods after its begin, never before the planned tick")
{
	for (unsigned cpu = 0; cpu < os_cpu_count() && cpu < 4; cpu++)
		conform_call(t, cpu, periodic_on_grid, NULL);
}

static void periodic_late(struct conform_party *party)
{
	uint64_t last, begin;

	if (!periodic_possible(party))
		return;
	last = os_periodic_wait();
	os_sleep_ns(UINT64_C(5) * PERIOD_NS / 2);
	begin = os_periodic_wait();
	CHECK(party->t, begin - last >= period_ticks() / 100 * 298);
	os_periodic_end();
}

CONFORM(periodic_passes_over, 1, "work that ends late passes over the periods that began meanwhile")
{
	conform_call(t, 0, periodic_late, NULL);
}

static void periodic_refused(struct conform_party *party)
{
	CHECK_EQUAL(party->t, os_periodic_begin(PERIOD_NS, PERIOD_NS + 1), -CONFORM_EINVAL);
	CHECK_EQUAL(party->t, os_periodic_begin(PERIOD_NS, 0), -CONFORM_EINVAL);
	for (unsigned i = 0; i < 3; i++) { /* what was promised is given back */
		if (!periodic_possible(party))
			return;
		CHECK_EQUAL(party->t, os_periodic_begin(PERIOD_NS, PERIOD_NS / 10), -CONFORM_EINVAL);
		os_periodic_end();
		os_sleep_ns(PERIOD_NS);
	}
}

CONFORM(periodic_refusals, 1, "a slice longer than its period is refused, and a second begin")
{
	conform_call(t, 0, periodic_refused, NULL);
}

static void periodic_full(struct conform_party *party)
{
	int error;

	if (!periodic_possible(party))
		return;
	os_periodic_end();
	error = os_periodic_begin(PERIOD_NS, PERIOD_NS);
	CHECK(party->t, error == 0 || error == -CONFORM_EBUSY);
	if (error == 0)
		os_periodic_end();
}

CONFORM(periodic_admission, 1, "a slice as long as its period is admitted or refused, and nothing hangs")
{
	conform_call(t, 0, periodic_full, NULL);
}

static void periodic_place(struct conform_party *party)
{
	unsigned last = conform_last_cpu();

	if (!periodic_possible(party))
		return;
	for (unsigned cpu = 0; cpu <= last; cpu++)
		CHECK_EQUAL(party->t, os_thread_move(cpu), -CONFORM_EBUSY);
	CHECK_EQUAL(party->t, os_thread_move(last + 1), -CONFORM_EINVAL);
	os_periodic_wait();
	os_periodic_end();
	CHECK_EQUAL(party->t, os_cpu_self(), party->cpu);
	CHECK_EQUAL(party->t, os_thread_move(0), 0);
	CHECK_EQUAL(party->t, os_cpu_self(), 0);
}

CONFORM(periodic_stays, 1, "a periodic thread cannot be moved, and when it ends to be one it is where it began")
{
	conform_call(t, conform_last_cpu(), periodic_place, NULL);
}

static void periodic_overrun(struct conform_party *party)
{
	for (unsigned i = 0; i < 10; i++) {
		uint64_t begin;

		if (!periodic_possible(party))
			return;
		begin = os_periodic_wait();
		while (os_clock_stop() - begin < period_ticks() / 5)
			; /* twice its slice */
		os_periodic_end();
		os_sleep_ns(PERIOD_NS / 10 * 12); /* into the next period, before the overrun is made up for */
	}
}

CONFORM(periodic_again, 1, "a thread that ended to be periodic behind the end of its slice can be it again")
{
	conform_call(t, 0, periodic_overrun, NULL);
}
