/* SPDX-License-Identifier: MIT */
/*
 * The bound on the offset between two CPUs' clocks: measuring.md §2, "Offset between CPUs". Two threads, each on its CPU,
 * pass one cache line back and forth: local stamp t0, remote stamp r, local stamp t1. Whatever the way there and back took,
 * the remote clock was ahead of the local one by at least r - t1 and at most r - t0. The intersection over all rounds is a
 * rigorous bound; an empty one means that no constant offset explains what was seen.
 */
#include "doctor.h"

#include "core/format.h"
#include "core/thread.h"

enum {
	ALL_PAIRS_MAX = 16, /* CPUs: 120 pairs */
	ROUNDS = 20000,
	ROUNDS_MANY_PAIRS = 2000,
	ROUNDS_EMULATED = 600,
	ROUNDS_ENOUGH = 500, /* for a bound, if not the tightest */
	BUDGET_DIVISOR = 2,  /* half a second for all pairs together, */
	PAIR_MS_LEAST = 4,   /* but no pair is given up before */
};

struct exchange {
	uint64_t request __attribute__((aligned(64))); /* atomic: number of the round; UINT64_MAX: end */
	uint64_t reply __attribute__((aligned(64)));   /* atomic: the same number, written after stamp */
	uint64_t stamp;
	uint64_t limit_ticks; /* on waiting for each other: a pair that takes longer is given up */
	unsigned rounds;
	uint64_t round_trip_ticks;
	struct doctor_pair *pair;
};

static void *answer(void *arg)
{
	struct exchange *exchange = arg;
	uint64_t seen = 0;

	for (;;) {
		uint64_t request = __atomic_load_n(&exchange->request, __ATOMIC_ACQUIRE);

		if (request == UINT64_MAX)
			return NULL;
		if (request == seen) {
			cpu_relax();
			continue;
		}
		seen = request;
		exchange->stamp = clock_start();
		/* release: the stamp belongs to this reply */
		__atomic_store_n(&exchange->reply, seen, __ATOMIC_RELEASE);
	}
}

void doctor_pair_narrow(struct doctor_pair *pair, uint64_t t0, uint64_t r, uint64_t t1)
{
	int64_t low = (int64_t)(r - t1), high = (int64_t)(r - t0);

	pair->low_ticks = low > pair->low_ticks ? low : pair->low_ticks;
	pair->high_ticks = high < pair->high_ticks ? high : pair->high_ticks;
}

/* Whether the reply came before the time was over. */
static bool round_wait(struct exchange *exchange, uint64_t round, uint64_t begin)
{
	/* acquire: the stamp of this reply */
	while (__atomic_load_n(&exchange->reply, __ATOMIC_ACQUIRE) != round) {
		if (clock_now() - begin > exchange->limit_ticks)
			return false;
		cpu_relax();
	}
	return true;
}

static void *ask(void *arg)
{
	struct exchange *exchange = arg;
	uint64_t begin = clock_now(), round;

	for (round = 1; round <= exchange->rounds; round++) {
		uint64_t t0 = clock_start(), t1;

		/* release: nothing later than the stamp travels with the request */
		__atomic_store_n(&exchange->request, round, __ATOMIC_RELEASE);
		if (!round_wait(exchange, round, begin))
			break;
		t1 = clock_stop();
		doctor_pair_narrow(exchange->pair, t0, exchange->stamp, t1);
		if (t1 - t0 < exchange->round_trip_ticks)
			exchange->round_trip_ticks = t1 - t0;
	}
	exchange->pair->answered = round > ROUNDS_ENOUGH;
	__atomic_store_n(&exchange->request, UINT64_MAX, __ATOMIC_RELEASE);
	return NULL;
}

static uint64_t magnitude(int64_t ticks)
{
	return ticks < 0 ? -(uint64_t)ticks : (uint64_t)ticks;
}

/* Takes a measured pair into the sums. */
static void pair_sum(struct doctor_offsets *offsets, const struct doctor_pair *pair, uint64_t round_trip_ticks)
{
	uint64_t low = magnitude(pair->low_ticks), high = magnitude(pair->high_ticks), bound = low > high ? low : high;

	if (!pair->answered || pair->low_ticks > pair->high_ticks) {
		offsets->failed++;
		offsets->contradiction |= pair->answered;
		if (offsets->reason[0] == '\0')
			format_text(offsets->reason, sizeof(offsets->reason), "CPUs %u and %u: %s", pair->a, pair->b,
				    pair->answered ? "no offset fits all rounds: a clock drifts or was set"
						   : "no answer in time");
		return;
	}
	if (bound > offsets->bound_ticks)
		offsets->bound_ticks = bound;
	if (offsets->round_trip_ticks == 0 || round_trip_ticks < offsets->round_trip_ticks)
		offsets->round_trip_ticks = round_trip_ticks;
}

static void pair_measure(struct doctor_offsets *offsets, unsigned a, unsigned b, unsigned pairs)
{
	static struct exchange exchange; /* one pair at a time */
	struct doctor_pair *pair = &offsets->pair[offsets->pairs++];
	struct thread *asking, *answering;
	uint64_t limit_ticks = clock_hz / BUDGET_DIVISOR / pairs, least_ticks = clock_hz / 1000 * PAIR_MS_LEAST;

	*pair = (struct doctor_pair){.a = a, .b = b, .low_ticks = INT64_MIN, .high_ticks = INT64_MAX};
	exchange = (struct exchange){
	    .limit_ticks = limit_ticks > least_ticks ? limit_ticks : least_ticks,
	    .rounds = doctor_emulated()    ? ROUNDS_EMULATED
		      : offsets->all_pairs ? ROUNDS
					   : ROUNDS_MANY_PAIRS,
	    .round_trip_ticks = UINT64_MAX,
	    .pair = pair,
	};
	answering = thread_create(b, answer, &exchange);
	asking = answering != NULL ? thread_create(a, ask, &exchange) : NULL;
	if (asking == NULL)
		__atomic_store_n(&exchange.request, UINT64_MAX, __ATOMIC_RELEASE);
	else
		thread_join(asking);
	if (answering != NULL)
		thread_join(answering);
	pair_sum(offsets, pair, exchange.round_trip_ticks);
}

void doctor_offsets_probe(struct doctor_offsets *offsets)
{
	unsigned count = cpu_count;

	*offsets = (struct doctor_offsets){.all_pairs = count <= ALL_PAIRS_MAX};
	if (offsets->all_pairs) {
		for (unsigned a = 0; a < count; a++)
			for (unsigned b = a + 1; b < count; b++)
				pair_measure(offsets, a, b, count * (count - 1) / 2);
		return;
	}
	for (unsigned b = 1; b < count; b++)
		pair_measure(offsets, 0, b, 2 * count - 3);
	for (unsigned b = 2; b < count; b++)
		pair_measure(offsets, b - 1, b, 2 * count - 3);
}

const struct doctor_pair *doctor_offsets_apart(const struct doctor_offsets *offsets, uint64_t *ticks)
{
	const struct doctor_pair *worst = NULL;

	*ticks = 0;
	for (unsigned at = 0; at < offsets->pairs; at++) {
		const struct doctor_pair *pair = &offsets->pair[at];
		uint64_t least = pair->low_ticks > 0    ? magnitude(pair->low_ticks)
				 : pair->high_ticks < 0 ? magnitude(pair->high_ticks)
							: 0;

		/* one without a bound is another fault */
		if (!pair->answered || pair->low_ticks > pair->high_ticks || least <= *ticks)
			continue;
		*ticks = least;
		worst = pair;
	}
	return worst;
}

bool doctor_offsets_moved(const struct doctor_offsets *before, const struct doctor_offsets *after,
			  struct doctor_pair *moved)
{
	for (unsigned at = 0; at < before->pairs && at < after->pairs; at++) {
		const struct doctor_pair *old = &before->pair[at], *new = &after->pair[at];

		if (!old->answered || !new->answered ||
		    (old->low_ticks <= new->high_ticks &&new->low_ticks <= old->high_ticks))
			continue;
		*moved = *new;
		return true;
	}
	return false;
}
