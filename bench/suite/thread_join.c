/* SPDX-License-Identifier: MIT */
/*
 * The whole life of a thread that does nothing.
 *
 * One sample: the start stamp before os_thread_create(), the stop stamp after os_thread_join() has returned, both by
 * the creator on CPU 0. The child only says which CPU it runs on, as its result. With place=other that CPU is idle at
 * the start; the join may then find the child ended or have to sleep for it, which are two modes.
 */
#include "place.h"
#include "repeat.h"

static void *child(void *arg)
{
	return (void *)((uintptr_t)arg + os_cpu_self());
}

static void join_once(struct bench_run *run, const struct os_thread_attr *attr, unsigned cpu)
{
	uintptr_t token = run->iteration * 1024ul; /* the child's result is this plus its CPU's number */
	struct os_thread thread;
	void *result = NULL;
	uint64_t start;
	int error;

	start = os_clock_start();
	error = os_thread_create(&thread, attr, child, (void *)token);
	if (error == 0)
		error = os_thread_join(&thread, &result);
	bench_record(run, start, os_clock_stop());
	bench_check(run, error == 0, "the thread can be created and joined");
	bench_check(run, (uintptr_t)result == token + cpu, "the child ran on the CPU of its attributes");
}

static void measure(struct bench_run *run)
{
	struct os_thread_attr attr;
	unsigned cpu;

	if (!place_possible(run))
		return;
	place_main(run);
	cpu = place_cpu(run);
	bench_check(run, os_thread_attr_init(&attr, cpu) == 0, "the child's CPU exists");
	while (bench_next(run)) {
		place_settle(run, cpu);
		join_once(run, &attr, cpu);
	}
	os_thread_attr_destroy(&attr);
}

/* One life, of which errors and a wrong CPU are told by the sum of the results. */
static inline uintptr_t join_copy(const struct os_thread_attr *attr, int *error)
{
	struct os_thread thread;
	void *result = NULL;

	*error |= os_thread_create(&thread, attr, child, (void *)1024);
	if (*error == 0)
		*error |= os_thread_join(&thread, &result);
	return (uintptr_t)result;
}

static void repeat(struct bench_run *run)
{
	struct os_thread_attr attr;
	unsigned cpu;

	if (!place_possible(run))
		return;
	place_main(run);
	cpu = place_cpu(run);
	bench_check(run, os_thread_attr_init(&attr, cpu) == 0, "the child's CPU exists");
	while (bench_next(run)) {
		unsigned copies = bench_copies(run);
		uintptr_t sum = 0;
		uint64_t start;
		int error = 0;

		place_settle(run, cpu);
		start = os_clock_start();
		REPEAT_COPIES(copies, 1, sum += join_copy(&attr, &error);)
		bench_record(run, start, os_clock_stop());
		bench_check(run, error == 0, "the thread can be created and joined");
		bench_check(run, sum == (1024ul + cpu) * copies, "the children ran on the CPU of their attributes");
	}
	os_thread_attr_destroy(&attr);
}

BENCH(thread_join, .run = measure, .repeat = repeat, .unit = "ticks",
      .about = "os_thread_create() to os_thread_join() returned", .params = {{"place", "same other"}});
