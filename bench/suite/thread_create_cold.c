/* SPDX-License-Identifier: MIT */
/*
 * Creating a thread when there is no ended one whose memory could be used again.
 *
 * One sample: as in thread_create with place=same, but the children stay: each runs until it sleeps, and is let go
 * and joined after the last sample. READY threads made before the first sample use up what earlier benchmarks have
 * left. The row is bimodal where a system gets memory for several threads at once. Few samples, because all stay
 * alive.
 */
#include "place.h"

enum { SAMPLES = 300, WARMUP = 20, READY = 100, THREADS = READY + WARMUP + SAMPLES };

static struct {
	struct os_event release;
	uint32_t ticket; /* covers the one wake there is */
	uint32_t begun;  /* children that ran; by the children, all on CPU 0 */
	uint32_t strays; /* children on another CPU */
	unsigned count;
	struct os_thread thread[THREADS];
} cold;

static void *child(void *arg)
{
	cold.strays += os_cpu_self() != PLACE_MAIN;
	share_set(&cold.begun, cold.begun + 1);
	os_event_wait(&cold.release, cold.ticket);
	return arg;
}

/* Creates the next child and lets it run until it sleeps. */
static void create_next(struct bench_run *run, const struct os_thread_attr *attr, uint64_t *start, uint64_t *stop)
{
	struct os_thread *thread;
	int error;

	bench_check(run, cold.count < THREADS, "no more threads than planned");
	if (run->failed != NULL)
		return;
	thread = &cold.thread[cold.count];
	*start = os_clock_start();
	error = os_thread_create(thread, attr, child, thread);
	*stop = os_clock_stop();
	bench_check(run, error == 0, "the thread can be created");
	if (error != 0)
		return;
	cold.count++;
	place_await(&cold.begun, cold.count, PLACE_MAIN);
}

static void measure(struct bench_run *run)
{
	struct os_thread_attr attr;
	uint64_t start = 0, stop = 0;

	place_main(run);
	cold.begun = 0;
	cold.strays = 0;
	cold.count = 0;
	os_event_init(&cold.release);
	cold.ticket = os_event_ticket(&cold.release);
	bench_check(run, os_thread_attr_init(&attr, PLACE_MAIN) == 0, "CPU 0 exists");
	while (run->failed == NULL && cold.count < READY)
		create_next(run, &attr, &start, &stop);
	while (bench_next(run)) {
		create_next(run, &attr, &start, &stop);
		bench_record(run, start, stop);
	}
	os_event_wake_all(&cold.release);
	for (unsigned i = 0; i < cold.count; i++) {
		void *result = NULL;

		bench_check(run, os_thread_join(&cold.thread[i], &result) == 0 && result == &cold.thread[i],
			    "every child is joined with its own result");
	}
	bench_check(run, cold.strays == 0 && os_cpu_self() == PLACE_MAIN, "all threads ran on CPU 0");
	os_thread_attr_destroy(&attr);
}

BENCH(thread_create_cold, .run = measure, .unit = "ticks",
      .about = "os_thread_create(): call to return, nothing to use again", .max_samples = SAMPLES, .max_warmup = WARMUP,
      .spread = "memory comes in batches: every 16th create fetches one");
