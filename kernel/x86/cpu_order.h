/* SPDX-License-Identifier: MIT */
/*
 * The order in which CPUs get their numbers: one thread of each core before any second one, cores that share an L3 next to
 * each other, and packages one after the other, all beginning where the boot CPU is. So CPUs 0 and 1 are two near cores on
 * every machine, however its firmware lists them, as Linux's are (harness/cpus.h).
 */
#pragma once

#include <stdint.h>

#include "topology.h"

/* Sorts APIC IDs of which the first is the boot CPU's, which stays. bits: topology_decode() of the ID UINT32_MAX. */
void cpu_order_sort(uint32_t *ids, unsigned count, const struct topology_names *bits);
