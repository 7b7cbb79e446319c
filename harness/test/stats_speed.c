/* SPDX-License-Identifier: MIT */
/*
 * How long ten million samples take: as one run by stats_run_make(), and as ten stored runs of a million from the
 * archived logs to rows by summary_load(). Prints CPU seconds and bytes of memory a sample; the checks are loose ratios,
 * because a shared computer has no absolute times: four times the samples take less than ten times as long, and memory
 * grows by less than 40 bytes a sample.
 *
 * Usage: harness_stats_speed [SECONDS [SAMPLES]]   Each of the two has to be done within SECONDS of CPU time; 0: no limit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_noise.h"
#include "sample_run.h"
#include "scratch.h"
#include "stats_run.h"
#include "summary.h"

enum { SAMPLES = 10000000, RUNS = 10, TRIALS = 3 };
static const double bytes_max = 40, ratio_max = 10;

struct cost {
	double seconds; /* CPU */
	double bytes;   /* of peak memory above what was there */
};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double peak_bytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss * 1024;
}

/* Work in a process of its own: a peak is never taken back. */
static struct cost cost_once(void (*work)(size_t n, struct cost *cost), size_t n)
{
	struct cost cost = {0, 0};
	int ends[2], status;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		exit(1);
	if (child == 0) {
		work(n, &cost);
		_exit(write(ends[1], &cost, sizeof(cost)) == (ssize_t)sizeof(cost) ? 0 : 1);
	}
	close(ends[1]);
	if (read(ends[0], &cost, sizeof(cost)) != (ssize_t)sizeof(cost) || waitpid(child, &status, 0) != child ||
	    status != 0) {
		fprintf(stderr, "the work ended without its numbers\n");
		exit(1);
	}
	close(ends[0]);
	return cost;
}

/* The least of several: other work on the computer only ever adds, by its use of caches and of a core's other thread. */
static struct cost cost_of(void (*work)(size_t n, struct cost *cost), size_t n)
{
	struct cost least = cost_once(work, n);

	for (int i = 1; i < TRIALS; i++) {
		struct cost cost = cost_once(work, n);

		least.seconds = cost.seconds < least.seconds ? cost.seconds : least.seconds;
	}
	return least;
}

/* Dependent samples with a drift: no rho is negative early, so that the autocorrelation costs what it may. */
static void one_run(size_t n, struct cost *cost)
{
	uint32_t *samples = memory_new(n, sizeof(*samples));
	struct noise noise = noise_plain(1);
	struct stats_run run;
	double seconds, bytes;

	noise.ar = 0.5;
	noise.outliers = 0.01;
	noise_fill(&noise, 0, samples, n);
	for (size_t i = 0; i < n; i++)
		samples[i] += (uint32_t)(400 * i / n);
	bytes = peak_bytes();
	seconds = cpu_seconds();
	stats_run_make(&run, samples, n);
	cost->seconds = cpu_seconds() - seconds;
	cost->bytes = peak_bytes() - bytes;
	if (run.n != n || !(run.effective_n < (double)n / 2))
		_exit(1);
	free(samples);
}

static void store_runs(struct sample_run *run, size_t n)
{
	uint32_t *samples = memory_new(n / RUNS, sizeof(*samples));

	sample_run_open(run, "linux@qemu", RUNS);
	for (unsigned round = 0; round < RUNS; round++) {
		struct noise noise = noise_plain(round);
		struct sample_stream stream;

		noise_fill(&noise, 0, samples, n / RUNS);
		sample_open(&stream, "test");
		sample_run(&stream, "wake", "", samples, n / RUNS, n / RUNS);
		sample_run_boot(run, "linux@qemu", round, &stream);
	}
	free(samples);
}

static const struct sample_run *stored;

static void load(size_t n, struct cost *cost)
{
	struct store store;
	struct summary summary;
	struct error error = {0};
	double bytes, seconds;
	int status = store_open(&store, stored->results, stored->store.id, &error);

	bytes = peak_bytes();
	seconds = cpu_seconds();
	if (status == 0)
		status = summary_load(&summary, &store, NULL, &error);
	cost->seconds = cpu_seconds() - seconds;
	cost->bytes = peak_bytes() - bytes;
	if (status != 0 || summary.row_count != 1 || summary.rows[0].n != n)
		_exit(1);
}

static struct cost stored_runs(size_t n)
{
	struct sample_run run;
	struct cost cost;

	store_runs(&run, n);
	stored = &run;
	cost = cost_of(load, n);
	sample_run_close(&run);
	scratch_remove(run.results);
	return cost;
}

/* Whether the cost of all samples is in proportion to that of a quarter of them, and within the limit. */
static bool judge(const char *name, size_t n, struct cost quarter, struct cost all, double limit)
{
	double bytes = all.bytes / (double)n, ratio = all.seconds / quarter.seconds;
	bool good = ratio < ratio_max && bytes < bytes_max && (limit <= 0 || all.seconds <= limit);

	printf("%-12s %zu samples: %.2f s, %.1f bytes a sample; %.1f times as long as a quarter of them%s\n", name, n,
	       all.seconds, bytes, ratio, good ? "" : ": TOO MUCH");
	return good;
}

int main(int argc, char **argv)
{
	double limit = argc > 1 ? strtod(argv[1], NULL) : 0;
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) / (4 * RUNS) * (4 * RUNS) : SAMPLES;
	bool run, summary;

	if (n == 0) {
		fprintf(stderr, "harness_stats_speed: SAMPLES is a number from %d\n", 4 * RUNS);
		return 2;
	}
	run = judge("stats_run", n, cost_of(one_run, n / 4), cost_of(one_run, n), limit);
	summary = judge("summary_load", n, stored_runs(n / 4), stored_runs(n), limit);
	return run && summary ? 0 : 1;
}
