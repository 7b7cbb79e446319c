/* SPDX-License-Identifier: MIT */
/*
 * A raw interrupt to another, busy CPU, and one back from its handler.
 *
 * One sample: t0 on CPU 0 before the first interrupt is sent; t1 on CPU 0 as the first act in C of the second one's
 * handler. A round trip on one clock. Both CPUs spin.
 */
#include "call.h"

static struct call_target target;
static struct call_answer there, back;

static void ipi_round_there(uint64_t stamp)
{
	cpu_call_interrupt(CALL_FROM);
	call_answer_give(&there, stamp);
}

static void ipi_round_back(uint64_t stamp)
{
	call_answer_give(&back, stamp);
}

static void ipi_round(struct bench_run *run)
{
	unsigned sent = 0;

	there.count = back.count = 0;
	call_target_start(run, &target);
	remote_call_probe(CALL_TO, ipi_round_there);
	remote_call_probe(CALL_FROM, ipi_round_back);
	while (bench_next(run)) {
		uint64_t start;

		os_delay_ns(bench_random(run, 1000, 5000)); /* out of step with anything periodic */
		start = os_clock_start();
		cpu_call_interrupt(CALL_TO);
		call_answer_await(&back, ++sent);
		call_answer_await(&there, sent);
		bench_check(run, there.cpu == CALL_TO && back.cpu == CALL_FROM, "each handler ran on its CPU");
		bench_record(run, start, back.stamp);
	}
	os_delay_ns(100000); /* an interrupt too many would come now */
	remote_call_probe(CALL_TO, NULL);
	remote_call_probe(CALL_FROM, NULL);
	bench_check(run, there.count == sent && back.count == sent, "each interrupt arrived exactly once");
	call_target_end(&target);
}

BENCH(ipi_round, .run = ipi_round, .unit = "ticks", .about = "raw interrupt there and back", .min_cpus = 2);
