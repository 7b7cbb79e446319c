/* SPDX-License-Identifier: MIT */
/*
 * A raw interrupt from one CPU to another, busy one: the floor below every wake between CPUs (figures F3, F4).
 *
 * One sample: t0 on CPU 0 before the interrupt is sent, so that the write to the interrupt controller is inside; t1 on
 * CPU 1 as the handler's first act in C, behind the entry's saving of registers. One way; two clocks, so the value is
 * good to the offset between the CPUs' clocks. CPU 1 spins. Each interrupt is answered before the next is sent.
 */
#include "call.h"

static struct call_target target;
static struct call_answer answer;

static void ipi_oneway_probe(uint64_t stamp)
{
	call_answer_give(&answer, stamp);
}

static void ipi_oneway(struct bench_run *run)
{
	unsigned sent = 0;

	answer.count = 0;
	call_target_start(run, &target);
	remote_call_probe(CALL_TO, ipi_oneway_probe);
	while (bench_next(run)) {
		uint64_t start;

		os_delay_ns(bench_random(run, 1000, 5000)); /* out of step with anything periodic */
		start = os_clock_start();
		cpu_call_interrupt(CALL_TO);
		call_answer_await(&answer, ++sent);
		bench_check(run, answer.cpu == CALL_TO, "the handler ran on the other CPU");
		bench_record(run, start, answer.stamp);
	}
	os_delay_ns(100000); /* an interrupt too many would come now */
	remote_call_probe(CALL_TO, NULL);
	bench_check(run, answer.count == sent, "each interrupt arrived exactly once");
	call_target_end(&target);
}

BENCH(ipi_oneway, .run = ipi_oneway, .unit = "ticks", .about = "raw interrupt, sent to first act of the handler",
      .min_cpus = 2);
