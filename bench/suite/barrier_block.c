/* SPDX-License-Identifier: MIT */
/*
 * A blocking barrier, one party a CPU, back to back.
 *
 * One sample: 8 rounds. The start stamp by party 0 on CPU 0 before its first wait, the stop stamp after its eighth
 * has returned; party p is on CPU p. Eight, because single rounds alternate: who arrives last leaves first, so it
 * arrives first at the next round and waits there for the others, while its own last step was short. Over 8 rounds
 * each of 2, 4 or 8 parties has each role equally often, and the sum is steady. On a system whose waits may return
 * without sleeping the samples have two modes: usually the parties sleep, but once they arrive within the time that
 * falling asleep takes, they stay in step for a while and no one sleeps.
 * Checked: every party made every round, on its CPU, and there was a sleep in a twentieth of the rounds or more,
 * where a barrier that spins would show none.
 */
#include "repeat.h"
#include "team.h"

enum { ROUNDS = 8 };

static struct team team;
static struct os_barrier barrier;
static uint32_t turns_last __attribute__((aligned(SHARE_ALIGN_BYTES))); /* 0: not known yet; by party 0 */

static void *party(void *arg)
{
	struct member *member = arg;

	if (!member_begin(member))
		return NULL;
	do {
		REPEAT_8(os_barrier_wait(&barrier);)
	} while (++member->turns != share_get(&turns_last));
	member_end(member);
	return NULL;
}

static void measure(struct bench_run *run)
{
	unsigned parties = bench_int(run, "parties"), turns = 0;
	uint64_t blocks;

	if (!team_possible(run, parties))
		return;
	place_main(run);
	turns_last = 0;
	os_barrier_init(&barrier, parties);
	team_begin(run, &team, parties, party);
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		REPEAT_8(os_barrier_wait(&barrier);)
		bench_record(run, start, os_clock_stop());
		turns++;
	}
	if (team.go == TEAM_GO) {
		/* set before the last turn begins, so that everyone sees it when that turn ends */
		share_set(&turns_last, ++turns);
		REPEAT_8(os_barrier_wait(&barrier);)
	}
	blocks = team_end(run, &team);
	for (unsigned i = 1; i < team.count; i++)
		bench_check(run, team.member[i].turns == turns, "every party made every round");
	bench_check(run, blocks >= (uint64_t)turns * ROUNDS / 20, "the parties sleep at the barrier");
	os_barrier_destroy(&barrier);
}

BENCH(barrier_block, .run = measure, .unit = "ticks", .about = "8 rounds of os_barrier_wait(), one party a CPU",
      .params = {{"parties", "2 4 8"}}, .per = ROUNDS, .min_cpus = 2);
