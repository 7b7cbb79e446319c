/* SPDX-License-Identifier: MIT */
/*
 * One switch between two kernel threads of one CPU that yield to each other: yield_pair of the suite with kernel threads
 * (figure F6, papers.md section 2.4).
 *
 * One sample: the start stamp before yield() in one thread, the stop stamp by the other as the first action after its own
 * yield() has returned. One way, one switch, CPU 0. A yield that comes back before the other thread ran is no switch: it
 * is repeated, never recorded, and counted.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	struct aerobench_request request = {.kind = AEROBENCH_SWITCH,
					    .threads = 1,
					    .cpus = 1,
					    .cpu_main = port_cpu_real(PLACE_MAIN),
					    .cpu = {port_cpu_real(PLACE_MAIN)}};

	place_main(run);
	kthread_request(run, &request, 0, 0);
}

BENCH(kthread_switch, .run = measure, .unit = "ticks",
      .about = "one switch: yield() to the other kernel thread running", .extra = true);
