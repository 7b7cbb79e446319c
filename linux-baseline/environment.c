/* SPDX-License-Identifier: MIT */
/*
 * Values are short and come from where they are true now (the scheduler's answer, not the word that asked for it). The
 * pairs are spread over several records, because a record has at most WIRE_LINE_MAX bytes.
 */
#include "environment.h"

#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "build_info.h"
#include "cpu_list.h"
#include "facts.h"
#include "os_linux.h"
#include "os.h"
#include "profile.h"
#include "topology.h"
#include "wire.h"

static uint64_t boot_ns; /* 0: not noted */

enum { VALUE_BYTES = 96, BYTES_PER_MIB = 1024 * 1024, NS_PER_S = 1000 * 1000 * 1000 };

void environment_booted(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	boot_ns = (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void record_next(struct wire *wire)
{
	wire_end(wire);
	wire_begin(wire, "env");
}

/* The first line of a file, or "unknown" if there is none. */
static void pair_file(struct wire *wire, const char *key, const char *path)
{
	char text[VALUE_BYTES];

	wire_pair(wire, key, facts_line(path, text, sizeof(text)) ? text : "unknown");
}

/* The same for a list of CPUs, where an empty file means none. */
static void pair_cpus(struct wire *wire, const char *key, const char *path)
{
	char text[VALUE_BYTES];

	wire_pair(wire, key, facts_line(path, text, sizeof(text)) && strcmp(text, "(null)") != 0 ? text : "none");
}

static void pair_chosen(struct wire *wire, const char *key, const char *path)
{
	char text[VALUE_BYTES];

	facts_chosen(path, text, sizeof(text));
	wire_pair(wire, key, text);
}

static void emit_build(struct wire *wire)
{
	wire_pair(wire, "build", BUILD_TYPE);
	wire_pair(wire, "asserts", BUILD_ASSERTS);
	wire_pair(wire, "compiler", BUILD_COMPILER);
	wire_pair(wire, "commit", BUILD_COMMIT);
	wire_pair(wire, "glibc", gnu_get_libc_version());
}

static void emit_processor(struct wire *wire)
{
	char text[VALUE_BYTES];

	facts_cpuinfo("model name", text, sizeof(text));
	wire_pair(wire, "cpu", text);
	facts_cpuinfo("vendor_id", text, sizeof(text));
	wire_pair(wire, "vendor", text);
	facts_cpu_signature(text, sizeof(text));
	wire_pair(wire, "cpu_signature", text);
	facts_cpuinfo("microcode", text, sizeof(text));
	wire_pair(wire, "microcode", text);
	facts_hypervisor(text, sizeof(text));
	wire_pair(wire, "hypervisor", text);
	wire_pair(wire, "tsc_invariant", facts_tsc_invariant() ? "yes" : "no");
	pair_file(wire, "smt", "/sys/devices/system/cpu/smt/control");
	pair_file(wire, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	facts_mitigations(text, sizeof(text));
	wire_pair(wire, "mitigations", text);
}

static void emit_kernel(struct wire *wire)
{
	struct utsname name;
	char text[VALUE_BYTES];

	wire_pair(wire, "kernel", uname(&name) == 0 ? name.release : "unknown");
	facts_boot_words(text, sizeof(text));
	wire_pair(wire, "boot_words", text);
	pair_file(wire, "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
	pair_cpus(wire, "isolated", "/sys/devices/system/cpu/isolated");
	pair_cpus(wire, "nohz_full", "/sys/devices/system/cpu/nohz_full");
	pair_chosen(wire, "thp", "/sys/kernel/mm/transparent_hugepage/enabled");
	pair_file(wire, "threads_max", "/proc/sys/kernel/threads-max");
	pair_file(wire, "rt_runtime_us", "/proc/sys/kernel/sched_rt_runtime_us");
	wire_pair_number(wire, "memory_mib", (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / BYTES_PER_MIB);
}

static void pair_policy(struct wire *wire)
{
	struct sched_param param = {0};
	char text[VALUE_BYTES];
	int policy = sched_getscheduler(0);

	sched_getparam(0, &param);
	if (policy == SCHED_FIFO)
		snprintf(text, sizeof(text), "fifo:%d", param.sched_priority);
	else
		snprintf(text, sizeof(text), "%s", policy == SCHED_OTHER ? "other" : "unknown");
	wire_pair(wire, "sched", text);
}

static void emit_process(struct wire *wire, const char *profile)
{
	struct cpu_list cpus = {.count = os_cpu_count()};
	char text[VALUE_BYTES];

	for (unsigned cpu = 0; cpu < cpus.count; cpu++)
		cpus.cpu[cpu] = port_cpu_real(cpu);
	cpu_list_text(&cpus, text, sizeof(text));
	wire_pair(wire, "profile", profile);
	wire_pair(wire, "tuned_missing", profile_missing());
	wire_pair(wire, "cpu_list", text);
	wire_pair_number(wire, "stack_kib", PORT_STACK_BYTES / 1024);
	wire_pair(wire, "spin", port_relax_pauses ? "pause" : "none");
	pair_policy(wire);
}

static void emit_clock(struct wire *wire)
{
	const struct port_clock *clock = port_clock();

	wire_pair(wire, "clock", "rdtsc");
	wire_pair(wire, "clock_reference", "CLOCK_MONOTONIC_RAW");
	wire_pair_number(wire, "clock_window_us", (int64_t)clock->window_ns / 1000);
	wire_pair_number(wire, "clock_spread_ppm", clock->spread_ppm);
	wire_pair(wire, "clock_agreed", clock->agreed ? "yes" : "no");
	if (boot_ns != 0)
		wire_pair_number(wire, "boot_ticks", (int64_t)((unsigned __int128)boot_ns * clock->hz / NS_PER_S));
}

void environment_emit(struct wire *wire, const char *profile)
{
	wire_pair(wire, "os", "linux");
	emit_build(wire);
	record_next(wire);
	emit_processor(wire);
	record_next(wire);
	emit_kernel(wire);
	record_next(wire);
	topology_emit(wire);
	record_next(wire);
	emit_process(wire, profile);
	emit_clock(wire);
}
