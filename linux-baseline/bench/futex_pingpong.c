/* SPDX-License-Identifier: MIT */
/*
 * A blocking round trip between two threads by the bare system calls FUTEX_WAIT and FUTEX_WAKE (figure F6, papers.md
 * section 2.4, series FX ping-pong): what pingpong_same and pingpong_cross are without a semaphore. Each direction
 * has a word that counts round trips and is the futex.
 *
 * One sample: the start stamp before the store to the partner's word and FUTEX_WAKE, the stop stamp after the own
 * word has been seen to follow, both by the main part on CPU 0: two switches. place=same: the partner on CPU 0,
 * asleep since otherwise the main part would not run. place=other: on CPU 1, idle before; two CPUs, one clock. As in
 * suite/pingpong.h each measured round trip is followed by one that is not, in which the partner proves that it slept
 * for both; a sample without is repeated, never recorded, and counted.
 */
#include "bench/futex.h"
#include "suite/partner.h"

static struct {
	uint32_t ping __attribute__((aligned(SHARE_ALIGN_BYTES))); /* by the main part */
	uint32_t pong __attribute__((aligned(SHARE_ALIGN_BYTES))); /* by the partner */
	uint32_t armed; /* the trip that it is about to sleep for; by the partner */
	uint32_t rounds;
	uint32_t strays;                                           /* rounds on a wrong CPU */
	bool slept;                                                /* in both last trips */
	uint32_t over __attribute__((aligned(SHARE_ALIGN_BYTES))); /* by the main part */
	struct partner partner;
} pair;

static void word_await(uint32_t *word, uint32_t trip)
{
	while (share_get(word) != trip)
		futex_wait(word, trip - 1);
}

static void word_wake(uint32_t *word, uint32_t trip)
{
	share_set(word, trip);
	futex_wake_one(word);
}

static void *partner_main(void *arg)
{
	uint32_t trip = 0;
	bool goes_on;

	do {
		uint64_t before = os_thread_blocks();

		share_set(&pair.armed, ++trip);
		word_await(&pair.ping, trip);
		word_wake(&pair.pong, trip);
		share_set(&pair.armed, ++trip);
		word_await(&pair.ping, trip);
		pair.slept = os_thread_blocks() - before >= 2;
		pair.strays += !partner_in_place(&pair.partner);
		pair.rounds++;
		goes_on = !share_get(&pair.over);
		word_wake(&pair.pong, trip);
	} while (goes_on);
	return arg;
}

static void settle(struct bench_run *run)
{
	place_await(&pair.armed, pair.ping + 1, pair.partner.cpu);
	if (pair.partner.cpu != PLACE_MAIN)
		place_settle(run, pair.partner.cpu);
}

/* One measured round trip and the one that proves it. Returns whether the partner slept in both. */
static bool round_try(struct bench_run *run, uint64_t *start, uint64_t *stop)
{
	uint32_t trip = pair.ping + 1;

	settle(run);
	*start = os_clock_start();
	word_wake(&pair.ping, trip);
	word_await(&pair.pong, trip);
	*stop = os_clock_stop();
	settle(run);
	word_wake(&pair.ping, trip + 1);
	word_await(&pair.pong, trip + 1);
	return pair.slept;
}

static void measure_rounds(struct bench_run *run)
{
	unsigned repeats = 0;
	uint64_t start, stop;

	while (bench_next(run)) {
		while (!round_try(run, &start, &stop) && run->failed == NULL)
			bench_check(run, ++repeats <= run->total + 1000, "the partner sleeps in every round trip");
		bench_record(run, start, stop);
	}
	share_set(&pair.over, 1);
	round_try(run, &start, &stop);
	partner_end(run, &pair.partner);
	bench_check(run, pair.strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on their CPUs");
	bench_check(run, run->failed != NULL || pair.rounds == run->total + repeats + 1, "every round was made");
}

static void measure(struct bench_run *run)
{
	if (!place_possible(run))
		return;
	place_main(run);
	pair.ping = 0;
	pair.pong = 0;
	pair.armed = 0;
	pair.rounds = 0;
	pair.strays = 0;
	pair.over = 0;
	partner_start(run, &pair.partner, place_cpu(run), partner_main, &pair);
	if (pair.partner.started)
		measure_rounds(run);
}

BENCH(futex_pingpong, .run = measure, .unit = "ticks", .about = "round trip by FUTEX_WAKE and FUTEX_WAIT, two threads",
      .params = {{"place", "same other"}});
