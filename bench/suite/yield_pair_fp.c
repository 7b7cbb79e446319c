/* SPDX-License-Identifier: MIT */
/*
 * One switch between two threads of one CPU that yield to each other and both use floating point (figure F6).
 *
 * One sample: as yield_pair, but each thread adds a term to a sum of its own before each of its yields, outside the
 * stamps. So both have vector state, which a switch has to save and restore. Checked: both sums are right in the end.
 * Neither thread is the main part (fp.h). A yield that comes back before the partner
 * ran (a time-sharing scheduler may do that) is no switch: it is repeated, never recorded, and counted.
 */
#include "fp.h"

/* Yields that were no switch: a time-sharing scheduler may refuse them for milliseconds, until both had as much. */
enum { REPEATS_MAX = 1000 * 1000 };

static struct {
	uint32_t turn; /* by the main part */
	uint32_t over; /* by the main part */
	uint32_t seen; /* the turn that the partner has stamped; by the partner */
	uint32_t stamps;
	uint32_t strays; /* stamps on a wrong CPU */
	uint64_t stop;
	struct fp_sum here, there;
	uint32_t terms, terms_there; /* that the sums should have */
	struct partner partner;
} pair;

static void *partner_main(void *arg)
{
	(void)arg;
	while (!share_get(&pair.over)) {
		uint64_t now;

		fp_add(&pair.there);
		pair.terms_there++;
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
		fp_add(&pair.here);
		pair.terms++;
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

static void *measure_apart(void *arg)
{
	struct bench_run *run = arg;
	unsigned repeats = 0;

	partner_start(run, &pair.partner, PLACE_MAIN, partner_main, NULL);
	while (bench_next(run)) {
		uint64_t start = yield_once(run, &repeats);

		bench_record(run, start, pair.stop);
	}
	share_set(&pair.over, 1);
	partner_end(run, &pair.partner);
	bench_check(run, pair.strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on CPU 0");
	bench_check(run, run->failed != NULL || pair.stamps == run->total, "the partner stamped once a sample");
	bench_check(run, fp_right(&pair.here, pair.terms) && fp_right(&pair.there, pair.terms_there),
		    "neither thread's sum was disturbed");
	return NULL;
}

static void measure(struct bench_run *run)
{
	pair.turn = 0;
	pair.over = 0;
	pair.seen = 0;
	pair.stamps = 0;
	pair.strays = 0;
	pair.here = pair.there = (struct fp_sum){.sum = 0};
	pair.terms = pair.terms_there = 0;
	fp_apart(run, measure_apart);
}

BENCH(yield_pair_fp, .run = measure, .unit = "ticks",
      .about = "one switch: os_thread_yield() to the other thread running, both with floating point");
