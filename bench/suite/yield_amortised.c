/* SPDX-License-Identifier: MIT */
/*
 * Switching between two threads of one CPU that yield to each other, over many switches.
 *
 * One sample: 20 switches. The start stamp before the first of ten os_thread_yield() of the main part, the stop stamp
 * after the last has returned; the partner yields back each time. CPU 0; the samples have no distribution of single
 * switches, which yield_pair has. A sample in which the partner did not run exactly ten times (a time-sharing
 * scheduler) is repeated, never recorded, and counted.
 */
#include "partner.h"
#include "repeat.h"

/* REPEATS_MAX: samples with a yield that was no switch, as in yield_pair. */
enum { YIELDS = 10, SWITCHES = 2 * YIELDS, REPEATS_MAX = 1000 * 1000 };

static struct {
	uint32_t yields; /* by the partner */
	uint32_t over;
	uint32_t strays;
	struct partner partner;
} pair;

static void *partner_main(void *arg)
{
	uint32_t yields = 0;

	(void)arg;
	while (!share_get(&pair.over)) {
		REPEAT_10(share_set(&pair.yields, ++yields); os_thread_yield();)
	}
	pair.strays += !partner_in_place(&pair.partner);
	return NULL;
}

static void yield_many(struct bench_run *run, unsigned *repeats)
{
	uint64_t start, stop;
	uint32_t before;

	do {
		before = share_get(&pair.yields);
		start = os_clock_start();
		REPEAT_10(os_thread_yield();)
		stop = os_clock_stop();
		if (share_get(&pair.yields) - before == YIELDS)
			break;
		bench_check(run, ++*repeats <= REPEATS_MAX, "each yield runs the other thread of this CPU once");
	} while (run->failed == NULL);
	bench_record(run, start, stop);
}

static void measure(struct bench_run *run)
{
	unsigned repeats = 0;

	place_main(run);
	pair.yields = 0;
	pair.over = 0;
	pair.strays = 0;
	partner_start(run, &pair.partner, PLACE_MAIN, partner_main, NULL);
	os_thread_yield();
	while (bench_next(run))
		yield_many(run, &repeats);
	share_set(&pair.over, 1); /* the partner sees it within ten yields, to itself since the main part sleeps */
	partner_end(run, &pair.partner);
	bench_check(run, pair.strays == 0 && os_cpu_self() == PLACE_MAIN, "both threads stayed on CPU 0");
}

BENCH(yield_amortised, .run = measure, .unit = "ticks", .about = "20 switches by os_thread_yield()", .per = SWITCHES);
