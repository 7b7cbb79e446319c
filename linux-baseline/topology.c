/* SPDX-License-Identifier: MIT */
/*
 * Linux, Documentation/ABI/stable/sysfs-devices-system-cpu: a group is named by its first CPU, or by the number that Linux gives
 * it. A file that is missing, as in containers and small virtual machines, is a group that is not known.
 */
#include "topology.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_list.h"
#include "facts.h"
#include "groups.h"
#include "os_linux.h"
#include "os.h"

enum { FILE_BYTES = 64, PATH_BYTES = 128, LINE_BYTES = 4096, CACHES_MAX = 16 };

#define CPU_DIRECTORY "/sys/devices/system/cpu/cpu%u"

static bool line_read(char *line, unsigned cpu, const char *file)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), CPU_DIRECTORY "/%.*s", cpu, FILE_BYTES, file);
	return facts_line(path, line, LINE_BYTES);
}

/* The first CPU of a list in this file. */
static uint32_t first_of(unsigned cpu, const char *file)
{
	static struct cpu_list list;
	char line[LINE_BYTES];

	return line_read(line, cpu, file) && cpu_list_parse(&list, line) && list.count > 0 ? list.cpu[0]
											   : GROUP_NAME_UNKNOWN;
}

static uint32_t package_of(unsigned cpu)
{
	char line[LINE_BYTES];

	return line_read(line, cpu, "topology/physical_package_id") && line[0] != '-'
		   ? (uint32_t)strtoul(line, NULL, 10)
		   : GROUP_NAME_UNKNOWN;
}

static uint32_t core_of(unsigned cpu)
{
	uint32_t name = first_of(cpu, "topology/core_cpus_list");

	return name != GROUP_NAME_UNKNOWN ? name
					  : first_of(cpu, "topology/thread_siblings_list"); /* before Linux 5.3 */
}

/* The cache of this level that holds data. */
static uint32_t cache_of(unsigned cpu, unsigned level)
{
	char line[LINE_BYTES], file[FILE_BYTES];

	for (unsigned index = 0; index < CACHES_MAX; index++) {
		snprintf(file, sizeof(file), "cache/index%u/level", index);
		if (!line_read(line, cpu, file))
			break;
		if (strtoul(line, NULL, 10) != level)
			continue;
		snprintf(file, sizeof(file), "cache/index%u/type", index);
		if (line_read(line, cpu, file) && strcmp(line, "Instruction") == 0)
			continue;
		snprintf(file, sizeof(file), "cache/index%u/shared_cpu_list", index);
		return first_of(cpu, file);
	}
	return GROUP_NAME_UNKNOWN;
}

static uint32_t l2_of(unsigned cpu)
{
	return cache_of(cpu, 2);
}

static uint32_t l3_of(unsigned cpu)
{
	return cache_of(cpu, 3);
}

/* Intel's hybrid processors have a PMU for each kind of core, with its CPUs; others have none of these: not known. */
static uint32_t kind_of(unsigned cpu)
{
	static const char *const pmus[] = {"cpu_core", "cpu_atom", "cpu_lowpower"};
	static struct cpu_list list;
	char path[PATH_BYTES], line[LINE_BYTES];

	for (uint32_t kind = 0; kind < sizeof(pmus) / sizeof(pmus[0]); kind++) {
		snprintf(path, sizeof(path), "/sys/devices/%s/cpus", pmus[kind]);
		if (facts_line(path, line, sizeof(line)) && cpu_list_parse(&list, line) && cpu_list_has(&list, cpu))
			return kind;
	}
	return GROUP_NAME_UNKNOWN;
}

bool topology_kinds_differ(void)
{
	for (unsigned cpu = 1; cpu < os_cpu_count(); cpu++) {
		if (kind_of(port_cpu_real(cpu)) != kind_of(port_cpu_real(0)))
			return true;
	}
	return false;
}

static void groups_emit(struct wire *wire, const char *key, uint32_t name_of(unsigned cpu))
{
	static uint32_t names[CPU_LIST_MAX];
	static uint16_t groups[CPU_LIST_MAX];
	char text[GROUPS_TEXT_BYTES];

	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		names[cpu] = name_of(port_cpu_real(cpu));
	groups_number(names, os_cpu_count(), groups);
	groups_text(groups, os_cpu_count(), text);
	wire_pair(wire, key, text);
}

/* The link nodeN in the CPU's directory; a Linux without NUMA has none, and one node. */
static uint16_t node_of(unsigned cpu)
{
	char path[PATH_BYTES];
	struct dirent *entry;
	uint16_t node = 0;
	DIR *directory;

	snprintf(path, sizeof(path), CPU_DIRECTORY, cpu);
	directory = opendir(path);
	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (strncmp(entry->d_name, "node", 4) == 0 && entry->d_name[4] >= '0' && entry->d_name[4] <= '9')
			node = (uint16_t)strtoul(entry->d_name + 4, NULL, 10);
	if (directory != NULL)
		closedir(directory);
	return node;
}

void topology_emit(struct wire *wire)
{
	static uint16_t nodes[CPU_LIST_MAX];
	char text[GROUPS_TEXT_BYTES];

	groups_emit(wire, "cpu_package", package_of);
	groups_emit(wire, "cpu_core", core_of);
	groups_emit(wire, "cpu_l2", l2_of);
	groups_emit(wire, "cpu_l3", l3_of);
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		nodes[cpu] = node_of(port_cpu_real(cpu));
	groups_text(nodes, os_cpu_count(), text);
	wire_pair(wire, "cpu_node", text);
	groups_emit(wire, "cpu_kind", kind_of);
}
