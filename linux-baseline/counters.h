/* SPDX-License-Identifier: MIT */
/*
 * Counting of events by perf_event_open(2), for the runner (bench/counting.h): everything that the baseline's CPUs do,
 * in user space and in the kernel, as the Aerokernel counts it. So other programs on these CPUs are counted too.
 */
#pragma once

#include "counting.h"

extern const struct counting_port counters_port;
