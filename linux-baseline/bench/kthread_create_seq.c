/* SPDX-License-Identifier: MIT */
/*
 * Creating n kernel threads in sequence: thread_create_seq of the suite with kernel threads (figure F1, papers.md
 * section 2.2, series LK).
 *
 * One sample: the start stamp before the first kthread_create_on_node(), the stop stamp after the last
 * wake_up_process(), both by the creator, a kernel thread on CPU 0; what one create is, kthread_create says. The ends
 * are not timed. Thread j is bound to the other CPUs in turn. The sample is the whole sequence: divide by n for a thread.
 */
#include "bench/kthread.h"

static void measure(struct bench_run *run)
{
	struct aerobench_request request = {.kind = AEROBENCH_CREATE, .threads = bench_int(run, "threads")};

	place_main(run);
	kthread_cpus(run, &request, false);
	kthread_request(run, &request, 20000, 200000);
}

BENCH(kthread_create_seq, .run = measure, .unit = "ticks", .about = "creating n kernel threads, one after the other",
      .params = {{"threads", "2 4 8 16 32 64"}}, .min_cpus = 2, .max_samples = 100, .max_warmup = 20, .extra = true);
