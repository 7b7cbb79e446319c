/* SPDX-License-Identifier: MIT */
/*
 * Creating n threads in sequence as the authors of the papers measured it on Linux (figure F1, papers.md section 2.2,
 * series "PT, paper's method"): each pthread_create() is followed, inside what is measured, by
 * pthread_setaffinity_np(), so that a thread begins wherever the scheduler puts it and is moved. thread_create_seq is
 * the same with the CPU named as the thread is created (os_thread_create()), which is how a program would do it.
 *
 * One sample: the start stamp before the first create, the stop stamp after the last thread has been moved; the joins
 * are not timed. The creator may run on any CPU meanwhile, because threads inherit where they may run: so both stamps
 * may come from two CPUs, and the sample is good to the offset between their clocks. Two things are not as the
 * authors had them: n is the number of threads, not one more; and threads end only after the sequence. An ended
 * thread has no number any more, glibc then passes 0 to the kernel, and the creator itself would be moved (glibc
 * 2.36, nptl/pthread_setaffinity.c). That every thread ends where it was put is checked.
 */
#include <pthread.h>
#include <sched.h>

#include "os_linux.h"
#include "suite/place.h"

enum { THREADS_MAX = 64 };

static struct child {
	pthread_t thread;
	cpu_set_t home;
	unsigned cpu;
	unsigned ran_on; /* by the thread, at its end */
} children[THREADS_MAX];

static struct {
	struct os_event event;
	uint32_t ticket;
} release;

static void *child_main(void *arg)
{
	struct child *child = arg;

	os_event_wait(&release.event, release.ticket);
	child->ran_on = os_cpu_self();
	return child;
}

/* Lets the creator, and so its children, run on every CPU of the benchmarks. */
static bool creator_free(void)
{
	cpu_set_t all;

	CPU_ZERO(&all);
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		CPU_SET(port_cpu_real(cpu), &all);
	return sched_setaffinity(0, sizeof(all), &all) == 0;
}

/* Creates and moves until all are there or one fails. Returns how many there are. */
static unsigned create_all(unsigned threads)
{
	unsigned created = 0;

	while (created < threads) {
		struct child *child = &children[created];

		if (pthread_create(&child->thread, NULL, child_main, child) != 0)
			break;
		created++;
		if (pthread_setaffinity_np(child->thread, sizeof(child->home), &child->home) != 0)
			break;
	}
	return created;
}

static void sequence_once(struct bench_run *run, unsigned threads)
{
	uint64_t start, stop;
	unsigned created;

	release.ticket = os_event_ticket(&release.event);
	place_settle(run, place_other(0));
	bench_check(run, creator_free(), "the creator may run on every CPU");
	start = os_clock_start();
	created = create_all(threads);
	stop = os_clock_stop();
	bench_check(run, created == threads, "all threads of the sequence can be created and moved");
	bench_record(run, start, stop);
	place_main(run);
	os_event_wake_all(&release.event);
	for (unsigned i = 0; i < created; i++) {
		void *result = NULL;
		int error = pthread_join(children[i].thread, &result);

		bench_check(run, error == 0 && result == &children[i], "every child is joined with its own result");
		bench_check(run, children[i].ran_on == children[i].cpu, "every child ended on the CPU it was put on");
	}
}

static void measure(struct bench_run *run)
{
	unsigned threads = bench_int(run, "threads");

	bench_check(run, threads <= THREADS_MAX, "the number of threads is possible");
	place_main(run);
	os_event_init(&release.event);
	for (unsigned i = 0; i < threads && run->failed == NULL; i++) {
		children[i].cpu = place_other(i);
		CPU_ZERO(&children[i].home);
		CPU_SET(port_cpu_real(children[i].cpu), &children[i].home);
	}
	while (bench_next(run))
		sequence_once(run, threads);
}

BENCH(thread_create_seq_paper, .run = measure, .unit = "ticks",
      .about = "creating n threads, each moved to its CPU after its creation",
      .params = {{"threads", "2 4 8 16 32 64"}}, .min_cpus = 2, .max_samples = 30, .max_warmup = 5);
