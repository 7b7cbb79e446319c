/* SPDX-License-Identifier: MIT */
/*
 * The choice of CPUs. The topology is read once; it does not change while the harness runs, and a CPU that goes away
 * shows as an error of the boot that wanted it.
 */
#include "cpus.h"

#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* One CPU and what speaks for or against it; sorted by the fields in this order. */
struct candidate {
	unsigned sibling; /* 0: the first of its core */
	unsigned shared;  /* 0: isolated */
	/* 1: CPU 0 is in it, which takes the interrupts that nobody steered; then the group's own number */
	unsigned package_house, package;
	unsigned l3_house, l3;
	unsigned core_house, core;
	unsigned cpu;
};

static struct candidate candidates[CPUS_MAX];
static unsigned candidate_count, core_count;
static hwloc_topology_t topology;

unsigned cpus_list_parse(const char *text, unsigned *cpus, unsigned max)
{
	unsigned count = 0;
	char *end;

	while (*text >= '0' && *text <= '9') {
		unsigned long low = strtoul(text, &end, 10), high = low;

		if (*end == '-')
			high = strtoul(end + 1, &end, 10);
		for (unsigned long cpu = low; cpu <= high && cpu < CPUS_MAX && count < max; cpu++)
			cpus[count++] = (unsigned)cpu;
		text = *end == ',' ? end + 1 : end;
	}
	return count;
}

char *cpus_set_text(const bool set[CPUS_MAX])
{
	char *text = memory_text("");

	for (unsigned low = 0; low < CPUS_MAX; low++) {
		unsigned high = low;
		char *longer;

		if (!set[low])
			continue;
		while (high + 1 < CPUS_MAX && set[high + 1])
			high++;
		longer = low == high ? memory_format("%s%s%u", text, text[0] != '\0' ? "," : "", low)
				     : memory_format("%s%s%u-%u", text, text[0] != '\0' ? "," : "", low, high);
		free(text);
		text = longer;
		low = high;
	}
	return text;
}

bool cpus_isolated(unsigned cpu)
{
	static unsigned isolated[CPUS_MAX], count;
	static bool read_once;
	char line[4096] = "";

	if (!read_once) {
		FILE *file = fopen("/sys/devices/system/cpu/isolated", "re");

		if (file != NULL && fgets(line, sizeof(line), file) != NULL)
			count = cpus_list_parse(line, isolated, CPUS_MAX);
		if (file != NULL)
			fclose(file);
		read_once = true;
	}
	for (unsigned i = 0; i < count; i++)
		if (isolated[i] == cpu)
			return true;
	return false;
}

static int candidate_order(const void *left, const void *right)
{
	const unsigned *a = left, *b = right;

	for (size_t i = 0; i < sizeof(struct candidate) / sizeof(*a); i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* The group of this type around a core; the core itself where hwloc knows none. */
static hwloc_obj_t group_of(hwloc_obj_t core, hwloc_obj_type_t type)
{
	hwloc_obj_t group = hwloc_get_ancestor_obj_by_type(topology, type, core);

	return group != NULL ? group : core;
}

/* Adds the allowed CPUs of one core. */
static void candidates_add(hwloc_obj_t core, unsigned core_index)
{
	hwloc_const_cpuset_t allowed = hwloc_topology_get_allowed_cpuset(topology);
	hwloc_obj_t package = group_of(core, HWLOC_OBJ_PACKAGE), l3 = group_of(core, HWLOC_OBJ_L3CACHE);
	unsigned sibling = 0;
	unsigned cpu;

	hwloc_bitmap_foreach_begin(cpu, core->cpuset)
	{
		if (!hwloc_bitmap_isset(allowed, cpu) || candidate_count == CPUS_MAX)
			continue;
		candidates[candidate_count++] = (struct candidate){
		    .sibling = sibling++,
		    .shared = !cpus_isolated(cpu),
		    .package_house = hwloc_bitmap_isset(package->complete_cpuset, 0) != 0,
		    .package = package->logical_index,
		    .l3_house = hwloc_bitmap_isset(l3->complete_cpuset, 0) != 0,
		    .l3 = l3->logical_index,
		    .core_house = hwloc_bitmap_isset(core->complete_cpuset, 0) != 0,
		    .core = core_index,
		    .cpu = cpu,
		};
	}
	hwloc_bitmap_foreach_end();
	core_count += sibling > 0;
}

/*
 * Leaves out the CPUs that the harness was kept from by taskset. Isolated CPUs are in nobody's default binding: when the
 * harness is bound to all others, nobody has chosen that, and the isolated ones are there to be measured on.
 */
static void restrict_to_allowed(void)
{
	hwloc_bitmap_t bound = hwloc_bitmap_alloc(),
		       usual = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology));

	for (int cpu = hwloc_bitmap_first(usual); cpu >= 0; cpu = hwloc_bitmap_next(usual, cpu))
		if (cpus_isolated((unsigned)cpu))
			hwloc_bitmap_clr(usual, (unsigned)cpu);
	if (bound != NULL && hwloc_get_cpubind(topology, bound, HWLOC_CPUBIND_PROCESS) == 0 &&
	    !hwloc_bitmap_isequal(bound, usual))
		hwloc_topology_restrict(topology, bound, 0);
	hwloc_bitmap_free(usual);
	hwloc_bitmap_free(bound);
}

/* Reads the topology, once. */
static void load(void)
{
	hwloc_obj_type_t type;
	int cores;

	if (topology != NULL)
		return;
	if (hwloc_topology_init(&topology) != 0 || hwloc_topology_load(topology) != 0) {
		topology = NULL;
		return;
	}
	restrict_to_allowed();
	type = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
	cores = hwloc_get_nbobjs_by_type(topology, type);
	for (int i = 0; i < cores; i++)
		candidates_add(hwloc_get_obj_by_type(topology, type, (unsigned)i), (unsigned)i);
	qsort(candidates, candidate_count, sizeof(candidates[0]), candidate_order);
}

unsigned cpus_choose(unsigned *cpus, unsigned count)
{
	unsigned have;

	load();
	have = candidate_count < count ? candidate_count : count;
	for (unsigned i = 0; i < have; i++)
		cpus[i] = candidates[i].cpu;
	return have;
}

/* Whether candidate i has its core in common with one of the first used ones. */
static bool shares_core(unsigned i, unsigned used)
{
	for (unsigned other = 0; other < used; other++)
		if (candidates[other].core == candidates[i].core)
			return true;
	return false;
}

unsigned cpus_spare(unsigned *cpus, unsigned count, unsigned used)
{
	unsigned spare = 0;

	load();
	for (int siblings = 0; siblings < 2 && spare == 0; siblings++)
		for (unsigned i = used; i < candidate_count && spare < count; i++)
			if (candidates[i].shared && (siblings || !shares_core(i, used)))
				cpus[spare++] = candidates[i].cpu;
	return spare;
}

unsigned cpus_allowed(void)
{
	load();
	return candidate_count;
}

unsigned cpus_cores(void)
{
	load();
	return core_count;
}

char *cpus_text(const unsigned *cpus, unsigned count)
{
	char *text = memory_text("");

	for (unsigned i = 0; i < count; i++) {
		char *longer = memory_format("%s%s%u", text, i > 0 ? "," : "", cpus[i]);

		free(text);
		text = longer;
	}
	return text;
}

char *cpus_topology_xml(void)
{
	char *buffer, *xml;
	int len_bytes;

	load();
	if (topology == NULL || hwloc_topology_export_xmlbuffer(topology, &buffer, &len_bytes, 0) != 0)
		return NULL;
	xml = memory_text(buffer);
	hwloc_free_xmlbuffer(topology, buffer);
	return xml;
}
