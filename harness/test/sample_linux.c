/* SPDX-License-Identifier: MIT */
/* A made-up Linux for tests: see sample_linux.h. */
#include "sample_linux.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "scratch.h"

#define CPU_FILES "/sys/devices/system/cpu"

void sample_linux_set(const char *root, const char *path, const char *line)
{
	char *name = memory_format("%s%s", root, path);
	FILE *file;

	for (char *slash = strchr(name + strlen(root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(name, 0777);
		*slash = '/';
	}
	if (line == NULL) {
		unlink(name);
	} else {
		file = fopen(name, "we");
		assert_non_null(file);
		fprintf(file, "%s\n", line);
		assert_int_equal(fclose(file), 0);
	}
	free(name);
}

void sample_linux_boot(const char *root, const char *command_line, const char *isolated)
{
	static unsigned boots;
	char *id = memory_format("boot-%u", ++boots);

	sample_linux_set(root, "/proc/sys/kernel/random/boot_id", id);
	sample_linux_set(root, "/proc/cmdline", command_line);
	sample_linux_set(root, CPU_FILES "/isolated", isolated);
	sample_linux_set(root, CPU_FILES "/nohz_full", isolated[0] != '\0' ? isolated : "(null)");
	free(id);
}

char *sample_linux_make(void)
{
	static const char *const files[][2] = {
	    {"/proc/sys/kernel/osrelease", "6.1.0-56-amd64"},
	    {"/proc/meminfo", "MemTotal:       16303604 kB\nMemFree:        1 kB"},
	    {"/proc/cpuinfo",
	     "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 79\nmodel name\t: Intel(R) Xeon(R) CPU "
	     "E5-2680 v4 @ 2.40GHz\nmicrocode\t: 0xb00001e"},
	    {CPU_FILES "/online", "0-3"},
	    {CPU_FILES "/present", "0-3"},
	    {CPU_FILES "/smt/control", "on"},
	    {CPU_FILES "/cpu0/topology/thread_siblings_list", "0,2"},
	    {CPU_FILES "/cpu0/cpufreq/scaling_governor", "performance"},
	    {CPU_FILES "/cpu1/cpufreq/scaling_governor", "performance"},
	    {CPU_FILES "/cpuidle/current_driver", "intel_idle"},
	    {CPU_FILES "/vulnerabilities/meltdown", "Mitigation: PTI"},
	    {CPU_FILES "/vulnerabilities/gather_data_sampling", "Mitigation: Microcode (locked)"},
	    {CPU_FILES "/vulnerabilities/itlb_multihit", "KVM: Mitigation: VMX disabled"},
	    {CPU_FILES "/vulnerabilities/srbds", "Not affected"},
	    {"/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never"},
	    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc"},
	};
	char *root = scratch_make_quick();

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		sample_linux_set(root, files[i][0], files[i][1]);
	sample_linux_boot(root, "BOOT_IMAGE=/vmlinuz root=UUID=1234 ro quiet", "");
	return root;
}

void sample_linux_remove(const char *root)
{
	scratch_remove(root);
}
