/* SPDX-License-Identifier: MIT */
/*
 * What main() sets up before a benchmark may use bench/os.h on Linux, and what the run's record tells about it. Called
 * by the main thread only, before any other thread exists.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Largest number of threads that glibc's stack cache (40 MiB) must hold, and the stack that profile tuned gives them. */
enum { OS_LINUX_TUNED_STACK_BYTES = 256 * 1024 };

/*
 * The CPUs that os_cpu_count() counts: count numbers of Linux's, in the order of our numbers. Restricts the process to
 * them. 0, -EINVAL (none, too many, one twice) or -errno of sched_setaffinity().
 */
int os_linux_cpus_set(const unsigned *cpus, unsigned count);
/* Linux's number of our CPU. */
unsigned os_linux_cpu_real(unsigned cpu);

/* Stack of threads made by os_thread_create(); 0, the default: glibc's own default. */
void os_linux_stack_set(size_t len_bytes);

/* How os_clock_hz() came about. */
struct os_linux_clock {
	uint64_t hz;
	uint64_t window_ns;  /* the length of the two windows that were compared last */
	unsigned spread_ppm; /* how far apart their results were */
	bool agreed;         /* within 50 ppm: measuring.md §2, "Frequency" */
};

/*
 * Measures the clock against CLOCK_MONOTONIC_RAW over pairs of windows: the first of first_window_ns, then doubled
 * until two successive ones agree within 50 ppm or reach OS_LINUX_WINDOW_MAX_NS.
 */
enum { OS_LINUX_WINDOW_MAX_NS = 400 * 1000 * 1000 };
const struct os_linux_clock *os_linux_clock_calibrate(uint64_t first_window_ns);
