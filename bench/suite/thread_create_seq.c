/* SPDX-License-Identifier: MIT */
/*
 * Creating n threads in sequence (figure F1, papers.md §2.2).
 *
 * One sample: the start stamp before the first os_thread_create(), the stop stamp after the last has returned, both
 * by the creator on CPU 0; the joins are not timed. n threads are n creates. Thread j is placed on the other CPUs in
 * turn, by attributes that were built before the loop: with fewer than n other CPUs they share, and a system whose
 * creates hand over memory of threads that ended meanwhile may use it again within one sequence. The body only says
 * where it ran. The sample is the whole sequence: divide by n for a thread.
 */
#include "place.h"

enum { THREADS_MAX = 64 };

struct child {
	struct os_thread thread;
	unsigned ran_on;
};

static struct os_thread_attr attrs[THREADS_MAX]; /* one for each CPU used, from CPU 1 on */
static struct child children[THREADS_MAX];

static void *child_main(void *arg)
{
	struct child *child = arg;

	child->ran_on = os_cpu_self();
	return child;
}

/* Creates until all are there or one fails. Returns how many there are. */
static unsigned create_all(unsigned threads)
{
	unsigned created = 0;

	while (created < threads && os_thread_create(&children[created].thread, &attrs[place_other(created) - 1],
						     child_main, &children[created]) == 0)
		created++;
	return created;
}

static void sequence_once(struct bench_run *run, unsigned threads)
{
	uint64_t start, stop;
	unsigned created;

	for (unsigned i = 0; i < threads; i++)
		children[i].ran_on = ~0u;
	place_settle(run, place_other(0));
	start = os_clock_start();
	created = create_all(threads);
	stop = os_clock_stop();
	bench_check(run, created == threads, "all threads of the sequence can be created");
	bench_record(run, start, stop);
	for (unsigned i = 0; i < created; i++) {
		void *result = NULL;
		int error = os_thread_join(&children[i].thread, &result);

		bench_check(run, error == 0 && result == &children[i], "every child is joined with its own result");
		bench_check(run, children[i].ran_on == place_other(i), "every child ran on the CPU of its attributes");
	}
}

static void measure(struct bench_run *run)
{
	unsigned threads = bench_int(run, "threads");
	unsigned others = os_cpu_count() - 1, cpus = others < threads ? others : threads;

	bench_check(run, threads <= THREADS_MAX, "the number of threads is possible");
	place_main(run);
	for (unsigned i = 0; i < cpus; i++)
		bench_check(run, os_thread_attr_init(&attrs[i], 1 + i) == 0, "the child's CPU exists");
	while (bench_next(run))
		sequence_once(run, threads);
	for (unsigned i = 0; i < cpus; i++)
		os_thread_attr_destroy(&attrs[i]);
}

BENCH(thread_create_seq, .run = measure, .unit = "ticks", .about = "creating n threads, one after the other",
      .params = {{"threads", "2 4 8 16 32 64"}}, .min_cpus = 2, .max_samples = 100, .max_warmup = 20);
