/* SPDX-License-Identifier: MIT */
/*
 * Counting of events on all CPUs of the Aerokernel, for the runner (bench/counting.h).
 */
#pragma once

#include <stdint.h>

#include "counting.h"

extern const struct counting_port counting_port;

/*
 * Why one code cannot be counted on CPUs of these kinds (struct cpu_topology), or NULL. Intel's kinds of cores have events and
 * counters of their own; AMD's have the same.
 */
const char *counting_kinds_defect(const uint16_t *kinds, unsigned count, const char *cpu_vendor);
