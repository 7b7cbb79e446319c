/* SPDX-License-Identifier: MIT */
/*
 * From creating a thread to its first instruction.
 *
 * One sample: the start stamp before os_thread_create(), by the creator on CPU 0; the stop stamp by the child as its
 * first action. One way. With place=same the creator then blocks in the join, so that the child gets the CPU: the
 * sample is create, block, switch. With place=other the child's CPU is idle at the start, and the sample has its
 * wake-up in it.
 */
#include "place.h"

struct child {
	uint64_t stamp;
	unsigned cpu;
};

static void *child_main(void *arg)
{
	uint64_t stamp = os_clock_stop();
	struct child *child = arg;

	child->stamp = stamp;
	child->cpu = os_cpu_self();
	return child;
}

static void start_once(struct bench_run *run, const struct os_thread_attr *attr, unsigned cpu)
{
	struct child child = {.stamp = 0, .cpu = ~0u};
	struct os_thread thread;
	void *result = NULL;
	uint64_t start;
	int error;

	start = os_clock_start();
	error = os_thread_create(&thread, attr, child_main, &child);
	if (error == 0)
		error = os_thread_join(&thread, &result);
	bench_check(run, error == 0, "the thread can be created and joined");
	bench_check(run, result == &child && child.cpu == cpu, "the child ran on the CPU of its attributes");
	bench_record(run, start, child.stamp);
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
		start_once(run, &attr, cpu);
	}
	os_thread_attr_destroy(&attr);
}

BENCH(thread_start, .run = measure, .unit = "ticks", .about = "os_thread_create() to the child's first instruction",
      .params = {{"place", "same other"}});
