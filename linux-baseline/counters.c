/* SPDX-License-Identifier: MIT */
/*
 * One pinned group of events for each turn and CPU: pinned events are never taken off for others, so the times that the
 * kernel keeps tell of every moment that was not counted. A count is the difference of two readings. The caller's own
 * CPU is read last at the start and first at the end, by RDPMC where the kernel allows it, which costs the benchmark's
 * window tens of instructions; else, and on the other CPUs, by read(2).
 */
#include "counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os_linux.h"
#include "os.h"
#include "topology.h"

enum { PAGE_BYTES = 4096 };

struct reading {
	uint64_t count, enabled_ns, running_ns;
};

/* One event on one CPU. */
struct counter {
	int fd;                                     /* -1: not open */
	volatile struct perf_event_mmap_page *page; /* NULL: no reading without a system call */
	struct reading before;
};

static struct counter counters[COUNTING_EVENTS_MAX][CPU_SETSIZE];

/* --- Opening ---------------------------------------------------------------------------------------------------------- */

/* perf's selectors have no enable, interrupt or privilege bits: it sets those itself. */
static uint64_t perf_config(const struct counting_event *event)
{
	const uint64_t not_of_the_event = 1u << 16 | 1u << 17 | 1u << 20 | 1u << 22; /* SDM vol. 3 figure 20-6 */

	return event->kind == 'r' ? event->code & ~not_of_the_event : event->code;
}

static int event_open(const struct counting_event *event, unsigned cpu, int leader)
{
	struct perf_event_attr attr = {.type = event->kind == 'r' ? PERF_TYPE_RAW : PERF_TYPE_SOFTWARE,
				       .size = sizeof(attr),
				       .config = perf_config(event),
				       .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
				       .disabled = leader < 0,
				       .pinned = leader < 0,
				       .exclude_hv = 1};

	return (int)syscall(SYS_perf_event_open, &attr, -1, (int)port_cpu_real(cpu), leader, PERF_FLAG_FD_CLOEXEC);
}

static void event_close(unsigned event)
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		struct counter *counter = &counters[event][cpu];

		if (counter->page != NULL)
			munmap((void *)(uintptr_t)counter->page, PAGE_BYTES);
		if (counter->fd >= 0)
			close(counter->fd);
		*counter = (struct counter){.fd = -1};
	}
}

/* Opens the event on all CPUs, as a member of the groups that leader leads, or leading its own if leader is itself. */
static int event_add(const struct counting *counting, unsigned event, unsigned leader)
{
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		counters[event][cpu] = (struct counter){.fd = -1};
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		struct counter *counter = &counters[event][cpu];
		void *page;

		counter->fd =
		    event_open(&counting->events[event], cpu, leader == event ? -1 : counters[leader][cpu].fd);
		if (counter->fd < 0) {
			int error = errno;

			event_close(event);
			return -error;
		}
		page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, counter->fd, 0);
		counter->page = page != MAP_FAILED ? page : NULL;
	}
	return 0;
}

static const char *why_not(const struct counting_event *event, int error)
{
	switch (error) {
	case -EACCES:
	case -EPERM:
		return "not allowed: it needs 'sysctl kernel.perf_event_paranoid=0', or root";
	case -ENOENT:
	case -ENODEV:
	case -EOPNOTSUPP:
		return event->kind == 'r' ? "no PMU: a hypervisor hides it, or this Linux has no driver for it"
					  : "this Linux has no such software event";
	case -ENOSYS:
		return "this Linux was built without performance events";
	case -EINVAL:
		return "the processor's counters cannot count it";
	default:
		return strerror(-error);
	}
}

/* --- Reading ---------------------------------------------------------------------------------------------------------- */

static inline uint64_t rdpmc(uint32_t counter)
{
	uint32_t low, high;

	/* lfence: older work has been counted before, later work comes after */
	asm volatile("lfence\n\trdpmc\n\tlfence" : "=a"(low), "=d"(high) : "c"(counter) : "memory");
	return (uint64_t)high << 32 | low;
}

/*
 * Reads a counter of the CPU that the caller runs on, after the protocol of linux/perf_event.h beside cap_user_rdpmc.
 * The page's times are those of the last time that the kernel looked: enough to see whether it was ever taken off.
 * False: not possible now.
 */
static bool read_here(const struct counter *counter, struct reading *reading)
{
	volatile struct perf_event_mmap_page *page = counter->page;
	uint32_t lock;

	if (page == NULL)
		return false;
	do {
		uint32_t index;
		unsigned unused_bits;

		lock = page->lock;
		/* the kernel makes lock odd while it writes, and counts it up: what follows is read after it */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		index = page->index;
		if (!page->cap_user_rdpmc || index == 0)
			return false;
		unused_bits = 64 - page->pmc_width;
		reading->enabled_ns = page->time_enabled;
		reading->running_ns = page->time_running;
		reading->count =
		    (uint64_t)page->offset + (uint64_t)((int64_t)(rdpmc(index - 1) << unused_bits) >> unused_bits);
		/* and before it is looked at again */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while ((lock & 1) != 0 || page->lock != lock);
	return true;
}

/* False: the group is in error, because its counters belong to somebody else. */
static bool counter_read(const struct counter *counter, bool here, struct reading *reading)
{
	return (here && read_here(counter, reading)) ||
	       read(counter->fd, reading, sizeof(*reading)) == (ssize_t)sizeof(*reading);
}

/* --- The port ----------------------------------------------------------------------------------------------------------- */

static bool in_turn(const struct counting *counting, unsigned event, unsigned turn)
{
	return counting->events[event].absent[0] == '\0' && counting->events[event].turn == turn;
}

/* A reading that failed has been running less than enabled. */
static void begin_cpu(const struct counting *counting, unsigned turn, unsigned cpu, bool here)
{
	for (unsigned i = 0; i < counting->count; i++) {
		if (in_turn(counting, i, turn) && !counter_read(&counters[i][cpu], here, &counters[i][cpu].before))
			counters[i][cpu].before = (struct reading){.enabled_ns = 1};
	}
}

static void end_cpu(struct counting *counting, unsigned turn, unsigned cpu, bool here)
{
	for (unsigned i = 0; i < counting->count; i++) {
		const struct reading *before = &counters[i][cpu].before;
		struct reading after;

		if (!in_turn(counting, i, turn) || counting->events[i].count < 0)
			continue;
		if (counter_read(&counters[i][cpu], here, &after) && after.running_ns == after.enabled_ns &&
		    before->running_ns == before->enabled_ns)
			counting->events[i].count += (int64_t)(after.count - before->count);
		else
			counting->events[i].count = -1;
	}
}

static void group_control(const struct counting *counting, unsigned turn, unsigned long request)
{
	unsigned leader = 0;

	while (!in_turn(counting, leader, turn))
		leader++;
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++)
		ioctl(counters[leader][cpu].fd, request, PERF_IOC_FLAG_GROUP);
}

static void counters_start(struct counting *counting, unsigned turn)
{
	unsigned self = os_cpu_self();

	group_control(counting, turn, PERF_EVENT_IOC_ENABLE);
	for (unsigned i = 0; i < counting->count; i++) {
		if (in_turn(counting, i, turn))
			counting->events[i].count = 0;
	}
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		if (cpu != self)
			begin_cpu(counting, turn, cpu, false);
	}
	begin_cpu(counting, turn, self, true);
}

static void counters_stop(struct counting *counting, unsigned turn)
{
	unsigned self = os_cpu_self();

	end_cpu(counting, turn, self, true);
	for (unsigned cpu = 0; cpu < os_cpu_count(); cpu++) {
		if (cpu != self)
			end_cpu(counting, turn, cpu, false);
	}
	group_control(counting, turn, PERF_EVENT_IOC_DISABLE);
}

/* Events join the last turn's group as long as the kernel says that the counters suffice for it; then a turn begins. */
static void counters_prepare(struct counting *counting)
{
	bool kinds_differ = topology_kinds_differ();
	unsigned leader = 0;

	counting->turns = 0;
	for (unsigned i = 0; i < counting->count; i++) {
		int error;

		if (kinds_differ && counting->events[i].kind == 'r') {
			counting_refuse(&counting->events[i], "these CPUs are of several kinds, on which a code is not "
							      "the same event: switch efficient cores off");
			continue;
		}
		error = counting->turns > 0 ? event_add(counting, i, leader) : -EINVAL;

		if (error == -EINVAL) {
			error = event_add(counting, i, i);
			counting->turns += error == 0;
			leader = error == 0 ? i : leader;
		}
		if (error != 0)
			counting_refuse(&counting->events[i], why_not(&counting->events[i], error));
		else
			counting->events[i].turn = counting->turns - 1;
	}
}

const struct counting_port counters_port = {counters_prepare, counters_start, counters_stop};
