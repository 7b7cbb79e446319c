/* SPDX-License-Identifier: MIT */
/*
 * Telling the port's watch (runner.h) what happens between points. Each does nothing where nobody watches.
 */
#pragma once

#include "options.h"

/* Before anything is measured. False: the watch has no memory. */
bool watch_begin(const struct runner_watch *watch, const struct options *options, const struct grid *grid);
/* Before point number index of the grid. counting: in the second pass. */
void watch_point(const struct runner_watch *watch, const struct grid *grid, size_t index, bool counting);
/* After a point that was measured: all its series. Its samples may be reordered. */
void watch_runs(const struct runner_watch *watch, const struct options *options, const struct bench_run *run);
/* After a point that was not. */
void watch_skip(const struct runner_watch *watch, const char *reason);
void watch_fail(const struct runner_watch *watch, const char *reason);
/* After everything. */
void watch_end(const struct runner_watch *watch, unsigned failures);
