/* SPDX-License-Identifier: MIT */
/*
 * What main() sets up before a benchmark may use bench/os.h on Linux, and what the run's record tells about it.
 * Called by the main thread only, before any other thread exists.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Stack of a thread made by os_thread_create(): what libraries of threads in user space give (GNU Pth, State
 * Threads), and as the Aerokernel's a choice for threads of a runtime, which know what they need. glibc's default of
 * 8 MiB is a limit for programs that do not. It would make a sequence of creates twice as long: glibc keeps 40 MiB of
 * stacks of finished threads (nptl, "stack_cache_maxsize"), which is 5 of them; beyond, each create maps and each end
 * unmaps.
 */
enum { PORT_STACK_BYTES = 64 * 1024 };

/*
 * The CPUs that os_cpu_count() counts: count numbers of Linux's, in the order of our numbers. Restricts the process
 * to them. 0, -EINVAL (none, one twice, or one that the process cannot have) or -errno of sched_setaffinity().
 */
int port_cpus_set(const unsigned *cpus, unsigned count);
/*
 * Makes the process one that has had a second thread, and leaves nothing of it for the next create to use again. Until
 * then glibc spares a mutex and malloc() their atomic instructions (SINGLE_THREAD_P, glibc 2.34 and newer), so that the
 * same benchmark would measure one mutex before and another behind the first benchmark that creates a thread. 0 or -errno.
 */
int port_threads_begin(void);
/* Whether the caller, any thread, is between os_periodic_begin() and its end. */
bool port_periodic(void);
/* Linux's number of our CPU. */
unsigned port_cpu_real(unsigned cpu);

/* How os_clock_hz() came about. */
struct port_clock {
	uint64_t hz;
	uint64_t window_ns;  /* the length of the two windows that were compared last */
	unsigned spread_ppm; /* how far apart their results were */
	bool agreed;         /* within 50 ppm: measuring.md §2, "Frequency" */
};

/*
 * Measures the clock against CLOCK_MONOTONIC_RAW over pairs of windows: the first of first_window_ns, then doubled
 * until two successive ones agree within 50 ppm or reach PORT_WINDOW_MAX_NS.
 */
enum { PORT_WINDOW_MAX_NS = 400 * 1000 * 1000 };
void port_clock_calibrate(uint64_t first_window_ns);
/* The result of the last calibration. */
const struct port_clock *port_clock(void);
