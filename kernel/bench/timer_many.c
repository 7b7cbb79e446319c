/* SPDX-License-Identifier: MIT */
/*
 * What arming and withdrawing a timer costs, over the number of timers that this CPU has already: a figure of growth.
 *
 * One sample: the start stamp before timer_call_at(), the stop stamp after timer_cancel(), both by the main part on CPU 0.
 * "pending" other timers have deadlines at random within an hour that begins an hour from now, and so has the one that is
 * measured: none expires. The heap needs steps in proportion to the logarithm of their number, and how many depends on the
 * deadline, so the samples differ.
 */
#include "bench.h"
#include "core/heap.h"
#include "core/timer.h"

enum { S_PER_HOUR = 3600 };

static void timer_never(struct timer *timer)
{
	(void)timer;
}

static uint64_t deadline_draw(struct bench_run *run)
{
	uint64_t hour = clock_hz * S_PER_HOUR;

	return clock_now() + hour + bench_random(run, 0, hour);
}

static void timer_once(struct bench_run *run)
{
	struct timer timer = {.fn = timer_never};
	uint64_t deadline = deadline_draw(run), start, stop;

	start = os_clock_start();
	timer_call_at(&timer, deadline);
	timer_cancel(&timer);
	stop = os_clock_stop();
	bench_record(run, start, stop);
}

static void timer_many(struct bench_run *run)
{
	unsigned count = bench_int(run, "pending");
	struct timer *pending = heap_alloc(count * sizeof(*pending));

	bench_check(run, os_thread_move(0) == 0, "the main part can be moved to CPU 0");
	bench_check(run, pending != NULL, "there is memory for the timers");
	if (run->failed != NULL)
		return;
	for (unsigned i = 0; i < count; i++) {
		pending[i] = (struct timer){.fn = timer_never};
		timer_call_at(&pending[i], deadline_draw(run));
	}
	while (bench_next(run))
		timer_once(run);
	for (unsigned i = 0; i < count; i++) {
		bench_check(run, timer_pending(&pending[i]), "no timer has expired");
		timer_cancel(&pending[i]);
	}
	heap_free(pending);
}

BENCH(timer_many, .run = timer_many, .unit = "ticks", .about = "arming and withdrawing a timer beside n others",
      .params = {{"pending", "2 10 100 1000 10000"}}, .max_samples = 1000, .max_warmup = 50, .extra = true,
      .spread = "the way through the heap depends on the deadline");
