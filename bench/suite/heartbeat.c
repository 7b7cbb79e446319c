/* SPDX-License-Identifier: MIT */
/*
 * The regularity of a heartbeat at a worker (figure F16, second panel).
 *
 * One sample: the ticks between two successive beats of worker 0, each stamped as the handler's first act; ideally the
 * interval. Beats that merged show as gaps of several intervals. Who beats, and what the workers do: heartbeat.h.
 */
#include "heartbeat.h"

static struct heartbeat heartbeat;

static void measure(struct bench_run *run)
{
	uint64_t *stamps = os_malloc((run->total + 1) * sizeof(*stamps));
	unsigned at = 0;

	place_main(run);
	bench_check(run, stamps != NULL, "there is memory for the stamps");
	if (stamps == NULL)
		return;
	heartbeat_begin(run, &heartbeat, stamps, run->total + 1);
	if (run->failed == NULL)
		heartbeat_run(&heartbeat, run->total + 1);
	heartbeat_end(run, &heartbeat);
	for (; bench_next(run); at++)
		bench_record(run, stamps[at], stamps[at + 1]);
	os_free(stamps);
}

BENCH(heartbeat, .run = measure, .unit = "ticks", .about = "between two successive beats at a working thread",
      .params = {{"interval_us", "20 100"}, {"source", "alarm loop"}}, .min_cpus = 2, .max_samples = 1000,
      .max_warmup = 50, .bare = true, .spread = "a beat hits the work at any of its instructions");
