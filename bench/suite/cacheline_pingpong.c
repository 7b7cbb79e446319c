/* SPDX-License-Identifier: MIT */
/*
 * The hardware's floor under everything between two CPUs: a cache line that goes there and back.
 *
 * One sample: the start stamp before the main part on CPU 0 stores an odd number, the stop stamp after it has seen the next even
 * one, which its partner on CPU 1 stores when it sees the odd one. A round trip: two transfers of the line. Both spin
 * with os_relax(), so the machine's spin hint is in the value. Under icount it adds the instructions of both CPUs.
 */
#include "partner.h"

static struct {
	uint32_t ball __attribute__((aligned(SHARE_ALIGN_BYTES)));   /* odd: to the partner; even: back */
	uint32_t rounds __attribute__((aligned(SHARE_ALIGN_BYTES))); /* that the partner returned; by the partner */
	uint32_t strays;                                             /* by the partner */
	struct partner partner;
} line;

static const uint32_t ball_over = UINT32_MAX;

static void *partner_main(void *arg)
{
	uint32_t round = 0;

	(void)arg;
	line.strays = !partner_in_place(&line.partner);
	for (;;) {
		uint32_t ball = share_get(&line.ball);

		if (ball == 2 * round + 1)
			share_set(&line.ball, 2 * ++round);
		else if (ball == ball_over)
			break;
		else
			os_relax();
	}
	line.strays += !partner_in_place(&line.partner);
	line.rounds = round;
	return NULL;
}

static void measure(struct bench_run *run)
{
	uint32_t round = 0;

	place_main(run);
	line.ball = 0;
	line.rounds = 0;
	partner_start(run, &line.partner, place_other(0), partner_main, NULL);
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		share_set(&line.ball, 2 * round + 1);
		round++;
		while (share_get(&line.ball) != 2 * round)
			os_relax();
		bench_record(run, start, os_clock_stop());
	}
	share_set(&line.ball, ball_over);
	partner_end(run, &line.partner);
	bench_check(run, line.rounds == round, "the partner returned the line once a sample");
	bench_check(run, line.strays == 0 && os_cpu_self() == PLACE_MAIN, "the threads stayed on two CPUs");
}

BENCH(cacheline_pingpong, .run = measure, .unit = "ticks",
      .about = "round trip of a cache line between two spinning CPUs", .min_cpus = 2);
