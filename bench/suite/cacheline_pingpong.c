/* SPDX-License-Identifier: MIT */
/*
 * The hardware's floor under everything between two CPUs: a cache line that goes there and back.
 *
 * One sample: the start stamp before the main part on CPU 0 stores an odd number, the stop stamp after it has seen
 * the next even one, which its partner on CPU 1 stores when it sees the odd one. A round trip: two transfers of the
 * line. Both spin with os_relax(), so the machine's spin hint is in the value. Under icount it adds the instructions
 * of both CPUs.
 */
#include "partner.h"

static struct {
	uint32_t ball __attribute__((aligned(SHARE_ALIGN_BYTES))); /* odd: to the partner; even: back */
	uint32_t over __attribute__((aligned(SHARE_ALIGN_BYTES))); /* the ball to come is the last; by the main part */
	uint32_t rounds;                                           /* that the partner returned; by the partner */
	uint32_t strays;                                           /* by the partner */
	struct partner partner;
} line;

static void *partner_main(void *arg)
{
	uint32_t ball = 0, rounds = 0;

	(void)arg;
	line.strays = !partner_in_place(&line.partner);
	do {
		ball++;
		while (share_get(&line.ball) != ball)
			os_relax();
		share_set(&line.ball, ++ball);
		rounds++;
	} while (!share_get(&line.over));
	line.strays += !partner_in_place(&line.partner);
	line.rounds = rounds;
	return NULL;
}

/* There and back. */
static inline void bounce(uint32_t ball)
{
	share_set(&line.ball, ball + 1);
	while (share_get(&line.ball) != ball + 2)
		os_relax();
}

static void measure(struct bench_run *run)
{
	uint32_t ball = 0;

	place_main(run);
	line.ball = 0;
	line.over = 0;
	line.rounds = 0;
	partner_start(run, &line.partner, place_other(0), partner_main, NULL);
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		bounce(ball);
		bench_record(run, start, os_clock_stop());
		ball += 2;
	}
	share_set(&line.over, 1);
	if (line.partner.started)
		bounce(ball);
	partner_end(run, &line.partner);
	bench_check(run, run->failed != NULL || line.rounds == ball / 2 + 1,
		    "the partner returned the line once a sample");
	bench_check(run, line.strays == 0 && os_cpu_self() == PLACE_MAIN, "the threads stayed on two CPUs");
}

BENCH(cacheline_pingpong, .run = measure, .unit = "ticks",
      .about = "round trip of a cache line between two spinning CPUs", .min_cpus = 2);
