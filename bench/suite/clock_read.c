/* SPDX-License-Identifier: MIT */
/*
 * The control: what every other sample contains of the clock itself.
 *
 * One sample: the start stamp, an empty body, the stop stamp, on CPU 0; recorded like any other. Its smallest step is
 * the clock's grain; its tail is what interrupts, the hypervisor and other programs add to any short operation.
 */
#include "place.h"

static void measure(struct bench_run *run)
{
	uint64_t begin, end;

	place_main(run);
	begin = os_clock_start();
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		bench_record(run, start, os_clock_stop());
	}
	end = os_clock_stop();
	bench_check(run, end > begin, "the clock moves");
	bench_check(run, os_cpu_self() == PLACE_MAIN, "the main part stayed on CPU 0");
}

BENCH(clock_read, .run = measure, .unit = "ticks", .about = "control: start stamp to stop stamp, empty body");
