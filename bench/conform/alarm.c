/* SPDX-License-Identifier: MIT */
/*
 * Alarms: on time or later, on the right CPU, every time accounted for, over when stopped, and harmless to every call
 * that blocks meanwhile.
 */
#include "conform.h"

enum { NS_PER_US = 1000, PERIOD_US = 200, CALLS = 40, ROUNDS = 30 };

static uint64_t ticks_of_us(uint64_t us)
{
	return us * os_clock_hz() / (1000 * NS_PER_US);
}

/* What an alarm's function writes. */
struct bell {
	uint64_t first, period; /* ticks */
	unsigned cpu;
	uint32_t calls, early, elsewhere; /* atomic */
};

/* One per cent less than a period each: Linux counts periods on a clock of its own. */
static void bell_ring(void *arg)
{
	struct bell *bell = arg;

	if (os_clock_stop() < bell->first + bell->calls * (bell->period / 100 * 99))
		conform_add(&bell->early, 1);
	if (os_cpu_self() != bell->cpu)
		conform_add(&bell->elsewhere, 1);
	conform_add(&bell->calls, 1);
}

static void bell_start(struct conform *t, struct os_alarm *alarm, struct bell *bell, uint64_t first)
{
	*bell = (struct bell){.first = first, .period = ticks_of_us(PERIOD_US), .cpu = os_cpu_self()};
	CHECK_EQUAL(t, os_alarm_start(alarm, first, (uint64_t)PERIOD_US * NS_PER_US, bell_ring, bell), 0);
}

/* Stops it and checks that calls and merged times are the times that have passed, give or take the two ends. */
static void bell_stop(struct conform *t, struct os_alarm *alarm, struct bell *bell)
{
	uint64_t least = (os_clock_start() - bell->first) / (bell->period / 100 * 101);
	uint64_t times = os_alarm_stop(alarm) + conform_read(&bell->calls);
	uint64_t most = (os_clock_stop() - bell->first) / (bell->period / 100 * 99) + 2;

	CHECK(t, times >= least && times <= most);
	CHECK_EQUAL(t, conform_read(&bell->early), 0);
	CHECK_EQUAL(t, conform_read(&bell->elsewhere), 0);
}

static struct bell bells[2];

/* The thread does nothing but look, without the spin hint, that nothing may run in its place: only an interruption can call. */
static void alarm_of_busy_thread(struct conform_party *party)
{
	struct os_alarm alarm;

	bell_start(party->t, &alarm, &bells[0], os_clock_stop() + ticks_of_us(100));
	while (conform_read(&bells[0].calls) < CALLS)
		;
	bell_stop(party->t, &alarm, &bells[0]);
}

CONFORM(alarm_interrupts, 1,
	"an alarm calls in interruption of a busy thread, never early, on its CPU, every time counted")
{
	for (unsigned cpu = 0; cpu < os_cpu_count() && cpu < 4; cpu++)
		conform_call(t, cpu, alarm_of_busy_thread, NULL);
}

static void alarm_of_sleeping_thread(struct conform_party *party)
{
	uint64_t sleep_ns = (uint64_t)CALLS * PERIOD_US * NS_PER_US, begin;
	struct os_alarm alarm;
	uint32_t calls = 0;

	/* a virtual CPU may stand still for as long as a sleep, whose end may then come before the alarm */
	for (unsigned i = 0; i < ROUNDS && calls == 0; i++) {
		bell_start(party->t, &alarm, &bells[0], os_clock_stop());
		begin = os_clock_start();
		os_sleep_ns(sleep_ns);
		CHECK(party->t, os_clock_stop() - begin >= ticks_of_us(CALLS * PERIOD_US) / 100 * 99);
		calls = conform_read(&bells[0].calls);
		bell_stop(party->t, &alarm, &bells[0]);
	}
	CHECK(party->t, calls > 0);
}

CONFORM(alarm_while_asleep, 1, "an alarm calls while its thread sleeps, and the sleep lasts as long as asked for")
{
	conform_call(t, conform_last_cpu(), alarm_of_sleeping_thread, NULL);
}

static void alarm_from_the_past(struct conform_party *party)
{
	struct os_alarm alarm;
	uint32_t calls;

	bell_start(party->t, &alarm, &bells[0], os_clock_stop() - ticks_of_us(10 * PERIOD_US + PERIOD_US / 2));
	while ((calls = conform_read(&bells[0].calls)) == 0)
		os_relax();
	CHECK(party->t, os_alarm_stop(&alarm) + conform_read(&bells[0].calls) >= 10);
}

CONFORM(alarm_merges, 1, "times that were over before the first call are merged into it and counted")
{
	conform_call(t, 0, alarm_from_the_past, NULL);
}

static void alarm_stopped(struct conform_party *party)
{
	struct os_alarm alarm;
	uint32_t calls;

	for (unsigned i = 0; i < ROUNDS; i++) {
		bell_start(party->t, &alarm, &bells[0], os_clock_stop() + ticks_of_us(i * 7));
		os_delay_ns((uint64_t)(i % 3) * PERIOD_US * NS_PER_US);
		os_alarm_stop(&alarm);
		calls = conform_read(&bells[0].calls);
		os_delay_ns((uint64_t)2 * PERIOD_US * NS_PER_US);
		CHECK_EQUAL(party->t, conform_read(&bells[0].calls), calls);
	}
}

CONFORM(alarm_stop_ends, 1, "after an alarm was stopped its function does not run, wherever the stop came")
{
	conform_call(t, 0, alarm_stopped, NULL);
}

static void alarm_two(struct conform_party *party)
{
	struct os_alarm alarms[2];

	bell_start(party->t, &alarms[0], &bells[0], os_clock_stop());
	bell_start(party->t, &alarms[1], &bells[1], os_clock_stop() + ticks_of_us(PERIOD_US / 2));
	while (conform_read(&bells[0].calls) < CALLS || conform_read(&bells[1].calls) < CALLS)
		;
	bell_stop(party->t, &alarms[0], &bells[0]);
	bell_stop(party->t, &alarms[1], &bells[1]);
}

CONFORM(alarm_several, 1, "a thread may have several alarms, each with times and counts of its own")
{
	conform_call(t, 0, alarm_two, NULL);
}

static void alarm_nothing(void *arg)
{
	(void)arg;
}

CONFORM(alarm_bad_period, 1, "a period under a microsecond or over an hour is refused")
{
	static const uint64_t bad_ns[] = {0, 1, 999, UINT64_C(3600) * 1000000000 + 1, UINT64_MAX};
	struct os_alarm alarm;

	for (unsigned i = 0; i < sizeof(bad_ns) / sizeof(bad_ns[0]); i++)
		CHECK_EQUAL(t, os_alarm_start(&alarm, os_clock_stop(), bad_ns[i], alarm_nothing, NULL),
			    -CONFORM_EINVAL);
}

/* --- Blocking calls under alarms ------------------------------------------------------------------------------------ */

static struct {
	struct os_sem ping, pong;
	struct os_event event;
	struct os_barrier barrier;
	struct os_mutex mutex;
	struct os_cond cond;
	uint32_t turns; /* under mutex */
	uint32_t woken; /* atomic */
} noisy;

/* Rounds of each blocking primitive with the partner, each waiting long enough for an alarm or two. */
static void noisy_rounds(struct conform_party *party, unsigned round)
{
	uint32_t ticket = os_event_ticket(&noisy.event);
	bool leader = party->index == 0;

	os_barrier_wait(&noisy.barrier);
	os_delay_ns(leader ? (uint64_t)PERIOD_US * NS_PER_US : 0);
	os_sem_up(leader ? &noisy.ping : &noisy.pong);
	os_sem_down(leader ? &noisy.pong : &noisy.ping);
	os_mutex_lock(&noisy.mutex);
	os_delay_ns((uint64_t)PERIOD_US * NS_PER_US / 2);
	if (++noisy.turns % 2 == 0)
		os_cond_broadcast(&noisy.cond);
	while (noisy.turns < 2 * (round + 1))
		os_cond_wait(&noisy.cond, &noisy.mutex);
	CHECK(party->t, noisy.turns >= 2 * (round + 1));
	os_mutex_unlock(&noisy.mutex);
	if (leader) {
		os_sleep_ns((uint64_t)PERIOD_US * NS_PER_US);
		conform_set(&noisy.woken, round + 1);
		os_event_wake_all(&noisy.event);
	} else {
		os_event_wait(&noisy.event, ticket);
		CHECK_EQUAL(party->t, conform_read(&noisy.woken), round + 1);
	}
}

static void noisy_party(struct conform_party *party)
{
	struct os_alarm alarm;

	bell_start(party->t, &alarm, &bells[party->index], os_clock_stop());
	for (unsigned round = 0; round < ROUNDS; round++)
		noisy_rounds(party, round);
	CHECK(party->t, conform_read(&bells[party->index].calls) > 0);
	bell_stop(party->t, &alarm, &bells[party->index]);
}

CONFORM(alarm_harmless, 1, "blocking calls that an alarm interrupts block on and return when they should")
{
	os_sem_init(&noisy.ping, 0);
	os_sem_init(&noisy.pong, 0);
	os_event_init(&noisy.event);
	os_barrier_init(&noisy.barrier, 2);
	os_mutex_init(&noisy.mutex);
	os_cond_init(&noisy.cond);
	noisy.turns = 0;
	noisy.woken = 0;
	conform_gang_start(t, 2, noisy_party, NULL);
	conform_gang_finish(t);
	os_sem_destroy(&noisy.ping);
	os_sem_destroy(&noisy.pong);
	os_barrier_destroy(&noisy.barrier);
	os_mutex_destroy(&noisy.mutex);
	os_cond_destroy(&noisy.cond);
}
