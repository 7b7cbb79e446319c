/* SPDX-License-Identifier: MIT */
/*
 * Taking a mutex that a thread on another CPU holds.
 *
 * One sample: the start stamp by the main part on CPU 0 before os_mutex_lock(), after it has seen that the mutex is
 * held; the stop stamp after the call has returned. Each of the other threads, one a CPU, again and again holds the
 * mutex for 5 us and leaves it alone for 10 us; the main part gives it back at once. So a sample is the rest of the 5
 * us, the wake-up of the main part, and other holders: the contract lets a running thread take a free mutex before
 * the waiter that was woken for it, so the tail is long. A few samples are short, because the mutex was given back
 * between the look and the call.
 * Checked: a counter under the mutex has every acquisition of every thread; the main part slept in a hundredth of the
 * samples or more (where a system call lasts as long as a hold, most sleeps come too late).
 */
#include "team.h"

enum { HOLD_NS = 5000, THINK_NS = 10000, PAUSE_MAX_NS = 10000 };

static struct team team;
static uint32_t over __attribute__((aligned(SHARE_ALIGN_BYTES)));
static struct {
	struct os_mutex mutex;
	uint64_t counter; /* acquisitions; under mutex */
	uint32_t holder;  /* number of the member that is in its hold, or 0; under mutex */
} shared __attribute__((aligned(SHARE_ALIGN_BYTES)));

static void *contender(void *arg)
{
	struct member *member = arg;

	if (!member_begin(member))
		return NULL;
	while (!share_get(&over)) {
		os_mutex_lock(&shared.mutex);
		shared.counter++;
		share_set(&shared.holder, member->number);
		os_delay_ns(HOLD_NS);
		share_set(&shared.holder, 0);
		os_mutex_unlock(&shared.mutex);
		member->turns++;
		os_delay_ns(THINK_NS);
	}
	member_end(member);
	return NULL;
}

static void contend(struct bench_run *run)
{
	uint64_t start;

	os_delay_ns(bench_random(run, 0, PAUSE_MAX_NS));
	while (share_get(&shared.holder) == 0)
		os_relax();
	start = os_clock_start();
	os_mutex_lock(&shared.mutex);
	bench_record(run, start, os_clock_stop());
	shared.counter++;
	bench_check(run, shared.holder == 0, "one holder at a time");
	os_mutex_unlock(&shared.mutex);
	team.member[0].turns++;
}

static void measure(struct bench_run *run)
{
	unsigned threads = bench_int(run, "threads");
	uint64_t turns = 0;

	if (!team_possible(run, threads))
		return;
	place_main(run);
	os_mutex_init(&shared.mutex);
	shared.counter = 0;
	shared.holder = 0;
	share_set(&over, 0);
	team_begin(run, &team, threads, contender);
	while (bench_next(run))
		contend(run);
	share_set(&over, 1);
	team_end(run, &team);
	for (unsigned i = 0; i < team.count; i++) {
		turns += team.member[i].turns;
		bench_check(run, team.member[i].turns > 0, "every thread got the mutex");
	}
	bench_check(run, shared.counter == turns, "no acquisition is lost");
	bench_check(run, team.member[0].blocks >= run->total / 100, "the main part sleeps for a held mutex");
	os_mutex_destroy(&shared.mutex);
}

BENCH(mutex_contended, .run = measure, .unit = "ticks",
      .about = "os_mutex_lock(): call to return, another CPU holds it", .params = {{"threads", "2 4 8"}}, .min_cpus = 2,
      .max_samples = 2000, .spread = "the rest of a hold whose beginning is another CPU's");
