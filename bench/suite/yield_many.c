/* SPDX-License-Identifier: MIT */
/*
 * What a switch by yielding costs, over the number of threads that are ready: a figure of growth.
 *
 * One sample: SWITCHES switches among "threads" threads of CPU 0 that all yield in a loop, the main part being one of
 * them. The start stamp by the main part before its first os_thread_yield(), the stop stamp by the thread whose return
 * from os_thread_yield() was switch number SWITCHES. A return is a switch if another thread has returned since this
 * thread did, so a yield that comes back at once adds its cost but is not counted: a time-sharing scheduler may let a
 * thread yield for a long while before it runs another. Amortised: no distribution of single switches. Before the first
 * sample every thread has had a turn. A system that cannot have so many threads skips the point.
 */
#include "place.h"

enum { SWITCHES = 100, RELEASER_NS = 20 * 1000 * 1000 }; /* longer than any credit for sleep (releaser_main) */

/* All threads are on CPU 0. */
static struct {
	struct os_event release;
	uint32_t ticket;
	struct os_sem begun; /* up by each thread that is about to wait for the release */
	uint32_t took_part;
	uint32_t over;
	uint32_t last;     /* the thread that returned last; the main part is 0 */
	uint32_t switches; /* since the start */
	uint32_t strays;
	uint64_t stop;
	unsigned count; /* of others */
	struct os_thread *other;
	struct os_thread releaser;
} ring;

/* After each return from the yield. A preemption in here loses a switch at most, and the sample is that much longer. */
static inline void yielder_count(uint32_t self)
{
	if (share_get(&ring.last) == self)
		return;
	share_set(&ring.last, self);
	share_set(&ring.switches, share_get(&ring.switches) + 1);
	if (ring.switches == SWITCHES)
		ring.stop = os_clock_stop();
}

static void *yielder_main(void *arg)
{
	uint32_t number = (uint32_t)((struct os_thread *)arg - ring.other) + 1;

	os_sem_up(&ring.begun);
	os_event_wait(&ring.release, ring.ticket);
	os_thread_yield();
	__atomic_fetch_add(&ring.took_part, 1, __ATOMIC_RELAXED);
	while (!share_get(&ring.over)) {
		os_thread_yield();
		yielder_count(number);
	}
	ring.strays += os_cpu_self() != PLACE_MAIN;
	return NULL;
}

/*
 * Creates the next thread and lets it run, by sleeping: a time-sharing scheduler may refuse to yield to a new thread
 * for milliseconds. False: there is no room for it.
 */
static bool yielder_start(const struct os_thread_attr *attr)
{
	struct os_thread *next = &ring.other[ring.count];

	if (os_thread_create(next, attr, yielder_main, next) != 0)
		return false;
	ring.count++;
	os_sem_down(&ring.begun);
	return true;
}

static void yield_round(struct bench_run *run)
{
	uint64_t start;

	share_set(&ring.last, 0);
	share_set(&ring.switches, 0);
	start = os_clock_start();
	do {
		os_thread_yield();
		yielder_count(0);
	} while (share_get(&ring.switches) < SWITCHES);
	bench_record(run, start, ring.stop);
}

/*
 * Runs alone for a while, then lets everybody go at once, the main part too. A time-sharing scheduler gives credit for
 * sleep, some milliseconds at most, and who has none waits until the others have used theirs up, which 10,000 times are
 * a minute: this way nobody has none but the releaser, which is over.
 */
static void *releaser_main(void *arg)
{
	os_delay_ns(RELEASER_NS);
	os_event_wake_all(&ring.release);
	return arg;
}

/* Lets all go and gives each a turn. False: there is no room for the releaser. */
static bool ring_begin(const struct os_thread_attr *attr)
{
	if (os_thread_create(&ring.releaser, attr, releaser_main, NULL) != 0)
		return false;
	os_event_wait(&ring.release, ring.ticket);
	while (__atomic_load_n(&ring.took_part, __ATOMIC_RELAXED) < ring.count)
		os_thread_yield();
	return true;
}

static void ring_end(struct bench_run *run, bool measured)
{
	share_set(&ring.over, 1);
	if (!measured)
		os_event_wake_all(&ring.release);
	else /* not before: it may still be on its way to its end */
		bench_check(run, os_thread_join(&ring.releaser, NULL) == 0, "the releaser is joined");
	for (unsigned i = 0; i < ring.count; i++)
		bench_check(run, os_thread_join(&ring.other[i], NULL) == 0, "every thread is joined");
	bench_check(run, ring.strays == 0 && os_cpu_self() == PLACE_MAIN, "all threads stayed on CPU 0");
}

static void measure(struct bench_run *run)
{
	unsigned others = bench_int(run, "threads") - 1;
	struct os_thread_attr attr;
	bool possible;

	place_main(run);
	os_event_init(&ring.release);
	ring.ticket = os_event_ticket(&ring.release);
	ring.took_part = ring.over = ring.strays = 0;
	ring.count = 0;
	ring.other = os_malloc(others * sizeof(*ring.other));
	if (ring.other == NULL) {
		bench_skip(run, "no memory for so many threads");
		return;
	}
	os_sem_init(&ring.begun, 0);
	bench_check(run, os_thread_attr_init(&attr, PLACE_MAIN) == 0, "CPU 0 exists");
	while (run->failed == NULL && ring.count < others && yielder_start(&attr))
		;
	possible = ring.count == others && ring_begin(&attr);
	if (possible) {
		while (bench_next(run))
			yield_round(run);
	} else {
		bench_skip(run, "the system has no room for so many threads");
	}
	ring_end(run, possible);
	os_thread_attr_destroy(&attr);
	os_sem_destroy(&ring.begun);
	os_free(ring.other);
}

BENCH(yield_many, .run = measure, .unit = "ticks", .about = "100 switches by os_thread_yield() among n ready threads",
      .params = {{"threads", "2 10 100 1000 10000"}}, .per = SWITCHES, .max_samples = 50, .max_warmup = 5,
      .extra = true);
