/* SPDX-License-Identifier: MIT */
/*
 * A function called on another, busy CPU by interrupt.
 *
 * One sample: t0 on CPU 0 before remote_call_wait(), t1 on CPU 0 after it has returned, which is when the function has
 * returned on CPU 1. A round trip on one clock: there an interrupt, back a cache line that the caller spins on.
 */
#include "call.h"

static struct call_target target;
static struct call_answer answer;

static void remote_call_fn(void *arg)
{
	call_answer_give(arg, 0);
}

static void remote_call_run(struct bench_run *run)
{
	unsigned called = 0;

	answer.count = 0;
	call_target_start(run, &target);
	while (bench_next(run)) {
		uint64_t start, stop;

		os_delay_ns(bench_random(run, 1000, 5000)); /* out of step with anything periodic */
		start = os_clock_start();
		remote_call_wait(CALL_TO, remote_call_fn, &answer);
		stop = os_clock_stop();
		bench_check(run, answer.count == ++called, "the function has run exactly once");
		bench_check(run, answer.cpu == CALL_TO, "the function ran on the other CPU");
		bench_record(run, start, stop);
	}
	call_target_end(&target);
}

BENCH(remote_call, .run = remote_call_run, .unit = "ticks", .about = "remote_call_wait(), busy CPU", .min_cpus = 2);
