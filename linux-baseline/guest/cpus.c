/* SPDX-License-Identifier: MIT */
/*
 * One child pauses while the CPUs are started one after another through sysfs; it is gone before this returns.
 */
#include "guest/cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpu_list.h"
#include "facts.h"

/*
 * One PAUSE gives the other virtual CPUs the rest of the slice, and QEMU's way out of and back into the guest costs as
 * much host time as many hundred instructions: so most of the time this just spins.
 */
enum { SPINS_PER_PAUSE = 20000 };

static _Noreturn void pause_for_ever(void)
{
	for (;;) {
		asm volatile("pause" : : : "memory");
		for (unsigned i = 0; i < SPINS_PER_PAUSE; i++)
			asm volatile("" : : : "memory");
	}
}

static int cpu_start(unsigned cpu)
{
	char path[64];
	int file, error;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	error = write(file, "1", 1) == 1 ? 0 : -errno;
	close(file);
	return error;
}

static int cpus_start(const struct cpu_list *cpus)
{
	for (unsigned i = 0; i < cpus->count; i++) {
		/* CPU 0 is the one that boots: always up, and without such a file */
		int error = cpus->cpu[i] != 0 ? cpu_start(cpus->cpu[i]) : 0;

		if (error != 0)
			return error;
	}
	return 0;
}

int cpus_bring_up(void)
{
	struct cpu_list present;
	char text[256];
	pid_t child;
	int error;

	if (!facts_line("/sys/devices/system/cpu/present", text, sizeof(text)) || !cpu_list_parse(&present, text))
		return -EIO;
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0)
		pause_for_ever();
	error = cpus_start(&present);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return error;
}
