/* SPDX-License-Identifier: MIT */
/*
 * One thread on each of several CPUs, all doing the same at once: what the barriers and the contended mutex need.
 * Member 0 is the benchmark's main part on CPU 0; member m runs on CPU m. The members begin together, once all have
 * been created, and each counts its turns, its sleeps, and whether it stayed on its CPU.
 */
#pragma once

#include "partner.h"

enum { TEAM_MAX = 64 };

enum team_go { TEAM_WAIT, TEAM_GO, TEAM_QUIT };

struct member {
	unsigned number;
	uint32_t turns;         /* by the member */
	uint64_t blocks;        /* how often it slept between begin and end; by the member */
	bool stayed;            /* on its CPU; by the member */
	const uint32_t *go;     /* enum team_go, of the team */
	struct partner partner; /* not of member 0 */
} __attribute__((aligned(SHARE_ALIGN_BYTES)));

struct team {
	uint32_t go;
	unsigned count; /* members that exist, with member 0 */
	struct member member[TEAM_MAX];
} __attribute__((aligned(SHARE_ALIGN_BYTES)));

/* --- Each member's side ------------------------------------------------------------------------------------------- */

/* Waits until all members exist. False: one could not be created, so return without a turn. */
static inline bool member_begin(struct member *member)
{
	uint32_t go;

	while ((go = share_get(member->go)) == TEAM_WAIT)
		os_relax();
	member->turns = 0;
	member->blocks = os_thread_blocks();
	member->stayed = os_cpu_self() == member->number;
	return go == TEAM_GO;
}

static inline void member_end(struct member *member)
{
	member->blocks = os_thread_blocks() - member->blocks;
	member->stayed = member->stayed && os_cpu_self() == member->number;
}

/* --- The main part ------------------------------------------------------------------------------------------------ */

/* Whether count members have a CPU each here; if not, this point is skipped with the reason. */
static inline bool team_possible(struct bench_run *run, unsigned count)
{
	if (count <= os_cpu_count())
		return true;
	bench_skip(run, "fewer CPUs than threads");
	return false;
}

/* Starts members 1 … count-1 in fn(struct member *) and begins as member 0. If one cannot be created, all return. */
static inline void team_begin(struct bench_run *run, struct team *team, unsigned count, void *(*fn)(void *))
{
	bench_check(run, count >= 2 && count <= TEAM_MAX, "the number of threads is possible");
	team->go = TEAM_WAIT;
	team->count = 1;
	team->member[0].number = PLACE_MAIN;
	team->member[0].go = &team->go;
	while (run->failed == NULL && team->count < count) {
		struct member *member = &team->member[team->count];

		member->number = team->count;
		member->go = &team->go;
		partner_start(run, &member->partner, member->number, fn, member);
		team->count += member->partner.started;
	}
	share_set(&team->go, run->failed == NULL ? TEAM_GO : TEAM_QUIT);
	member_begin(&team->member[0]);
}

/* Ends as member 0 and joins the others; tell them to return, first. Returns the sleeps of all together. */
static inline uint64_t team_end(struct bench_run *run, struct team *team)
{
	uint64_t blocks = 0;

	member_end(&team->member[0]);
	for (unsigned i = 0; i < team->count; i++) {
		if (i > 0)
			partner_end(run, &team->member[i].partner);
		bench_check(run, team->member[i].stayed, "every thread stayed on the CPU of its own");
		blocks += team->member[i].blocks;
	}
	return blocks;
}
