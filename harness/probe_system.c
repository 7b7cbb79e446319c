/* SPDX-License-Identifier: MIT */
/* What Linux says about this computer: /sys, /proc and CPUID. A file that is not there leaves its text empty. */
#include "probe.h"

#include <cpuid.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "boot_words.h"
#include "cpus.h"
#include "sysfile.h"

enum { BUSY_WINDOW_MS = 200, CHOSEN = 2 };

/* The value behind "key<blanks>: " in /proc/cpuinfo, of the first CPU. */
static void cpuinfo(const char *key, char *text, size_t text_bytes)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[4096];

	text[0] = '\0';
	if (file == NULL)
		return;
	while (text[0] == '\0' && fgets(line, sizeof(line), file) != NULL) {
		char *colon = strchr(line, ':');

		if (colon == NULL || strncmp(line, key, strlen(key)) != 0)
			continue;
		colon[1 + strcspn(colon + 1, "\n")] = '\0';
		snprintf(text, text_bytes, "%s", colon[1] == ' ' ? colon + 2 : colon + 1);
	}
	fclose(file);
}

/* CPUID 1:ECX[31] says that there is one, leaf 4000_0000H who. */
static void hypervisor(char *text, size_t text_bytes)
{
	unsigned eax, ebx, ecx, edx, name[3];

	text[0] = '\0';
	if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & 1u << 31) == 0)
		return;
	__cpuid(0x40000000, eax, name[0], name[1], name[2]);
	snprintf(text, text_bytes, "%.12s", (const char *)name);
	for (char *at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '\0';
	if (text[0] == '\0')
		snprintf(text, text_bytes, "unknown");
}

static void mitigations(char *text, size_t text_bytes)
{
	static const char directory[] = "/sys/devices/system/cpu/vulnerabilities";
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, alphasort);
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		char path[512], line[256];

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && sysfile_line(path, line, sizeof(line)) &&
		    strcmp(line, "Not affected") != 0 && len < text_bytes)
			len += (size_t)snprintf(text + len, text_bytes - len, "%s%s: %s", len > 0 ? "; " : "",
						entries[i]->d_name, line);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static uint64_t meminfo_bytes(const char *key)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[256];

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), ": %llu", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

/* All time and idle time of each CPU so far, in clock ticks of Linux. */
static void cpu_times(double *all, double *idle)
{
	FILE *file = fopen("/proc/stat", "re");
	char line[512];

	for (unsigned i = 0; i < PROBE_CPUS_MAX; i++)
		all[i] = idle[i] = NAN;
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		double user, nice, system, waits, io, irq, softirq, steal;
		unsigned cpu;

		if (sscanf(line, "cpu%u %lf %lf %lf %lf %lf %lf %lf %lf", &cpu, &user, &nice, &system, &waits, &io,
			   &irq, &softirq, &steal) != 9 ||
		    cpu >= PROBE_CPUS_MAX)
			continue;
		idle[cpu] = waits + io;
		all[cpu] = user + nice + system + waits + io + irq + softirq + steal;
	}
	if (file != NULL)
		fclose(file);
}

static void busy(struct probe_system *system)
{
	double all[2][PROBE_CPUS_MAX], idle[2][PROBE_CPUS_MAX];
	struct timespec pause = {.tv_nsec = BUSY_WINDOW_MS * 1000000L};

	cpu_times(all[0], idle[0]);
	nanosleep(&pause, NULL);
	cpu_times(all[1], idle[1]);
	for (unsigned i = 0; i < PROBE_CPUS_MAX; i++) {
		double time = all[1][i] - all[0][i];

		system->busy_fraction[i] = time > 0 ? 1 - (idle[1][i] - idle[0][i]) / time : NAN;
	}
}

static void siblings(struct probe_system *system)
{
	unsigned chosen[CHOSEN], count = cpus_choose(chosen, CHOSEN);

	for (unsigned i = 0; i < count; i++) {
		unsigned list[PROBE_CPUS_MAX], others;
		char path[128], line[PROBE_TEXT_MAX];

		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", chosen[i]);
		sysfile_line(path, line, sizeof(line));
		others = cpus_list_parse(line, list, PROBE_CPUS_MAX);
		for (unsigned j = 0; j < others; j++)
			if (list[j] != chosen[i] && list[j] < PROBE_CPUS_MAX)
				system->sibling_of_chosen[list[j]] = true;
	}
}

static void read_files(struct probe_system *system)
{
	static const char cpu[] = "/sys/devices/system/cpu";
	const struct {
		const char *path;
		char *text;
		size_t text_bytes;
	} files[] = {
	    {"cpu0/cpufreq/scaling_governor", system->governor, sizeof(system->governor)},
	    {"cpufreq/boost", system->boost, sizeof(system->boost)},
	    {"cpuidle/current_driver", system->idle_driver, sizeof(system->idle_driver)},
	    {"smt/control", system->smt, sizeof(system->smt)},
	    {"isolated", system->isolated, sizeof(system->isolated)},
	    {"nohz_full", system->nohz_full, sizeof(system->nohz_full)},
	    {"/sys/kernel/mm/transparent_hugepage/enabled", system->transparent_hugepage,
	     sizeof(system->transparent_hugepage)},
	    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", system->clocksource,
	     sizeof(system->clocksource)},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s%s%s", files[i].path[0] == '/' ? "" : cpu,
			 files[i].path[0] == '/' ? "" : "/", files[i].path);
		sysfile_line(path, files[i].text, files[i].text_bytes);
	}
}

static void command_line(char *text, size_t text_bytes)
{
	char line[2048 + 1], *kept; /* COMMAND_LINE_SIZE, Linux, arch/x86/include/asm/setup.h */

	sysfile_line("/proc/cmdline", line, sizeof(line));
	kept = boot_words_keep(line);
	snprintf(text, text_bytes, "%s", kept);
	free(kept);
}

void probe_system(struct probe_system *system)
{
	struct utsname name;

	memset(system, 0, sizeof(*system));
	if (uname(&name) == 0)
		snprintf(system->kernel, sizeof(system->kernel), "%.100s %.100s %.200s", name.sysname, name.release,
			 name.version);
	read_files(system);
	command_line(system->command_line, sizeof(system->command_line));
	cpuinfo("model name", system->model, sizeof(system->model));
	cpuinfo("microcode", system->microcode, sizeof(system->microcode));
	hypervisor(system->hypervisor, sizeof(system->hypervisor));
	mitigations(system->mitigations, sizeof(system->mitigations));
	system->online = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	system->allowed = cpus_allowed();
	system->cores = cpus_cores();
	if (getloadavg(&system->load1, 1) != 1)
		system->load1 = NAN;
	system->memory_bytes = meminfo_bytes("MemTotal");
	system->memory_free_bytes = meminfo_bytes("MemAvailable");
	siblings(system);
	busy(system);
}
