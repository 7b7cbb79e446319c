/* SPDX-License-Identifier: MIT */
/*
 * Creating a thread, warm, as the creator sees it.
 *
 * One sample: the start stamp before os_thread_create(), the stop stamp after its return, both by the creator on CPU
 * 0. The join is not timed, and lets the thread and its stack be used again by the next create: the first warm-up
 * sample is the first call, thread_create_cold the cost without anything to use again. place is the child's CPU; the
 * other CPU is idle at the start. Attributes are built before the loop. With place=same a preemptive system may run
 * the child inside the call, which shows as a second mode.
 */
#include "place.h"

static void *child(void *arg)
{
	*(unsigned *)arg = os_cpu_self();
	return arg;
}

static void create_once(struct bench_run *run, const struct os_thread_attr *attr, unsigned cpu)
{
	struct os_thread thread;
	unsigned ran_on = ~0u;
	uint64_t start, stop;
	void *result = NULL;
	int error;

	start = os_clock_start();
	error = os_thread_create(&thread, attr, child, &ran_on);
	stop = os_clock_stop();
	bench_check(run, error == 0, "the thread can be created");
	if (error != 0)
		return;
	bench_check(run, os_thread_join(&thread, &result) == 0 && result == &ran_on, "the child's result is joined");
	bench_check(run, ran_on == cpu, "the child ran on the CPU of its attributes");
	bench_record(run, start, stop);
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
		create_once(run, &attr, cpu);
	}
	os_thread_attr_destroy(&attr);
}

BENCH(thread_create, .run = measure, .unit = "ticks", .about = "os_thread_create(): call to return",
      .params = {{"place", "same other"}});
