/* SPDX-License-Identifier: MIT */
/*
 * The baseline as a program, host and guest alike. Its words, besides the runner's (bench/runner.h):
 *
 *   profile=stock|tuned     profile.h (default stock)
 *   spin=pause|none         what os_relax() does (default pause)
 *   cpus=LIST               Linux's CPU numbers, as in 0-1,4; the first is CPU 0 of the benchmarks. Default: those that
 *                           the process may run on; under profile=tuned the isolated ones, if there are at least two
 *   out=stdout|debugcon     where the stream goes; debugcon needs root and QEMU
 *   exit=status|debugexit   how the end is told: as exit status, or by ending the virtual machine
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a guest does otherwise than a process of the host. */
struct baseline_defaults {
	const char *out;
	const char *exit;
	uint64_t clock_window_ns; /* the first window of the clock's calibration */
	bool boots;               /* the machine was booted for this run: the stream says how long that took */
};

/*
 * Runs to the end: 0 if all is well, 1 if something that was asked for failed or the stream did not get out, 2 for wrong
 * words or a machine that cannot do what they say (one line on stderr). Does not return with exit=debugexit, unless
 * there is no such device.
 */
int baseline_main(const struct baseline_defaults *defaults, int count, char *const words[]);
