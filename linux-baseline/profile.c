/* SPDX-License-Identifier: MIT */
/*
 * The steps of profile tuned, each on its own: one that fails does not stop the next.
 */
#include "profile.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cpu_list.h"
#include "facts.h"
#include "os_linux.h"
#include "os.h"

enum { TIMER_SLACK_NS = 1, PAGE_BYTES = 4096, MAIN_STACK_BYTES = 256 * 1024 };

static char missing[160];

static void step_note(const char *name, bool done)
{
	size_t at = strlen(missing);

	if (!done)
		snprintf(missing + at, sizeof(missing) - at, "%s%s", at > 0 ? "," : "", name);
}

const char *profile_missing(void)
{
	return missing;
}

/* Every page of the main thread's stack that a benchmark may reach is there before it does. */
static __attribute__((noinline)) void stack_touch(void)
{
	volatile char stack[MAIN_STACK_BYTES];

	for (size_t i = 0; i < sizeof(stack); i += PAGE_BYTES)
		stack[i] = 0;
}

static bool memory_lock(void)
{
	bool locked = mlockall(MCL_CURRENT | MCL_FUTURE) == 0;

	stack_touch();
	return locked;
}

/* The kernel honours the bound as long as the file is open: until the process ends. */
static bool idle_shallow(void)
{
	int32_t latency_us = 0;
	int file = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);

	return file >= 0 && write(file, &latency_us, sizeof(latency_us)) == sizeof(latency_us);
}

static bool policy_set(void)
{
	const struct sched_param param = {.sched_priority = PROFILE_PRIORITY};

	return sched_setscheduler(0, SCHED_FIFO, &param) == 0;
}

/* Whether all CPUs of the benchmarks are in the list that the file holds. */
static bool cpus_offered(const char *path)
{
	struct cpu_list offered;
	char text[256];

	if (!facts_line(path, text, sizeof(text)) || !cpu_list_parse(&offered, text))
		return false;
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		if (!cpu_list_has(&offered, port_cpu_real(cpu)))
			return false;
	}
	return true;
}

void profile_tune(void)
{
	missing[0] = '\0';
	step_note("pin", os_thread_move(0) == 0);
	step_note("mlockall", memory_lock());
	step_note("cpu_dma_latency", idle_shallow());
	step_note("timer_slack", prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS) == 0);
	step_note("sched_fifo", policy_set());
	step_note("isolation", cpus_offered("/sys/devices/system/cpu/isolated"));
	step_note("nohz_full", cpus_offered("/sys/devices/system/cpu/nohz_full"));
}
