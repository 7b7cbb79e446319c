/* SPDX-License-Identifier: MIT */
/*
 * Each event has the counter of the same number on every CPU; its count is the sum over the CPUs. The caller's CPU is
 * started last and stopped first, so that what it counts is the benchmark.
 */
#include "counting_port.h"

#include "core/format.h"
#include "core/percpu.h"
#include "core/remote_call.h"
#include "core/string.h"
#include "x86/cpu.h"
#include "x86/facts.h"
#include "x86/pmu.h"

/* Of the turn that runs: written by the runner's thread while no CPU counts. */
static struct {
	struct pmu pmu;
	uint64_t codes[PMU_COUNTERS_MAX];
	unsigned events;
	uint64_t sums[PMU_COUNTERS_MAX]; /* atomic */
	bool broken[CPU_MAX];            /* its counters did not obey; each CPU writes its own */
} turn_state;

static void start_here(void *arg)
{
	(void)arg;
	if (!pmu_start(&turn_state.pmu, turn_state.codes, turn_state.events))
		turn_state.broken[this_cpu->cpu] = true;
}

static void stop_here(void *arg)
{
	uint64_t counts[PMU_COUNTERS_MAX];

	(void)arg;
	if (!pmu_stop(&turn_state.pmu, turn_state.events, counts))
		turn_state.broken[this_cpu->cpu] = true;
	for (unsigned i = 0; i < turn_state.events; i++)
		__atomic_fetch_add(&turn_state.sums[i], counts[i], __ATOMIC_RELAXED);
}

static void here(void (*fn)(void *arg))
{
	bool enabled = irq_save();

	fn(NULL);
	irq_restore(enabled);
}

/* The calls order what they write: remote_call_wait() returns with it visible. */
static void elsewhere(void (*fn)(void *arg))
{
	unsigned self = this_cpu->cpu;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		if (cpu != self)
			remote_call_wait(cpu, fn, NULL);
	}
}

/* How many CPUs' counters did not obey in this turn. */
static unsigned broken_count(void)
{
	unsigned count = 0;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		count += turn_state.broken[cpu];
	return count;
}

static void counting_start(struct counting *counting, unsigned turn)
{
	turn_state.events = 0;
	memset(turn_state.broken, 0, sizeof(turn_state.broken));
	for (unsigned i = 0; i < counting->count; i++) {
		const struct counting_event *event = &counting->events[i];

		if (event->absent[0] != '\0' || event->turn != turn)
			continue;
		turn_state.sums[turn_state.events] = 0;
		turn_state.codes[turn_state.events++] = event->code;
	}
	elsewhere(start_here);
	here(start_here);
}

static void counting_stop(struct counting *counting, unsigned turn)
{
	unsigned next = 0;
	bool broken;

	here(stop_here);
	elsewhere(stop_here);
	broken = broken_count() > 0;
	for (unsigned i = 0; i < counting->count; i++) {
		struct counting_event *event = &counting->events[i];

		if (event->absent[0] == '\0' && event->turn == turn)
			event->count = broken ? -1 : (int64_t)turn_state.sums[next++];
	}
}

const char *counting_kinds_defect(const uint16_t *kinds, unsigned count, const char *cpu_vendor)
{
	bool differ = false;

	for (unsigned cpu = 1; cpu < count; cpu++)
		differ |= kinds[cpu] != kinds[0];
	return differ && strcmp(cpu_vendor, "GenuineIntel") == 0 ? "these CPUs are of several kinds, on which a code "
								   "is not the same event: switch efficient cores off"
								 : NULL;
}

static const char *kinds_defect(void)
{
	static uint16_t kinds[CPU_MAX]; /* the runner's thread only */

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		kinds[cpu] = cpu_topology(cpu)->kind;
	return counting_kinds_defect(kinds, cpu_count, machine_facts.cpu_vendor);
}

/* Why this event cannot be counted here, or NULL. */
static const char *defect_of(const struct counting_event *event)
{
	const char *defect = kinds_defect();

	if (event->kind == 's')
		return "an event of Linux's software: the Aerokernel has none such";
	if (turn_state.pmu.absent != NULL)
		return turn_state.pmu.absent;
	if (defect != NULL)
		return defect;
	if (!pmu_knows(&turn_state.pmu, event->code))
		return "the event select register of this processor has no such bits";
	return NULL;
}

static void counting_prepare(struct counting *counting)
{
	char reason[COUNTING_REASON_MAX];
	unsigned placed = 0, broken;

	counting->turns = 0;
	pmu_decode(&turn_state.pmu, cpuid_leaf);
	for (unsigned i = 0; i < counting->count; i++) {
		const char *defect = defect_of(&counting->events[i]);

		if (defect != NULL)
			counting_refuse(&counting->events[i], defect);
		else
			counting->events[i].turn = placed++ / turn_state.pmu.counters;
	}
	if (placed == 0)
		return;
	/* does it work, on every CPU? */
	counting_start(counting, 0);
	counting_stop(counting, 0);
	broken = broken_count();
	if (broken > 0 && broken < cpu_count)
		format_text(reason, sizeof(reason), "the counters of %u of %u CPUs do not keep what is written to them",
			    broken, cpu_count);
	if (broken > 0)
		counting_refuse_all(counting, broken < cpu_count
						  ? reason
						  : "no PMU: its registers do not keep what is written to them (an "
						    "emulator's, or hidden)");
	else
		counting->turns = (placed + turn_state.pmu.counters - 1) / turn_state.pmu.counters;
}

const struct counting_port counting_port = {counting_prepare, counting_start, counting_stop};
