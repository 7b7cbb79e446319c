/* SPDX-License-Identifier: MIT */
/*
 * Selfish detour (measuring.md §7): read the clock as fast as possible and look for gaps. First the smallest gap is found,
 * shrunk until a hundred passes find no smaller one; then every gap above a multiple of it is time that something else
 * took: firmware, a hypervisor, a sibling's burst. No interrupt arrives here that nobody asked for.
 */
#include "doctor.h"

#include "core/thread.h"
#include "x86/power.h"

enum {
	PASSES = 100,
	READS = 1000,
	THRESHOLD = 9,
	WATCH_MS = 200,
	WATCH_EMULATED_MS = 10,
	READS_EMULATED_DIVISOR = 10, /* of passes */
};

struct watch {
	struct doctor_noise_cpu *result;
	bool smi_known;
};

static unsigned arrived, expected; /* atomic: CPUs that are about to watch */

static uint64_t smallest_gap(void)
{
	uint64_t smallest = UINT64_MAX;
	unsigned passes = doctor_emulated() ? PASSES / READS_EMULATED_DIVISOR : PASSES;

	for (unsigned pass = 0; pass < passes; pass++) {
		uint64_t last = clock_now();

		for (unsigned at = 0; at < READS; at++) {
			uint64_t now = clock_now();

			if (now > last && now - last < smallest) {
				smallest = now - last;
				pass = 0;
			}
			last = now;
		}
	}
	return smallest;
}

static void gaps_watch(struct doctor_noise_cpu *result, uint64_t length_ticks, uint64_t threshold_ticks)
{
	uint64_t begin = clock_now(), last = begin, now;

	do {
		now = clock_now();
		if (now - last > threshold_ticks) {
			result->lost_ticks += now - last;
			result->longest_ticks = now - last > result->longest_ticks ? now - last : result->longest_ticks;
			result->gaps++;
		}
		last = now;
	} while (now - begin < length_ticks);
	result->watched_ticks = now - begin;
}

static void counters_compare(struct watch *watch, const struct power_counters *before,
			     const struct power_counters *after)
{
	uint64_t aperf = after->aperf - before->aperf, mperf = after->mperf - before->mperf;

	watch->smi_known = before->smi_known && after->smi_known;
	watch->result->smi = watch->smi_known ? after->smi - before->smi : 0;
	/* megahertz, so that the product stays below 2^64 */
	if (before->clock_known && after->clock_known && mperf > 0)
		watch->result->effective_hz = clock_hz / 1000000 * aperf / mperf * 1000000;
}

static void *watch_run(void *arg)
{
	struct watch *watch = arg;
	uint64_t threshold = smallest_gap() * THRESHOLD;
	uint64_t length = clock_hz / 1000 * (doctor_emulated() ? WATCH_EMULATED_MS : WATCH_MS);
	struct power_counters before, after;

	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&arrived, __ATOMIC_RELAXED) < __atomic_load_n(&expected, __ATOMIC_RELAXED))
		cpu_relax();
	power_counters_read(&before);
	gaps_watch(watch->result, length, threshold);
	power_counters_read(&after);
	counters_compare(watch, &before, &after);
	return NULL;
}

void doctor_noise_probe(struct doctor_noise *noise)
{
	static struct watch watches[CPU_MAX];
	static struct thread *threads[CPU_MAX];

	*noise = (struct doctor_noise){.smi_known = true};
	__atomic_store_n(&arrived, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&expected, cpu_count, __ATOMIC_RELAXED);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		watches[cpu] = (struct watch){.result = &noise->cpu[cpu]};
		threads[cpu] = thread_create(cpu, watch_run, &watches[cpu]);
		if (threads[cpu] == NULL) /* the others do not wait for it */
			__atomic_fetch_add(&arrived, 1, __ATOMIC_RELAXED);
	}
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		if (threads[cpu] != NULL)
			thread_join(threads[cpu]);
		noise->smi_known &= watches[cpu].smi_known;
	}
}
