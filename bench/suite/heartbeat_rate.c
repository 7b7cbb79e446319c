/* SPDX-License-Identifier: MIT */
/*
 * The rate that a heartbeat achieves (figure F16, first panel).
 *
 * One sample: beats delivered to all workers over the beats that were due to them, in permille, in a heartbeat of its own
 * that lasts until worker 0 has got 100. 1000 is on target; what is missing was merged into later beats or came late.
 * Who beats, and what the workers do: heartbeat.h.
 */
#include "heartbeat.h"

enum { BEATS = 100 };

static struct heartbeat heartbeat;

static void measure(struct bench_run *run)
{
	place_main(run);
	while (bench_next(run)) {
		uint64_t due, beats, passed;

		heartbeat_begin(run, &heartbeat, NULL, 0);
		if (run->failed == NULL)
			heartbeat_run(&heartbeat, BEATS);
		passed = os_clock_stop() - heartbeat.first;
		beats = heartbeat_end(run, &heartbeat);
		due = (passed / heartbeat_ticks(&heartbeat) + 1) * heartbeat.count;
		bench_check(run, beats >= BEATS, "worker 0 has got its beats");
		bench_record(run, 0, beats * 1000 / due);
	}
}

BENCH(heartbeat_rate, .run = measure, .unit = "permille", .about = "beats delivered over beats due, all workers",
      .params = {{"interval_us", "20 100"}, {"source", "alarm loop"}}, .min_cpus = 2, .max_samples = 20,
      .max_warmup = 2, .spread = "the workers end at a beat, but not all at the same");
