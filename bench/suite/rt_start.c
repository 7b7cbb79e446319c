/* SPDX-License-Identifier: MIT */
/*
 * How late a period begins.
 *
 * One sample: the ticks from the begin of a period, as planned, to the first stamp of the thread's work in it, on CPU 0,
 * otherwise idle; the work is next to nothing. by=deadline: a periodic thread with a slice of 30 per cent; by=sleep: an
 * ordinary thread that sleeps until the tick. A period that is passed over, because the one before began too late, is
 * no sample. Under icount slack counts as in sleep_late. Where the system refuses the period, the point is skipped with the reason. On Linux a deadline thread is
 * not pinned while it is one (linux-baseline/os_time.c).
 */
#include "periodic.h"

static void measure(struct bench_run *run)
{
	struct periodic periodic;

	place_main(run);
	if (!periodic_begin(run, &periodic, (uint64_t)bench_int(run, "period_us") * 300))
		return;
	periodic_wait(&periodic);
	while (bench_next(run)) {
		uint64_t stop;

		periodic_wait(&periodic);
		stop = os_clock_stop();
		bench_check(run, stop >= periodic.begin, "no period begins early");
		bench_record(run, periodic.begin, stop);
	}
	periodic_end(&periodic);
}

BENCH(rt_start, .run = measure, .unit = "ticks", .about = "planned begin of a period to the first stamp of its work",
      .params = {{"period_us", "10 100 1000"}, {"by", "deadline sleep"}}, .max_samples = 200, .max_warmup = 20,
      .bare = true);
