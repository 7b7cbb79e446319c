/* SPDX-License-Identifier: MIT */
/*
 * Where things are: the project's tree (compiled in, or AEROBENCH_ROOT), the programs built beside this one, and the
 * directory that holds runs. Every string lives as long as the process.
 */
#pragma once

/* The project's root: AEROBENCH_ROOT, else the source tree this program was built from. */
const char *paths_root(void);
/* Where linux-baseline and aerokernel.elf are: AEROBENCH_BIN, else the directory of this program. */
const char *paths_bin(void);
/* The directory that holds run directories: option if not NULL (--results), else AEROBENCH_RESULTS, else ROOT/results/runs. */
const char *paths_results(const char *option);
/* What a record says for path: below the root it is relative to it, so that a record names no directory of its user. */
const char *paths_recorded(const char *path);
/* ROOT/relative, allocated; the caller frees it. Aborts when out of memory, as every allocation of the harness does. */
char *paths_in_root(const char *relative);
