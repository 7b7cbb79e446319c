/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One run: a thread that measures ("main"), bound to its CPU, and the task in the ioctl, which sleeps meanwhile and sees
 * to it that the run ends. There is one run at a time (device.c), so the benchmarks keep their state in static variables.
 *
 * Interrupts and the timer's tick are on all the time, as they are for programs; what they cost is in the samples they
 * hit. Where the kernel is not preemptible (PREEMPT_NONE, PREEMPT_VOLUNTARY, which Debian boots with) a kernel thread is
 * switched away only where it says so, which none does between two stamps other than by the operation that is measured.
 */
#pragma once

#include <linux/types.h>

#include "aerobench_abi.h"

struct task_struct;

struct run {
	struct aerobench_request request;
	struct aerobench_sample *samples;
	__u32 at;           /* iterations begun; by main, read by the ioctl's task */
	int over;           /* 0, or the -errno of why main is to end; by the ioctl's task */
	int error;          /* by main: 0, or the -errno of the first failure, */
	const char *failed; /* with its claim, or NULL */
};

/* Runs the request, whose fields are in range, until it is over; the CPUs stay online. 0 or -errno. */
int run_execute(struct run *run);

/* Starts fn(arg) on cpu, with the run's scheduling class; NULL after run_fail(). The caller holds a reference. */
struct task_struct *run_thread_start(struct run *run, int (*fn)(void *arg), void *arg, __u32 cpu);
/* Waits until it has returned, tells it to by kthread_should_stop(), and drops the reference. Its result. */
int run_thread_end(struct task_struct *thread);

/* The first failure counts: it ends the run. */
void run_fail(struct run *run, int error, const char *claim);
/* The benchmark's own check, EIO. */
void run_check(struct run *run, int holds, const char *claim);
/* Whether main is to go on. A place where it lets other threads run: never between two stamps of one CPU. */
int run_goes_on(struct run *run);
/* The loop condition: true while a further sample is wanted. */
int run_next(struct run *run);
/* Keeps the CPU busy for the delay of the sample that run_next() has granted. */
void run_delay(const struct run *run);
/* A try that was no sample. More than `most` in a run fail it with the claim. Returns whether to try again. */
int run_repeat(struct run *run, __u64 most, const char *claim);
/* Stores the sample that run_next() has granted. */
void run_record(struct run *run, __u64 start, __u64 stop);

/* The benchmarks, by main. Each ends soon after run_goes_on() has become false. */
void life_run(struct run *run);
void wake_run(struct run *run);
void switch_run(struct run *run);
void pingpong_run(struct run *run);
void call_run(struct run *run);

/*
 * Lets a main go that sleeps for something that does not come: by the ioctl's task, once `over` is set, and again and
 * again until main has ended.
 */
void life_release(void);
void pingpong_release(void);
