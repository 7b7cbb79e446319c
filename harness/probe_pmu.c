/* SPDX-License-Identifier: MIT */
/* Can the performance counters be used? Counts a loop whose length is known. */
#include "probe.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOP = 100 * 1000, PER_ITERATION = 2 };

static const char *why_not(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case EOPNOTSUPP:
		return "no PMU: the hypervisor hides it, or this CPU's driver is missing";
	case EACCES:
	case EPERM:
		return "not allowed: lower it by 'sysctl kernel.perf_event_paranoid=1', or run with CAP_PERFMON";
	case ENOSYS:
		return "this kernel was built without performance events";
	default:
		return strerror(error);
	}
}

void probe_pmu(struct probe_pmu *pmu)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_HW_INSTRUCTIONS,
				       .disabled = 1,
				       .exclude_kernel = 1,
				       .exclude_hv = 1};
	unsigned count = LOOP;
	uint64_t counted = 0;
	int fd;

	memset(pmu, 0, sizeof(*pmu));
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		snprintf(pmu->reason, sizeof(pmu->reason), "%s", why_not(errno));
		return;
	}
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	asm volatile("1: dec %0\n\tjnz 1b" : "+r"(count) : : "cc");
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (read(fd, &counted, sizeof(counted)) != (ssize_t)sizeof(counted))
		counted = 0;
	close(fd);
	pmu->instructions_per_iteration = (double)counted / LOOP;
	pmu->usable =
	    pmu->instructions_per_iteration >= PER_ITERATION && pmu->instructions_per_iteration < PER_ITERATION * 1.1;
	if (!pmu->usable)
		snprintf(pmu->reason, sizeof(pmu->reason), "opens, but counts %.2f instructions where there are %d",
			 pmu->instructions_per_iteration, PER_ITERATION);
}
