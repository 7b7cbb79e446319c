/* SPDX-License-Identifier: MIT */
/*
 * The two ways to run on Linux. stock: a program as it is started, threads on the CPUs they ask for, nothing else.
 * tuned: what a user may do for steady latency without another kernel. A step that Linux refuses is not an error but is
 * recorded by name, so that nobody takes the run for more than it was.
 */
#pragma once

/*
 * SCHED_FIFO priority of all threads under tuned: just below the kernel's interrupt threads (50,
 * MAX_RT_PRIO / 2 in sched_set_fifo()), so that a thread that spins cannot keep an interrupt from being handled.
 *
 * A spinning real-time thread may use no more than /proc/sys/kernel/sched_rt_runtime_us of each
 * sched_rt_period_us (default 950 ms of 1 s): the rest belongs to others, and a benchmark that never sleeps sees that as
 * one long gap a second. This guards the machine, so it is recorded (rt_runtime_us) and never changed. All threads have
 * one priority, so none of them can starve another that shares its CPU and is waited for by blocking or yielding.
 */
enum { PROFILE_PRIORITY = 49 };

/*
 * tuned, applied to the calling thread, which all threads of the benchmarks descend from:
 *   pin           bound to CPU 0 of the benchmarks
 *   mlockall      memory present and future is locked, and so present from the start; the main stack is touched
 *   cpu_dma_latency  0, held until exit: idle CPUs stay in the shallowest idle state
 *   timer_slack   1 ns
 *   sched_fifo    PROFILE_PRIORITY
 * and noted as missing when the machine does not offer them to the CPUs in use:
 *   isolation     isolcpus= or an isolated cpuset       nohz_full
 */
void profile_tune(void);
/* Names of the steps that did not succeed, separated by commas; "" if all did or none was tried. */
const char *profile_missing(void);
