/* SPDX-License-Identifier: MIT */
/*
 * Selfish detour: read the clock as fast as possible and look for gaps. First the smallest gap is found, shrunk until a
 * hundred passes find no smaller one; then every gap above a multiple of it is time that something else took.
 */
#include "probe.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <x86intrin.h>

enum { PASSES = 100, READS = 1000, THRESHOLD = 9 };
static const double WATCH_S = 0.22;

struct watch {
	struct probe_noise_cpu *result;
	double hz;
	double seconds;
};

static uint64_t smallest_gap(void)
{
	uint64_t smallest = UINT64_MAX;

	for (int pass = 0; pass < PASSES; pass++) {
		uint64_t last = __rdtsc();

		for (int i = 0; i < READS; i++) {
			uint64_t now = __rdtsc();

			if (now > last && now - last < smallest) {
				smallest = now - last;
				pass = 0;
			}
			last = now;
		}
	}
	return smallest;
}

static void *watch_run(void *arg)
{
	struct watch *watch = arg;
	struct probe_noise_cpu *result = watch->result;
	uint64_t threshold, begin, last, now, lost = 0, longest = 0, gaps = 0, length;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(result->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	threshold = smallest_gap() * THRESHOLD;
	length = (uint64_t)(WATCH_S * watch->hz);
	begin = last = __rdtsc();
	do {
		now = __rdtsc();
		if (now - last > threshold) {
			lost += now - last;
			longest = now - last > longest ? now - last : longest;
			gaps++;
		}
		last = now;
	} while (now - begin < length);
	watch->seconds = (double)(now - begin) / watch->hz;
	result->lost_fraction = (double)lost / (double)(now - begin);
	result->max_ticks = (double)longest;
	result->per_second = (double)gaps / watch->seconds;
	return NULL;
}

void probe_noise(struct probe_noise *noise, const unsigned *cpus, unsigned count, double hz)
{
	static struct watch watches[PROBE_CPUS_MAX];
	static pthread_t threads[PROBE_CPUS_MAX];
	unsigned started = 0;

	memset(noise, 0, sizeof(*noise));
	for (unsigned i = 0; i < count && i < PROBE_CPUS_MAX; i++) {
		noise->cpu[started].cpu = cpus[i];
		watches[started] = (struct watch){&noise->cpu[started], hz, 0};
		if (pthread_create(&threads[started], NULL, watch_run, &watches[started]) == 0)
			started++;
	}
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	noise->cpus = started;
	noise->seconds = started > 0 ? watches[0].seconds : 0;
}
