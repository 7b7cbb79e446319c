/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes, out of the firmware's tables. Nodes are the domains that any enabled entry names, numbered from 0 in the
 * order of the domains' numbers; a node may have no CPU, or no memory. What no entry covers belongs to node 0; without
 * tables everything does, and there is one node.
 */
#pragma once

#include <stdint.h>

/* Needs acpi_init(); before core_main(). */
void numa_init(void);
/* The node of the CPU with this APIC ID. */
unsigned numa_node_of_apic(uint32_t apic_id);
/* The node of the memory at this address, and where the stretch that is all of that node ends, at most at end. */
unsigned numa_node_of_memory(uint64_t address, uint64_t *end);
