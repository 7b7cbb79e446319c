/* SPDX-License-Identifier: MIT */
/*
 * Periodic threads: order, admission, throttling, misses, and that ordinary threads stay cooperative among themselves.
 * Linked among the programs (kernel.ld): periodic threads preempt whoever runs here.
 */
#include "core/error.h"
#include "core/ktest.h"
#include "core/rt.h"
#include "core/timer.h"
#include "test/periodic_look.h"
#include "x86/cpu.h"

enum { PERIOD_NS = 1000000, MS = 1000000 };

static uint32_t get(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void busy_ns(uint64_t ns)
{
	ktest_compute_until(clock_now() + timer_ticks(ns));
}

static unsigned last_cpu(void)
{
	return cpu_count - 1;
}

/* --- Admission --------------------------------------------------------------------------------------------------------- */

static void *ask(void *arg)
{
	uint64_t refusals = rt_refusals(last_cpu());

	CHECK(rt_begin(PERIOD_NS, PERIOD_NS + 1) == -EINVAL);
	CHECK(rt_begin(RT_PERIOD_MIN_NS - 1, RT_SLICE_MIN_NS) == -EINVAL);
	CHECK(rt_begin(PERIOD_NS, RT_SLICE_MIN_NS - 1) == -EINVAL);
	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 1000 * 901) == -EBUSY);
	CHECK(rt_refusals(last_cpu()) == refusals + 1);
	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 1000 * 900) == 0);
	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 2) == -EINVAL);
	rt_end();
	return arg;
}

KERNEL_TEST(a_slice_that_the_cpu_has_no_time_for_is_refused)
{
	for (unsigned i = 0; i < 3; i++) /* and what was promised is given back */
		thread_join(ktest_start(last_cpu(), ask, NULL));
}

static uint32_t admitted, leave; /* atomic */

static void *hold_share(void *arg)
{
	CHECK(rt_begin(10 * PERIOD_NS, 4 * PERIOD_NS) == 0);
	set(&admitted, get(&admitted) + 1);
	while (get(&leave) == 0)
		rt_wait();
	return arg; /* without rt_end(): the end of a thread is one */
}

static void *ask_for_share(void *arg)
{
	while (get(&admitted) < 2)
		timer_sleep_ns(PERIOD_NS);
	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 10 + 1000) == -EBUSY);
	set(&leave, 1);
	return arg;
}

KERNEL_TEST(admission_adds_up_the_shares_of_all_periodic_threads_of_a_cpu)
{
	struct thread *threads[3];

	admitted = 0;
	leave = 0;
	threads[0] = ktest_start(last_cpu(), hold_share, NULL);
	threads[1] = ktest_start(last_cpu(), hold_share, NULL);
	threads[2] = ktest_start(last_cpu(), ask_for_share, NULL);
	for (unsigned i = 0; i < 3; i++)
		thread_join(threads[i]);
	thread_join(ktest_start(last_cpu(), ask, NULL));
}

/* --- Order --------------------------------------------------------------------------------------------------------------- */

enum { RACERS = 4, RACES = 50 };

static struct {
	uint64_t start, begin, over; /* begin: of their work; all are periodic before it; over: the first deadline */
	unsigned order[RACERS], finished, undisturbed;
} race;

/* Number i has a period of (i + 2) * 50 ms, begins its work at one moment with the others, and needs a part of its slice. */
static void *racer(void *arg)
{
	unsigned self = (unsigned)(uintptr_t)arg;

	timer_sleep_until(race.start);
	CHECK(rt_begin((self + 2) * (uint64_t)50 * MS, (self + 2) * (uint64_t)5 * MS) == 0);
	race.undisturbed += clock_now() < race.begin;
	timer_sleep_until(race.begin);
	race.order[race.finished++] = self;
	race.undisturbed += clock_now() < race.over;
	rt_end();
	return NULL;
}

/* True: the host was so kind as to let all begin and end in time, and so their order is known. */
static bool race_run(void)
{
	struct thread *threads[RACERS];

	race.finished = 0;
	race.undisturbed = 0;
	race.start = clock_now() + timer_ticks(MS);
	race.begin = race.start + timer_ticks(20 * MS);
	race.over = race.start + timer_ticks(100 * MS);
	for (uintptr_t i = RACERS; i-- > 0;) /* the latest deadline comes first */
		threads[i] = ktest_start(last_cpu(), racer, (void *)i);
	for (unsigned i = 0; i < RACERS; i++)
		thread_join(threads[i]);
	CHECK(race.finished == RACERS);
	return race.undisturbed == 2 * RACERS;
}

/*
 * All become ready by one timer interrupt after another while this CPU is kept busy in kernel text or by the first of
 * them; whoever has the earliest end of its period goes first.
 */
KERNEL_TEST(the_earliest_deadline_runs_first)
{
	unsigned races = 1;

	while (!race_run() && races < RACES)
		races++;
	CHECK(races == 1 || !cpu_relax_pauses);
	for (unsigned i = 0; i < RACERS && races < RACES; i++)
		CHECK(race.order[i] == i);
}

/* --- Preempting ordinary threads --------------------------------------------------------------------------------------------- */

enum { BEATS = 20 };

static struct {
	uint32_t over; /* atomic */
	uint32_t b_ran, a_running;
	unsigned beats, late;
} duty;

static void *duty_periodic(void *arg)
{
	uint64_t begin;

	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 10) == 0);
	for (unsigned i = 0; i < BEATS; i++) {
		begin = rt_wait();
		CHECK(clock_now() >= begin);
		duty.beats++;
		busy_ns(20000);
	}
	rt_end();
	set(&duty.over, 1);
	return arg;
}

/* Never yields; the other ordinary thread must not run before it is done. */
static void *duty_ordinary_a(void *arg)
{
	for (unsigned turn = 0; get(&duty.over) == 0;)
		ktest_compute(&turn);
	CHECK(get(&duty.b_ran) == 0);
	return arg;
}

static void *duty_ordinary_b(void *arg)
{
	set(&duty.b_ran, 1);
	return arg;
}

KERNEL_TEST(a_periodic_thread_preempts_an_ordinary_one_and_gives_the_cpu_back_to_it)
{
	struct thread *threads[3];

	duty.over = 0;
	duty.b_ran = 0;
	duty.beats = 0;
	threads[0] = ktest_start(last_cpu(), duty_periodic, NULL);
	threads[1] = ktest_start(last_cpu(), duty_ordinary_a, NULL);
	threads[2] = ktest_start(last_cpu(), duty_ordinary_b, NULL);
	for (unsigned i = 0; i < 3; i++)
		thread_join(threads[i]);
	CHECK(duty.beats == BEATS && get(&duty.b_ran) == 1);
}

/* --- Throttling and misses ------------------------------------------------------------------------------------------------- */

static uint32_t greedy_stop, patient_ran; /* atomic */

/*
 * Wants the CPU for itself, until it has been throttled a few times, and the other one has run. Each time was its period's
 * last, and so missed it: it is found here in the next one.
 */
static void *greedy(void *arg)
{
	struct rt_stats stats;

	CHECK(rt_begin(4 * PERIOD_NS, 2 * PERIOD_NS) == 0);
	do {
		busy_ns(PERIOD_NS / 20);
		stats = periodic_look().stats;
		CHECK(stats.misses >= stats.throttlings && stats.arrivals == stats.throttlings + 1);
	} while (stats.throttlings < 3 || get(&patient_ran) == 0);
	CHECK(stats.misses == stats.throttlings || !cpu_relax_pauses);
	rt_end();
	set(&greedy_stop, 1);
	return arg;
}

/* Gets what that leaves, but never yields. */
static void *patient(void *arg)
{
	while (get(&greedy_stop) == 0)
		set(&patient_ran, 1);
	return arg;
}

KERNEL_TEST(a_thread_that_exceeds_its_slice_is_throttled_until_its_next_period)
{
	struct thread *threads[2];

	greedy_stop = 0;
	patient_ran = 0;
	threads[0] = ktest_start(last_cpu(), greedy, NULL);
	threads[1] = ktest_start(last_cpu(), patient, NULL);
	thread_join(threads[0]);
	thread_join(threads[1]);
}

/* Its own time: gaps are when it is throttled. */
static void work_ns(uint64_t ns)
{
	uint64_t work = timer_ticks(ns), gap = timer_ticks(PERIOD_NS / 10), done = 0;

	for (uint64_t then = clock_now(), now; done < work; then = now) {
		now = clock_now();
		done += now - then < gap ? now - then : 0;
	}
}

/*
 * Works for one and a half slices, so a piece of work ends in the period after the one that it began in. Exactly so where
 * instructions are counted; elsewhere the end of the slice may come late, or the host take the CPU away for some periods.
 * A miss is counted for each period that was not waited for, and for no other.
 */
static void *miss(void *arg)
{
	CHECK(rt_begin(PERIOD_NS, PERIOD_NS / 5) == 0);
	rt_wait();
	for (unsigned i = 0; i < 5; i++) {
		struct periodic_look before = periodic_look(), after;
		uint64_t periods, misses;

		work_ns(PERIOD_NS / 10 * 3);
		rt_wait();
		after = periodic_look();
		periods = periodic_periods(&before, &after, timer_ticks(PERIOD_NS));
		misses = after.stats.misses - before.stats.misses;
		CHECK(periods == 1 + misses);
		CHECK(misses == 1 || !cpu_relax_pauses);
	}
	rt_end();
	return arg;
}

KERNEL_TEST(work_that_ends_after_its_period_is_counted_as_a_miss)
{
	thread_join(ktest_start(last_cpu(), miss, NULL));
}

/* --- Many at once ---------------------------------------------------------------------------------------------------------- */

enum { CROWD = 4 /* a CPU */, CROWD_PERIODS = 30 };

static void *crowd(void *arg)
{
	uint64_t random = (uintptr_t)arg + 1, last = 0, begin;
	uint64_t period_ns = 200000 + ktest_random(&random, 20) * 37000;

	CHECK(rt_begin(period_ns, period_ns / 6) == 0);
	for (unsigned i = 0; i < CROWD_PERIODS; i++) {
		busy_ns(ktest_random(&random, period_ns / 4)); /* sometimes too long */
		switch (ktest_random(&random, 4)) {
		case 0:
			timer_sleep_ns(ktest_random(&random, 50000));
			break;
		case 1:
			ktest_wait_turn();
			break;
		default:
			break;
		}
		begin = rt_wait();
		CHECK(begin > last && clock_now() >= begin);
		last = begin;
	}
	if (random % 2 == 0)
		rt_end();
	return NULL;
}

KERNEL_TEST(many_periodic_threads_on_all_cpus_keep_their_grids)
{
	ktest_crowd(crowd, CROWD);
	thread_join(ktest_start(last_cpu(), ask, NULL)); /* nothing is left promised */
}
