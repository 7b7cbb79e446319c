/* SPDX-License-Identifier: MIT */
/*
 * The nearest that Linux offers a program to a remote call: an expedited membarrier(2), in which the kernel
 * interrupts every CPU that runs a thread of this process and waits until each has answered. It runs nothing of the
 * program's there.
 *
 * One sample: the start stamp before the system call, the stop stamp after its return, both on CPU 0; a thread on CPU
 * 1 spins all the time and is interrupted. A round trip, as the kernel's benchmark remote_call. That a CPU was
 * interrupted for each call is proven by the count of interrupts that the CPUs of the benchmarks have taken.
 */
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "interrupts.h"
#include "suite/partner.h"

static struct {
	uint32_t over __attribute__((aligned(SHARE_ALIGN_BYTES)));  /* by the main part */
	uint32_t beats __attribute__((aligned(SHARE_ALIGN_BYTES))); /* by the partner, all the time */
	struct partner partner;
} target;

static void *spinner_main(void *arg)
{
	for (uint32_t beats = 1; !share_get(&target.over); beats++) {
		share_set(&target.beats, beats);
		os_relax();
	}
	bench_check(arg, partner_in_place(&target.partner), "the thread that is interrupted stayed on its CPU");
	return NULL;
}

/* Returns when the partner has just run: a CPU that was given to another process would not be interrupted. */
static void beat_await(void)
{
	uint32_t beats = share_get(&target.beats);

	while (share_get(&target.beats) == beats)
		os_relax();
}

static long membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

static void calls(struct bench_run *run)
{
	int64_t interrupts = interrupts_total(), taken;

	while (bench_next(run)) {
		uint64_t start, stop;
		long error;

		os_delay_ns(bench_random(run, 1000, 5000)); /* out of step with anything periodic */
		beat_await();
		start = os_clock_start();
		error = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
		stop = os_clock_stop();
		bench_check(run, error == 0, "the expedited membarrier is done");
		bench_record(run, start, stop);
	}
	taken = interrupts_total() - interrupts;
	/* on a machine with other work the partner's CPU may be taken away between its beat and the call */
	bench_check(run, interrupts < 0 || taken >= (int64_t)(run->total - run->total / 50),
		    "a CPU was interrupted for each call");
}

static void measure(struct bench_run *run)
{
	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0) {
		bench_skip(run, "this Linux has no expedited membarrier (4.14 and CONFIG_MEMBARRIER)");
		return;
	}
	place_main(run);
	target.over = 0;
	target.beats = 0;
	partner_start(run, &target.partner, place_other(0), spinner_main, run);
	if (!target.partner.started)
		return;
	calls(run);
	share_set(&target.over, 1);
	partner_end(run, &target.partner);
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the caller stayed on CPU 0");
}

BENCH(membarrier_call, .run = measure, .unit = "ticks", .min_cpus = 2,
      .about = "membarrier(): every CPU of the process interrupted, one busy");
