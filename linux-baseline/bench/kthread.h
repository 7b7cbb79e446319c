/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks kthread_* have in common: a whole point is measured inside the kernel, by the module aerobench
 * (module/), with kernel threads, the suite's clock and the suite's delays between samples. What comes back are the two
 * stamps of each sample. Without the module the point is skipped with the reason.
 *
 * With profile=tuned the threads that measure are SCHED_FIFO too, at priority 1: below the caller, who has to be able to
 * end the run.
 */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kthread_device.h"
#include "os_linux.h"
#include "suite/place.h"

/* The other threads' CPUs: that of the parameter "place", or all others in turn. */
static inline void kthread_cpus(struct bench_run *run, struct aerobench_request *request, bool by_place)
{
	unsigned others = os_cpu_count() - 1;

	request->cpu_main = port_cpu_real(PLACE_MAIN);
	request->cpus = by_place || others == 0 ? 1 : others < AEROBENCH_THREADS_MAX ? others : AEROBENCH_THREADS_MAX;
	for (unsigned i = 0; i < request->cpus; i++)
		request->cpu[i] = port_cpu_real(by_place ? place_cpu(run) : place_other(i));
}

/* What the failure means: the module's own claim, or that of its caller. */
static inline const char *kthread_claim(const struct aerobench_request *request, int error)
{
	static char claim[AEROBENCH_CLAIM_BYTES]; /* of the last failure: the runner writes it before it goes on */

	memcpy(claim, request->failed, sizeof(claim) - 1);
	if (claim[0] != '\0')
		return claim;
	return error == -EINTR ? "the measurement is not interrupted" : "the module does what it is asked for";
}

static inline void kthread_record(struct bench_run *run, const struct aerobench_sample *samples)
{
	uint64_t last = 0;

	for (unsigned i = 0; bench_next(run); i++) {
		bench_check(run, samples[i].start > last, "the samples were taken one after the other");
		last = samples[i].start;
		bench_record(run, samples[i].start, samples[i].stop);
	}
}

/* Fills in the delays, runs the request, takes the samples. low_ns, high_ns: the random delay before each sample. */
static inline void kthread_request(struct bench_run *run, struct aerobench_request *request, uint64_t low_ns,
				   uint64_t high_ns)
{
	struct aerobench_sample *samples = calloc(run->total, sizeof(*samples));
	const char *reason;
	int error;

	bench_check(run, samples != NULL, "there is memory for the stamps");
	if (samples == NULL)
		return;
	for (unsigned i = 0; i < run->total && high_ns > 0; i++)
		samples[i].start =
		    (uint64_t)((unsigned __int128)bench_random(run, low_ns, high_ns) * os_clock_hz() / 1000000000);
	request->iterations = run->total;
	request->samples = (uintptr_t)samples;
	error = kthread_device_run(request, &reason);
	if (reason != NULL)
		bench_skip(run, reason);
	else if (error != 0)
		bench_check(run, false, kthread_claim(request, error));
	else
		kthread_record(run, samples);
	free(samples);
}

/* A benchmark with the parameter "place" and the delays of place_settle(). */
static inline void kthread_measure(struct bench_run *run, enum aerobench_kind kind)
{
	struct aerobench_request request = {.kind = kind, .threads = 1};

	if (!place_possible(run))
		return;
	place_main(run);
	kthread_cpus(run, &request, true);
	if (place_same(run))
		kthread_request(run, &request, 2000, 20000);
	else
		kthread_request(run, &request, 20000, 200000);
}
