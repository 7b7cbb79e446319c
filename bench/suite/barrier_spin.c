/* SPDX-License-Identifier: MIT */
/*
 * A spinning barrier, one party a CPU, back to back.
 *
 * One sample: 8 rounds. The start stamp by party 0 on CPU 0 before its first wait, the stop stamp after its eighth
 * has returned; party p is on CPU p. Eight, because single rounds alternate: who arrives last leaves first, so it
 * arrives first at the next round and waits there for the others, while its own last step was short. Over 8 rounds
 * each of 2, 4 or 8 parties has each role equally often, and the sum is steady. The algorithm changes between 8 and 16
 * parties (os_spin_barrier_init()).
 * Checked: every party made every round, on its CPU, and they slept in a hundredth of the samples or less: not never,
 * because a hypervisor can put any thread to sleep while it fetches a page.
 */
#include "repeat.h"
#include "team.h"

enum { ROUNDS = 8 };

static struct team team;
static struct os_spin_barrier barrier;
static uint32_t turns_last __attribute__((aligned(SHARE_ALIGN_BYTES))); /* 0: not known yet; by party 0 */

static void *party(void *arg)
{
	struct member *member = arg;
	unsigned number = member->number;

	if (!member_begin(member))
		return NULL;
	do {
		REPEAT_8(os_spin_barrier_wait(&barrier, number);)
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
	bench_check(run, os_spin_barrier_init(&barrier, parties) == 0, "there is memory for the barrier");
	if (run->failed != NULL)
		return;
	team_begin(run, &team, parties, party);
	while (bench_next(run)) {
		uint64_t start = os_clock_start();

		REPEAT_8(os_spin_barrier_wait(&barrier, 0);)
		bench_record(run, start, os_clock_stop());
		turns++;
	}
	if (team.go == TEAM_GO) {
		/* set before the last turn begins, so that everyone sees it when that turn ends */
		share_set(&turns_last, ++turns);
		REPEAT_8(os_spin_barrier_wait(&barrier, 0);)
	}
	blocks = team_end(run, &team);
	os_spin_barrier_destroy(&barrier);
	for (unsigned i = 1; i < team.count; i++)
		bench_check(run, team.member[i].turns == turns, "every party made every round");
	bench_check(run, blocks <= turns / 100, "the parties do not sleep at a spinning barrier");
}

BENCH(barrier_spin, .run = measure, .unit = "ticks", .about = "8 rounds of os_spin_barrier_wait(), one party a CPU",
      .params = {{"parties", "2 4 8 16 32 64"}}, .per = ROUNDS, .min_cpus = 2);
