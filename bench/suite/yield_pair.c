/* SPDX-License-Identifier: MIT */
/*
 * One switch between two threads of one CPU that yield to each other.
 *
 * One sample: the start stamp before the main part's os_thread_yield(), the stop stamp by its partner as the first
 * action after the partner's own os_thread_yield() has returned. One way, one switch, CPU 0; the switch back is not
 * timed. yield_amortised has the same without two clock reads a switch. A yield that comes back before the partner
 * ran (a time-sharing scheduler may do that) is no switch: it is repeated, never recorded, and counted.
 */
#include "partner.h"
#include "repeat.h"

/* Yields that were no switch: a time-sharing scheduler may refuse them for milliseconds, until both had as much. */
enum { REPEATS_MAX = 1000 * 1000 };

static struct {
	uint32_t turn; /* by the main part */
	uint32_t over; /* by the main part */
	uint32_t seen; /* the turn that the partner has stamped; by the partner */
	uint32_t stamps;
	uint32_t strays; /* stamps on a wrong CPU */
	uint64_t stop;
	struct partner partner;
} pair;

static void *partner_main(void *arg)
{
	(void)arg;
	while (!share_get(&pair.over)) {
		uint64_t now;

		os_thread_yield();
		now = os_clock_stop();
		if (share_get(&pair.turn) == pair.seen)
			continue;
		pair.stop = now;
		pair.stamps++;
		pair.strays += !partner_in_place(&pair.partner);
		share_set(&pair.seen, pair.turn);
	}
	return NULL;
}

/* Stamps and yields until a yield was a switch; returns the stamp before that one. */
static uint64_t yield_once(struct bench_run *run, unsigned *repeats)
{
	uint32_t turn = pair.turn;

	for (;;) {
		uint64_t start;

		turn++;
		start = os_clock_start();
		share_set(&pair.turn, turn);
		os_thread_yield();
		if (share_get(&pair.seen) == turn)
			return start;
		bench_check(run, ++*repeats <= REPEATS_MAX, "a yield runs the other thread of this CPU");
		if (run->failed != NULL)
			return start;
	}
}

static void measure(struct bench_run *run)
{
	unsigned repeats = 0;

	place_main(run);
	pair.turn = 0;
	pair.over = 0;
	pair.seen = 0;
	pair.stamps = 0;
	pair.strays = 0;
	partner_start(run, &pair.partner, PLACE_MAIN, partner_main, NULL);
	while (bench_next(run)) {
		uint64_t start = yield_once(run, &repeats);

		bench_record(run, start, pair.stop);
	}
	share_set(&pair.over, 1);
	partner_end(run, &pair.partner);
	bench_check(run, pair.strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on CPU 0");
	bench_check(run, run->failed != NULL || pair.stamps == run->total, "the partner stamped once a sample");
}

/* Between its yields it does nothing but count them. */
static void *partner_repeat(void *arg)
{
	uint32_t yields = 0;

	(void)arg;
	while (!share_get(&pair.over)) {
		share_set(&pair.seen, ++yields);
		os_thread_yield();
	}
	pair.strays += !partner_in_place(&pair.partner);
	return NULL;
}

/* Half of the copies are switches to the partner, the other half back; until each yield was one. */
static void yield_copies(struct bench_run *run, unsigned *repeats)
{
	unsigned copies = bench_copies(run);
	uint64_t start, stop;
	uint32_t before;

	do {
		before = share_get(&pair.seen);
		start = os_clock_start();
		REPEAT_COPIES(copies, 2, os_thread_yield();)
		stop = os_clock_stop();
		if (share_get(&pair.seen) - before == copies / 2)
			break;
		bench_check(run, ++*repeats <= REPEATS_MAX, "each yield runs the other thread of this CPU once");
	} while (run->failed == NULL);
	bench_record(run, start, stop);
}

static void repeat(struct bench_run *run)
{
	unsigned repeats = 0;

	place_main(run);
	pair.over = 0;
	pair.seen = 0;
	pair.strays = 0;
	partner_start(run, &pair.partner, PLACE_MAIN, partner_repeat, NULL);
	os_thread_yield();
	while (bench_next(run))
		yield_copies(run, &repeats);
	share_set(&pair.over, 1);
	partner_end(run, &pair.partner);
	bench_check(run, pair.strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on CPU 0");
}

BENCH(yield_pair, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "one switch: os_thread_yield() to the other thread running");
