/* SPDX-License-Identifier: MIT */
/*
 * What a test of the runner sets and sees of the system that is no system.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../../../bench/runner.h"

extern bool fake_threads_hang;  /* created, but never run */
extern size_t fake_malloc_most; /* os_malloc() of more is NULL */
extern size_t fake_allocated;   /* blocks that are not yet freed */
extern int64_t fake_interrupts; /* grows by 5 with each look; below 0: unknown */
extern int64_t fake_smis;       /* grows by fake_smis_step with each look; below 0: unknown */
extern int64_t fake_smis_step;
extern bool fake_in_benchmark; /* set by a benchmark: nothing may be written or allocated meanwhile */

extern uint64_t fake_random[4]; /* what the benchmark randoms drew in its last run */
extern bool fake_counts;        /* whether the port can count events; two in a turn, those named odd not at all */
extern int
    fake_watched; /* 0: nobody; 1: each call is a line that begins with '#', and samples become 0; 2: no memory */
extern const char *fake_verdict; /* why the port believes nothing of a run, or NULL */
extern int fake_wrong;           /* 0: the conformance test bb_checks passes */

/* Runs runner_main() on these words (up to NULL) and returns its result; fake_text is what it wrote. */
int fake_run(const char *first, ...) __attribute__((sentinel));
extern char fake_text[1 << 20];
/* The line of fake_text that begins with this, without its newline; NULL: none. The next call overwrites it. */
const char *fake_line(const char *begin);
/* How many lines begin with this. */
unsigned fake_lines(const char *begin);
