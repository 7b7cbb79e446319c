/* SPDX-License-Identifier: MIT */
/*
 * Periodic threads that block or yield within a period: they get no more than their share, so that the others meet their
 * deadlines, and no less from their next period on. Misses of deadlines are checked where instructions are counted; elsewhere
 * a virtual CPU that its host does not run misses too. Linked among the programs (kernel.ld).
 */
#include "core/ktest.h"
#include "core/rt.h"
#include "core/sched.h"
#include "core/timer.h"
#include "test/periodic_look.h"
#include "x86/cpu.h"

enum { US = 1000, MS = 1000 * US };

static uint32_t over; /* atomic */

static bool is_over(void)
{
	return __atomic_load_n(&over, __ATOMIC_ACQUIRE) != 0;
}

static void set_over(uint32_t value)
{
	__atomic_store_n(&over, value, __ATOMIC_RELEASE);
}

static void busy_ns(uint64_t ns)
{
	ktest_compute_until(clock_now() + timer_ticks(ns));
}

/* Starts both on the last CPU, the second one a little later, and joins them. */
static void run_pair(void *(*first)(void *), void *(*second)(void *))
{
	struct thread *threads[2];

	set_over(0);
	threads[0] = ktest_start(cpu_count - 1, first, NULL);
	threads[1] = ktest_start(cpu_count - 1, second, NULL);
	for (unsigned i = 0; i < 2; i++)
		thread_join(threads[i]);
}

/* --- Blocking -------------------------------------------------------------------------------------------------------- */

enum { STRICT_PERIOD_NS = 370 * US, STRICT_SLICE_NS = 140 * US };

/* Less than 40 % of the CPU, of which it uses the better half. */
static void *strict(void *arg)
{
	CHECK(rt_begin(STRICT_PERIOD_NS, STRICT_SLICE_NS) == 0);
	while (!is_over()) {
		busy_ns(STRICT_SLICE_NS / 3 * 2);
		rt_wait();
	}
	CHECK(rt_stats().misses == 0 || !cpu_relax_pauses);
	return arg;
}

enum { LATE_PERIODS = 30 };

/* Blocks for many periods, and then wants all it can get. */
static void *late(void *arg)
{
	struct periodic_look awake, tired;

	CHECK(rt_begin(MS, MS / 10) == 0);
	timer_sleep_ns((uint64_t)LATE_PERIODS * MS + MS / 2);
	awake = periodic_look();
	CHECK(awake.stats.misses >= LATE_PERIODS);
	busy_ns(5 * MS);
	tired = periodic_look();
	CHECK(tired.stats.throttlings - awake.stats.throttlings <=
	      (tired.now_tsc - awake.now_tsc) / timer_ticks(MS) + 2);
	set_over(1);
	return arg;
}

KERNEL_TEST(a_thread_that_blocked_for_many_periods_has_no_slices_saved)
{
	run_pair(late, strict);
}

enum { SAVER_SLICE_NS = MS / 2, SAVER_PERIODS = 40 };

/* Blocks until just its slice would fit into what is left of the period, then uses this one and the next. */
static void *saver(void *arg)
{
	CHECK(rt_begin(MS, SAVER_SLICE_NS) == 0);
	for (unsigned i = 0; i < SAVER_PERIODS; i++) {
		uint64_t wake = rt_wait() + timer_ticks(MS - SAVER_SLICE_NS);
		struct periodic_look look;

		timer_sleep_until(wake);
		look = periodic_look();
		CHECK(look.left_ticks <= (look.end_tsc - wake) / 2 + 1);
		busy_ns(MS);
	}
	set_over(1);
	return arg;
}

KERNEL_TEST(a_slice_saved_for_the_end_of_its_period_is_cut_to_the_share_of_what_is_left)
{
	run_pair(saver, strict);
}

/* --- Yielding -------------------------------------------------------------------------------------------------------- */

enum { HOG_MS = 20000, YIELDER_ARRIVALS = 5 };

static void *yielder(void *arg)
{
	uint64_t end = clock_now() + timer_ticks((uint64_t)HOG_MS * MS);
	struct rt_stats stats;

	CHECK(rt_begin(MS, MS / 2) == 0);
	for (unsigned i = 0; i < 2; i++) { /* also once it is periodic again */
		uint64_t arrivals = rt_stats().arrivals;

		sched_yield();
		for (unsigned turn = 0; rt_stats().arrivals < arrivals + YIELDER_ARRIVALS && clock_now() < end;)
			ktest_compute(&turn);
		CHECK(rt_stats().arrivals >= arrivals + YIELDER_ARRIVALS);
	}
	stats = periodic_look().stats;
	CHECK(stats.throttlings > 0 && stats.misses + 1 >= stats.arrivals);
	set_over(1);
	return arg;
}

/* An ordinary thread that does not yield, either. */
static void *hog(void *arg)
{
	uint64_t end = clock_now() + timer_ticks((uint64_t)HOG_MS * MS);

	for (unsigned turn = 0; !is_over() && clock_now() < end;)
		ktest_compute(&turn);
	CHECK(is_over());
	return arg;
}

KERNEL_TEST(a_thread_that_yields_is_periodic_again_in_its_next_period)
{
	run_pair(yielder, hog);
}

KERNEL_TEST(a_periodic_thread_that_yields_when_it_is_alone_stays_periodic)
{
	set_over(0);
	thread_join(ktest_start(cpu_count - 1, yielder, NULL));
	CHECK(is_over());
}

/* --- All of it ------------------------------------------------------------------------------------------------------- */

enum { MIXERS = 3 /* a CPU */, MIXER_LIVES = 5, MIXER_PERIODS = 25 };

static void mixer_step(uint64_t *random, uint64_t period_ns)
{
	switch (ktest_random(random, 6)) {
	case 0:
		timer_sleep_ns(ktest_random(random, 3 * period_ns));
		break;
	case 1:
		sched_yield();
		break;
	case 2: /* blocks or is caught while it is an ordinary thread */
		sched_yield();
		timer_sleep_ns(ktest_random(random, 2 * period_ns));
		break;
	case 3:
		ktest_wait_turn();
		break;
	default:
		busy_ns(ktest_random(random, period_ns / 3));
		break;
	}
}

/* Each period that begins is one that was waited for, or is counted as missed; never both. */
static void mixer_live(uint64_t *random)
{
	uint64_t period_ns = 50 * US + ktest_random(random, 20) * 17 * US, ticks = timer_ticks(period_ns);
	struct periodic_look first, last;

	CHECK(rt_begin(period_ns, period_ns / 5) == 0);
	rt_wait();
	first = periodic_look();
	for (unsigned i = 0; i < MIXER_PERIODS; i++) {
		mixer_step(random, period_ns);
		mixer_step(random, period_ns);
		CHECK(rt_wait() <= clock_now());
	}
	last = periodic_look();
	CHECK(periodic_periods(&first, &last, ticks) == MIXER_PERIODS + last.stats.misses - first.stats.misses);
	mixer_step(random, period_ns);
}

static void *mixer(void *arg)
{
	uint64_t random = ktest_seed() * 1000 + (uintptr_t)arg;

	for (unsigned i = 0; i < MIXER_LIVES; i++) {
		mixer_live(&random);
		rt_end();
	}
	mixer_live(&random); /* and without an end */
	return NULL;
}

static void *nothing_promised(void *arg)
{
	CHECK(rt_begin(MS, MS / 10 * 9) == 0);
	return arg;
}

KERNEL_TEST(whatever_periodic_threads_do_each_period_is_waited_for_or_missed)
{
	ktest_crowd(mixer, MIXERS);
	thread_join(ktest_start(cpu_count - 1, nothing_promised, NULL));
}
