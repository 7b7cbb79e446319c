/* SPDX-License-Identifier: MIT */
/*
 * The bound on the offset between two CPUs' clocks. Two threads, each bound to its CPU, pass one cache line back and
 * forth: local stamp t0, remote stamp r, local stamp t1. Whatever the way there and back took, the remote clock was ahead
 * of the local one by at least r - t1 and at most r - t0. The intersection over all rounds is a rigorous bound.
 */
#include "probe.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 20000, ROUNDS_ENOUGH = 1000, ALL_PAIRS_MAX = 16 };
/* About 0.8 s for all pairs together: on a busy computer both sides seldom run at the same time. */
static const uint64_t LIMIT_TICKS = 1ULL << 31;

struct exchange {
	_Alignas(64) volatile uint64_t request; /* number of the round, written by the asking side; UINT64_MAX: end */
	_Alignas(64) volatile uint64_t reply;   /* the same number, written by the answering side after stamp */
	volatile uint64_t stamp;
	unsigned cpu;
	uint64_t limit_ticks; /* on waiting for each other: a pair that takes longer is given up */
	volatile int bound;
};

static int bind_self(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static void *answer(void *arg)
{
	struct exchange *exchange = arg;
	uint64_t seen = 0, begin = probe_clock_start();

	exchange->bound = bind_self(exchange->cpu) == 0 ? 1 : -1;
	while (probe_clock_start() - begin < 2 * exchange->limit_ticks) {
		uint64_t request = __atomic_load_n(&exchange->request, __ATOMIC_ACQUIRE);

		if (request == UINT64_MAX)
			break;
		if (request == seen) {
			__builtin_ia32_pause();
			continue;
		}
		seen = request;
		exchange->stamp = probe_clock_start();
		__atomic_store_n(&exchange->reply, seen, __ATOMIC_RELEASE); /* after the stamp */
	}
	return NULL;
}

/* Runs the rounds; false if the other side does not answer in time. */
static bool ask(struct exchange *exchange, struct probe_offset_pair *pair)
{
	uint64_t begin = probe_clock_start();

	for (uint64_t round = 1; round <= ROUNDS; round++) {
		uint64_t t0 = probe_clock_start(), t1, r;

		__atomic_store_n(&exchange->request, round, __ATOMIC_RELEASE);
		while (__atomic_load_n(&exchange->reply, __ATOMIC_ACQUIRE) != round) {
			if (probe_clock_start() - begin > exchange->limit_ticks)
				return round > ROUNDS_ENOUGH; /* a bound, if not the tightest */
			__builtin_ia32_pause();
		}
		t1 = probe_clock_stop();
		r = exchange->stamp;
		if ((int64_t)(r - t1) > pair->low_ticks)
			pair->low_ticks = (int64_t)(r - t1);
		if ((int64_t)(r - t0) < pair->high_ticks)
			pair->high_ticks = (int64_t)(r - t0);
		if (t1 - t0 < pair->round_trip_ticks)
			pair->round_trip_ticks = t1 - t0;
	}
	return true;
}

static void pair_fail(struct probe_offsets *offsets, unsigned a, unsigned b, const char *why)
{
	offsets->failed++;
	if (offsets->reason[0] == '\0')
		snprintf(offsets->reason, sizeof(offsets->reason), "CPUs %u and %u: %s", a, b, why);
}

static void pair_measure(struct probe_offsets *offsets, unsigned a, unsigned b, uint64_t limit_ticks)
{
	struct exchange exchange = {.cpu = b, .limit_ticks = limit_ticks};
	struct probe_offset_pair *pair = &offsets->pair[offsets->pairs++];
	bool answered = false;
	pthread_t thread;
	double bound;

	*pair = (struct probe_offset_pair){
	    .a = a, .b = b, .low_ticks = INT64_MIN, .high_ticks = INT64_MAX, .round_trip_ticks = UINT64_MAX};
	if (bind_self(a) != 0 || pthread_create(&thread, NULL, answer, &exchange) != 0) {
		pair_fail(offsets, a, b, "cannot be used");
		return;
	}
	while (exchange.bound == 0)
		sched_yield();
	if (exchange.bound > 0)
		answered = ask(&exchange, pair);
	__atomic_store_n(&exchange.request, UINT64_MAX, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	pair->bounded = answered && pair->low_ticks <= pair->high_ticks;
	if (!pair->bounded) {
		pair_fail(offsets, a, b,
			  answered ? "no offset fits all rounds: a clock drifts or was set" : "no answer in time");
		return;
	}
	bound = fmax(fabs((double)pair->low_ticks), fabs((double)pair->high_ticks));
	if (!(offsets->bound_ticks >= bound))
		offsets->bound_ticks = bound;
	if (!(offsets->round_trip_ticks <= (double)pair->round_trip_ticks))
		offsets->round_trip_ticks = (double)pair->round_trip_ticks;
}

void probe_offsets(struct probe_offsets *offsets, const unsigned *cpus, unsigned count)
{
	unsigned pairs = count <= ALL_PAIRS_MAX ? count * (count - 1) / 2 : count - 1;
	cpu_set_t before;

	memset(offsets, 0, sizeof(*offsets));
	offsets->cpus = count;
	offsets->all_pairs = count <= ALL_PAIRS_MAX;
	offsets->bound_ticks = NAN;
	offsets->round_trip_ticks = NAN;
	if (count < 2) {
		snprintf(offsets->reason, sizeof(offsets->reason), "one CPU: nothing to compare");
		return;
	}
	if (sched_getaffinity(0, sizeof(before), &before) != 0)
		return;
	for (unsigned i = 0; i < (offsets->all_pairs ? count : 1); i++)
		for (unsigned j = i + 1; j < count && offsets->pairs < PROBE_PAIRS_MAX; j++)
			pair_measure(offsets, cpus[i], cpus[j], LIMIT_TICKS / pairs);
	sched_setaffinity(0, sizeof(before), &before);
}

const struct probe_offset_pair *probe_offsets_apart(const struct probe_offsets *offsets, double *ticks)
{
	const struct probe_offset_pair *worst = NULL;

	*ticks = 0;
	for (unsigned i = 0; i < offsets->pairs; i++) {
		const struct probe_offset_pair *pair = &offsets->pair[i];
		double least = fmax((double)pair->low_ticks, -(double)pair->high_ticks);

		if (!pair->bounded || least <= *ticks)
			continue;
		*ticks = least;
		worst = pair;
	}
	return worst;
}
