/* SPDX-License-Identifier: MIT */
/*
 * One read() of the file is one RDMSR on its CPU. Of one CPU, because an SMI goes to all (kernel/runner_port.c says why), and
 * of the runner's own, so that no other is interrupted for it.
 */
#include "smis.h"

#include <cpuid.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "os_linux.h"

enum { MSR_SMI_COUNT = 0x34 }; /* Nehalem and later: SDM vol. 4 */

/* A hypervisor's counter is not the machine's, and other vendors have none. */
static bool counter_is_real(void)
{
	unsigned a, b = 0, c, d;
	char hypervisor[16];

	facts_hypervisor(hypervisor, sizeof(hypervisor));
	return strcmp(hypervisor, "none") == 0 && __get_cpuid(0, &a, &b, &c, &d) != 0 && b == signature_INTEL_ebx;
}

int64_t smis_total(void)
{
	static int file = -1; /* the main thread's only */
	static bool tried;
	char path[sizeof("/dev/cpu//msr") + 12];
	uint64_t value;

	if (!tried && counter_is_real()) {
		snprintf(path, sizeof(path), "/dev/cpu/%u/msr", port_cpu_real(0));
		file = open(path, O_RDONLY | O_CLOEXEC);
	}
	tried = true;
	if (file < 0 || pread(file, &value, sizeof(value), MSR_SMI_COUNT) != sizeof(value))
		return -1;
	return (int64_t)(value & UINT32_MAX);
}
