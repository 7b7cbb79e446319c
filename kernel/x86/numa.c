/* SPDX-License-Identifier: MIT */
/*
 * Domains become nodes; memory is cut at their borders.
 */
#include "numa.h"

#include "acpi.h"
#include "boot.h"
#include "cpu.h"
#include "memory.h"

enum { DISTANCE_OTHER = 20 }; /* between two nodes, if no table says: ACPI 6.5 §5.2.17 has 10 as one's own */

unsigned node_count = 1;

static uint32_t domains[NODE_MAX]; /* of each node, ascending */

/* The node of this domain, or NODE_MAX. */
static unsigned node_of_domain(uint32_t domain)
{
	unsigned node = 0;

	while (node < node_count && domains[node] != domain)
		node++;
	return node < node_count ? node : NODE_MAX;
}

static void domain_add(uint32_t domain)
{
	static bool warned;
	unsigned at = node_count;

	if (node_of_domain(domain) < NODE_MAX)
		return;
	if (node_count == NODE_MAX) {
		if (!warned)
			boot_warn("more NUMA nodes than this kernel is made for; the others count as node 0", NULL);
		warned = true;
		return;
	}
	for (; at > 0 && domains[at - 1] > domain; at--)
		domains[at] = domains[at - 1];
	domains[at] = domain;
	node_count++;
}

static unsigned node_or_first(uint32_t domain)
{
	unsigned node = node_of_domain(domain);

	return node < NODE_MAX ? node : 0;
}

void numa_init(void)
{
	const struct srat *srat = &acpi.srat;

	if (srat->cut)
		boot_warn("the firmware lists more NUMA affinities than this kernel is made for", NULL);
	if (srat->memories_count == 0)
		return; /* CPUs in nodes without any memory: that is no NUMA, or a broken table */
	node_count = 0;
	for (unsigned at = 0; at < srat->cpus_count; at++)
		domain_add(srat->cpus[at].domain);
	for (unsigned at = 0; at < srat->memories_count; at++)
		domain_add(srat->memories[at].domain);
	memory_assign_nodes();
}

unsigned numa_node_of_apic(uint32_t apic_id)
{
	if (node_count == 1)
		return 0;
	for (unsigned at = 0; at < acpi.srat.cpus_count; at++) {
		if (acpi.srat.cpus[at].apic_id == apic_id)
			return node_or_first(acpi.srat.cpus[at].domain);
	}
	return 0;
}

unsigned numa_node_of_memory(uint64_t address, uint64_t *end)
{
	for (unsigned at = 0; at < acpi.srat.memories_count; at++) {
		const struct srat_memory *memory = &acpi.srat.memories[at];

		if (memory->base <= address && address < memory->end) {
			if (memory->end < *end)
				*end = memory->end;
			return node_or_first(memory->domain);
		}
		if (address < memory->base && memory->base < *end)
			*end = memory->base;
	}
	return 0;
}

unsigned node_distance(unsigned from, unsigned to)
{
	if (from == to)
		return SLIT_LOCAL;
	if (acpi.slit == NULL || domains[from] == domains[to])
		return DISTANCE_OTHER;
	return slit_distance(acpi.slit, domains[from], domains[to]);
}
