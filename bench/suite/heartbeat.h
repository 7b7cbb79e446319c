/* SPDX-License-Identifier: MIT */
/*
 * A heartbeat: every interval each worker is interrupted, and its handler notes the time; in between the workers work.
 * The parameter "source" says who beats: "alarm", each worker's own; "loop", one thread on CPU 0 that sleeps until each
 * tick, all of them fixed beforehand, and notifies the workers one after the other, as TPAL's did (SPAA 2021). There is
 * a worker on each other CPU, eight at most. No beat comes that was not due; a beat that does not come was merged into a later
 * one, which an alarm counts and a notification does not: the rate shows it.
 */
#pragma once

#include "partner.h"

enum { HEARTBEAT_WORKERS_MAX = 8 };

struct heartbeat;

struct heartbeat_worker {
	struct partner partner;
	struct heartbeat *heartbeat;
	struct os_async async;
	uint32_t ready;   /* by the worker: it can be notified */
	uint32_t beats;   /* delivered; by the handler */
	uint64_t *stamps; /* of the first stamps_max beats; NULL: of none */
	uint32_t stamps_max;
	uint64_t merged; /* by the worker, at its end; source=alarm */
	uint64_t work;   /* by the worker: what it has done meanwhile */
	bool stayed, interruptible;
} __attribute__((aligned(SHARE_ALIGN_BYTES)));

struct heartbeat {
	bool alarms;
	uint64_t interval_ns, first; /* ticks */
	unsigned count;
	uint32_t go __attribute__((aligned(SHARE_ALIGN_BYTES)));
	uint32_t stop __attribute__((aligned(SHARE_ALIGN_BYTES)));
	uint64_t sent; /* source=loop: to each worker */
	struct heartbeat_worker worker[HEARTBEAT_WORKERS_MAX];
};

/* --- A worker ------------------------------------------------------------------------------------------------------- */

static void heartbeat_beat(void *arg)
{
	struct heartbeat_worker *worker = arg;
	uint64_t now = os_clock_stop();
	uint32_t beats = worker->beats;

	if (beats < worker->stamps_max)
		worker->stamps[beats] = now;
	share_set(&worker->beats, beats + 1);
}

/* Work that keeps the CPU's units busy and cannot be left out by the compiler: steps of a xorshift generator. */
static inline void heartbeat_work(struct heartbeat_worker *worker)
{
	uint64_t state = worker->work | 1;

	for (unsigned i = 0; i < 64; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
	}
	worker->work = state;
}

static void *heartbeat_worker(void *arg)
{
	struct heartbeat_worker *worker = arg;
	struct heartbeat *heartbeat = worker->heartbeat;
	struct os_alarm alarm;
	int error = 0;

	if (!heartbeat->alarms)
		error = os_async_init(&worker->async, heartbeat_beat, worker);
	share_set(&worker->ready, error == 0 ? 1 : 2);
	while (share_get(&heartbeat->go) == 0)
		os_relax();
	if (heartbeat->alarms)
		error = os_alarm_start(&alarm, heartbeat->first, heartbeat->interval_ns, heartbeat_beat, worker);
	worker->interruptible = error == 0;
	while (share_get(&heartbeat->stop) == 0)
		heartbeat_work(worker);
	if (error == 0 && heartbeat->alarms)
		worker->merged = os_alarm_stop(&alarm);
	else if (error == 0)
		os_async_destroy(&worker->async);
	worker->stayed = partner_in_place(&worker->partner);
	return NULL;
}

/* --- The main part -------------------------------------------------------------------------------------------------- */

static inline uint64_t heartbeat_ticks(const struct heartbeat *heartbeat)
{
	return heartbeat->interval_ns * os_clock_hz() / (1000 * 1000 * 1000);
}

/* Starts the workers; stamps: room for so many stamps of worker 0. The first beat comes 1 ms after all are ready. */
static inline void heartbeat_begin(struct bench_run *run, struct heartbeat *heartbeat, uint64_t *stamps, uint32_t count)
{
	heartbeat->alarms = bench_is(run, "source", "alarm");
	heartbeat->interval_ns = (uint64_t)bench_int(run, "interval_us") * 1000;
	heartbeat->go = 0;
	heartbeat->stop = 0;
	heartbeat->sent = 0;
	heartbeat->count = os_cpu_count() - 1 < HEARTBEAT_WORKERS_MAX ? os_cpu_count() - 1 : HEARTBEAT_WORKERS_MAX;
	for (unsigned i = 0; i < heartbeat->count; i++) {
		struct heartbeat_worker *worker = &heartbeat->worker[i];

		worker->heartbeat = heartbeat;
		worker->ready = 0;
		worker->beats = 0;
		worker->merged = 0;
		worker->work = 0;
		worker->stamps = stamps;
		worker->stamps_max = i == 0 ? count : 0;
		partner_start(run, &worker->partner, place_other(i), heartbeat_worker, worker);
		if (worker->partner.started)
			while (share_get(&worker->ready) == 0)
				os_relax();
	}
	heartbeat->first = os_clock_stop() + os_clock_hz() / 1000;
	share_set(&heartbeat->go, 1);
}

/* Beats until worker 0 has got so many; source=alarm: only waits. */
static inline void heartbeat_run(struct heartbeat *heartbeat, uint32_t beats)
{
	uint64_t interval = heartbeat_ticks(heartbeat);

	while (share_get(&heartbeat->worker[0].beats) < beats) {
		os_sleep_until(heartbeat->first + heartbeat->sent * interval);
		for (unsigned i = 0; i < heartbeat->count && !heartbeat->alarms; i++)
			os_async_notify(&heartbeat->worker[i].async);
		heartbeat->sent++;
	}
}

/* Ends the workers and checks that each did work, stayed, and got no beat that was not sent. Beats of all together. */
static inline uint64_t heartbeat_end(struct bench_run *run, struct heartbeat *heartbeat)
{
	uint64_t beats = 0, passed;

	share_set(&heartbeat->stop, 1);
	for (unsigned i = 0; i < heartbeat->count; i++)
		partner_end(run, &heartbeat->worker[i].partner);
	passed = (os_clock_stop() - heartbeat->first) / heartbeat_ticks(heartbeat) + 2;
	for (unsigned i = 0; i < heartbeat->count; i++) {
		const struct heartbeat_worker *worker = &heartbeat->worker[i];

		bench_check(run, worker->work != 0, "every worker works between its beats");
		bench_check(run, worker->interruptible, "every worker can be interrupted");
		bench_check(run, worker->stayed, "every worker stayed on its CPU");
		bench_check(run,
			    worker->beats + worker->merged <=
				(heartbeat->alarms ? passed + passed / 100 : heartbeat->sent),
			    "no beat comes that was not due");
		beats += worker->beats;
	}
	return beats;
}
