/* SPDX-License-Identifier: MIT */
/*
 * Which of the benchmarks' CPUs share a package, a core, a cache or a node, as Linux's sysfs tells: the record's words are the
 * Aerokernel's (bench/groups.h), in the order of cpus=, so that the placement of both systems can be compared.
 */
#pragma once

#include <stdbool.h>

#include "wire.h"

/* Pairs cpu_package, cpu_core, cpu_l2, cpu_l3, cpu_node, cpu_kind of the record that is open. */
void topology_emit(struct wire *wire);
/* Whether the benchmarks' CPUs are known to be of several kinds, on which one code of an event is not the same event. */
bool topology_kinds_differ(void);
