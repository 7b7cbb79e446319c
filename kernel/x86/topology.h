/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs share a core, a cache, a package: read by each CPU from its own CPUID leaves, because they need not be the same
 * on all. Every group is a stretch of APIC IDs, so a CPU names its groups by their first IDs, and equal names are one group.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cpu.h"
#include "groups.h"
#include "msr.h"

/* A CPU's groups, each by the lowest APIC ID that could be in it. */
struct topology_names {
	uint32_t package, core;
	uint32_t l2, l3; /* TOPOLOGY_UNKNOWN: the CPU does not say */
	uint32_t kind;   /* of core: of a machine with several, type and model as its leaf has them; else 0 */
};

#define TOPOLOGY_UNKNOWN GROUP_NAME_UNKNOWN

/*
 * What the leaves, as leaf() reads them, say about the CPU with this APIC ID. Intel: leaf 1FH, else 0BH, else 1 and 4. AMD:
 * 8000001EH and 80000008H where topology extensions exist, else 1 and 80000008H; caches by 4 or 8000001DH. Kinds: 1AH, 80000026H.
 */
void topology_decode(struct topology_names *names, uint32_t apic_id, struct cpuid (*leaf)(uint32_t, uint32_t));
/* On every CPU, as number cpu. */
void topology_init_cpu(unsigned cpu, uint32_t apic_id);
/* Numbers the groups, once all CPUs are up; boot CPU. */
void topology_init(void);
