/* SPDX-License-Identifier: MIT */
/*
 * What creating a thread costs, warm, over the number of threads that are alive: a figure of growth.
 *
 * One sample: as in thread_create with place=same: the start stamp before os_thread_create(), the stop stamp after
 * its return, both by the creator on CPU 0. Meanwhile as many other threads as "live" says exist on CPU 0, each
 * asleep in an event since before the first sample; they are let go and joined after the last. A system that cannot
 * have so many threads skips the point. What it leaves ready is used again by what comes after it in the same run:
 * other extra benchmarks only.
 */
#include "place.h"

enum { SETTLE_NS = 20 * 1000 * 1000 }; /* a preemptive system may take the CPU from a sleeper just before it sleeps */

static struct {
	struct os_event release;
	uint32_t ticket;     /* covers the one wake there is */
	struct os_sem begun; /* up by each sleeper that ran, all on CPU 0 */
	uint32_t woken;
	unsigned count;
	struct os_thread *thread;
} live;

static void *sleeper(void *arg)
{
	os_sem_up(&live.begun);
	os_event_wait(&live.release, live.ticket);
	share_set(&live.woken, live.woken + 1);
	return arg;
}

static void *child(void *arg)
{
	*(unsigned *)arg = os_cpu_self();
	return arg;
}

/*
 * Creates the next sleeper and lets it run, by sleeping: a time-sharing scheduler may refuse to yield to a new thread
 * for milliseconds, which 10,000 times are minutes. False: there is no room for it.
 */
static bool sleeper_start(const struct os_thread_attr *attr)
{
	if (os_thread_create(&live.thread[live.count], attr, sleeper, NULL) != 0)
		return false;
	live.count++;
	os_sem_down(&live.begun);
	return true;
}

static void sleepers_end(struct bench_run *run)
{
	bench_check(run, live.woken == 0, "all threads slept until the end");
	os_event_wake_all(&live.release);
	for (unsigned i = 0; i < live.count; i++)
		bench_check(run, os_thread_join(&live.thread[i], NULL) == 0, "every sleeper is joined");
	bench_check(run, live.woken == live.count, "every sleeper was woken");
}

static void create_once(struct bench_run *run, const struct os_thread_attr *attr)
{
	struct os_thread thread;
	unsigned ran_on = ~0u;
	uint64_t start, stop;
	int error;

	place_settle(run, PLACE_MAIN);
	start = os_clock_start();
	error = os_thread_create(&thread, attr, child, &ran_on);
	stop = os_clock_stop();
	bench_check(run, error == 0, "the thread can be created");
	if (error != 0)
		return;
	bench_check(run, os_thread_join(&thread, NULL) == 0, "the child is joined");
	bench_check(run, ran_on == PLACE_MAIN, "the child ran on CPU 0");
	bench_record(run, start, stop);
}

static void measure(struct bench_run *run)
{
	unsigned wanted = bench_int(run, "live");
	struct os_thread_attr attr;

	place_main(run);
	os_event_init(&live.release);
	live.ticket = os_event_ticket(&live.release);
	live.woken = 0;
	live.count = 0;
	live.thread = os_malloc(wanted * sizeof(*live.thread));
	if (live.thread == NULL) {
		bench_skip(run, "no memory for so many threads");
		return;
	}
	os_sem_init(&live.begun, 0);
	bench_check(run, os_thread_attr_init(&attr, PLACE_MAIN) == 0, "CPU 0 exists");
	while (run->failed == NULL && live.count < wanted && sleeper_start(&attr))
		;
	if (live.count < wanted)
		bench_skip(run, "the system has no room for so many threads");
	else
		os_sleep_ns(SETTLE_NS);
	while (live.count == wanted && bench_next(run))
		create_once(run, &attr);
	sleepers_end(run);
	os_thread_attr_destroy(&attr);
	os_sem_destroy(&live.begun);
	os_free(live.thread);
}

BENCH(create_live, .run = measure, .unit = "ticks",
      .about = "os_thread_create(): call to return, n other threads are alive",
      .params = {{"live", "2 10 100 1000 10000"}}, .max_samples = 300, .max_warmup = 20, .extra = true);
