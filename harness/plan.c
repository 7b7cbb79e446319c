/* SPDX-License-Identifier: MIT */
/*
 * The order of boots. See plan.h for the rules.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats_random.h"

/*
 * What a run measures unless told otherwise. Seconds are built-in estimates for a whole suite on the reference machine;
 * they only serve until a run on this machine has been seen. All have measuring.md's 1,000 samples of a boot, without
 * which a boot has no p99 and a comparison no tail.
 * Emulated Linux that counts instructions boots once: the end-to-end tests show that it repeats itself, and a second boot
 * of as many samples would tell the same again.
 */
static const struct kind {
	enum subject_system system;
	enum subject_machine machine;
	double boot_seconds; /* that do not depend on samples */
	struct kind_counts {
		unsigned samples;
		int warmup; /* -1: the runner's rule */
		unsigned boots;
		double seconds;
	} full, quick;
} kinds[] = {
    {SUBJECT_AEROKERNEL, SUBJECT_QEMU, 0.5, {1000, -1, PLAN_RUNS_DEFAULT, 6}, {100, 20, 1, 2}},
    {SUBJECT_LINUX, SUBJECT_QEMU, 5, {1000, -1, PLAN_RUNS_DEFAULT, 60}, {20, 10, 1, 8}},
    {SUBJECT_LINUX, SUBJECT_HOST, 0.5, {1000, -1, PLAN_RUNS_DEFAULT, 10}, {100, 20, 1, 2}},
    {SUBJECT_AEROKERNEL, SUBJECT_SIM, 1, {1000, -1, PLAN_SIM_BOOTS, 10}, {50, 20, PLAN_SIM_BOOTS, 2}},
    {SUBJECT_LINUX, SUBJECT_SIM, 15, {1000, -1, 1, 65}, {10, 5, 1, 20}},
    {SUBJECT_AEROKERNEL, SUBJECT_KVM, 0.5, {10000, -1, PLAN_RUNS_DEFAULT, 5}, {500, 50, 1, 1}},
    {SUBJECT_LINUX, SUBJECT_KVM, 2, {10000, -1, PLAN_RUNS_DEFAULT, 20}, {500, 50, 1, 3}},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), SUITE = 40 /* benchmarks, about */, CPUS_USUAL = 2 };

/* --- Order --------------------------------------------------------------------------------------------------------- */

static void shuffle(unsigned *items, unsigned count, struct stats_random *random)
{
	for (unsigned i = count; i > 1; i--) { /* Fisher and Yates */
		unsigned other = stats_random_below(random, i), item = items[i - 1];

		items[i - 1] = items[other];
		items[other] = item;
	}
}

/* --- Subjects --------------------------------------------------------------------------------------------------------------- */

static const struct kind *kind_of(const struct subject *subject)
{
	static const struct kind other = {.boot_seconds = 1, .full = {1000, -1, 1, 10}, .quick = {100, 20, 1, 3}};

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].system == subject->system && kinds[i].machine == subject->machine)
			return &kinds[i];
	return &other;
}

struct plan_subject *plan_add(struct plan *plan, const struct subject *subject, bool quick)
{
	const struct kind *kind = kind_of(subject);
	const struct kind_counts *counts = quick ? &kind->quick : &kind->full;
	struct plan_subject *added;

	plan->subjects = memory_grow(plan->subjects, plan->subject_count, sizeof(*plan->subjects));
	added = &plan->subjects[plan->subject_count++];
	*added = (struct plan_subject){
	    .subject = *subject,
	    .samples = counts->samples,
	    .warmup = counts->warmup,
	    .boots = counts->boots,
	    .seconds = counts->seconds,
	};
	return added;
}

/* Iterations of one point; the rule is the runner's (bench/runner.h). */
static double iterations(unsigned samples, int64_t warmup)
{
	if (warmup < 0)
		warmup = samples / 10 > 200 ? samples / 10 : 200;
	return (double)samples + (double)warmup;
}

void plan_guess(struct plan_subject *subject)
{
	const struct kind *kind = kind_of(&subject->subject);
	double share =
	    iterations(subject->samples, subject->warmup) / iterations(kind->full.samples, kind->full.warmup);
	unsigned selected = 1; /* the control comes along */

	for (const char *at = subject->bench; at != NULL; at = strchr(at + 1, ','))
		selected++;
	if (subject->bench != NULL && selected < SUITE)
		share *= (double)selected / SUITE;
	subject->seconds = kind->boot_seconds + (kind->full.seconds - kind->boot_seconds) * share;
	/* Boots of many CPUs that share one thread take their turns. */
	if (subject->subject.machine == SUBJECT_SIM && subject->subject.cpus > CPUS_USUAL)
		subject->seconds += kind->boot_seconds * ((double)subject->subject.cpus / CPUS_USUAL - 1);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->subject_count; i++) {
		free(plan->subjects[i].bench);
		free(plan->subjects[i].unsupported);
	}
	free(plan->subjects);
	free(plan->boots);
	memset(plan, 0, sizeof(*plan));
}

unsigned plan_rounds(const struct plan *plan)
{
	unsigned rounds = 0;

	for (size_t i = 0; i < plan->subject_count; i++)
		if (plan->subjects[i].boots > rounds)
			rounds = plan->subjects[i].boots;
	return rounds;
}

/* --- The order --------------------------------------------------------------------------------------------------------------- */

static void boot_add(struct plan *plan, unsigned round, unsigned subject)
{
	plan->boots = memory_grow(plan->boots, plan->boot_count, sizeof(*plan->boots));
	plan->boots[plan->boot_count] = (struct plan_boot){(unsigned)plan->boot_count, round, subject};
	plan->boot_count++;
}

/* Whether two subjects are builds of one: what a pair is made of. */
static bool are_builds_of_one(struct subject a, struct subject b)
{
	subject_set_build(&a, "");
	subject_set_build(&b, "");
	return strcmp(a.name, b.name) == 0;
}

/* The builds of the plan's subject `first` in random order; taken: those that have their place in this round. */
static void order_builds(struct plan *plan, unsigned round, unsigned first, bool *taken, struct stats_random *random)
{
	unsigned *members = memory_new(plan->subject_count, sizeof(*members)), count = 0;

	for (unsigned i = first; i < plan->subject_count; i++) {
		const struct plan_subject *subject = &plan->subjects[i];

		if (taken[i] || round >= subject->boots ||
		    !are_builds_of_one(plan->subjects[first].subject, subject->subject))
			continue;
		taken[i] = true;
		members[count++] = i;
	}
	shuffle(members, count, random);
	for (unsigned i = 0; i < count; i++)
		boot_add(plan, round, members[i]);
	free(members);
}

/*
 * One round of the timed subjects: machines in random order, the subjects of a machine side by side in random order, the
 * builds of a subject next to each other.
 */
static void order_timed(struct plan *plan, unsigned round, struct stats_random *random)
{
	unsigned machines[SUBJECT_MACHINES], *members = memory_new(plan->subject_count, sizeof(*members));
	bool *taken = memory_new(plan->subject_count, sizeof(*taken));

	for (unsigned i = 0; i < SUBJECT_MACHINES; i++)
		machines[i] = i;
	shuffle(machines, SUBJECT_MACHINES, random);
	for (unsigned i = 0; i < SUBJECT_MACHINES; i++) {
		unsigned count = 0;

		for (unsigned j = 0; j < plan->subject_count; j++) {
			const struct plan_subject *subject = &plan->subjects[j];
			bool first = subject->subject.machine == machines[i] && subject_is_timed(&subject->subject) &&
				     round < subject->boots;

			for (unsigned k = 0; k < count && first; k++)
				first = !are_builds_of_one(plan->subjects[members[k]].subject, subject->subject);
			if (first)
				members[count++] = j;
		}
		shuffle(members, count, random);
		for (unsigned j = 0; j < count; j++)
			order_builds(plan, round, members[j], taken, random);
	}
	free(taken);
	free(members);
}

/* The counting subjects, slowest kind first, so that two at a time end together. */
static void order_counted(struct plan *plan)
{
	bool *taken = memory_new(plan->subject_count, sizeof(*taken));

	for (size_t turn = 0; turn < plan->subject_count; turn++) {
		const struct plan_subject *subjects = plan->subjects;
		size_t slowest = plan->subject_count;

		for (size_t i = 0; i < plan->subject_count; i++)
			if (!taken[i] && !subject_is_timed(&subjects[i].subject) &&
			    (slowest == plan->subject_count || (subjects[i].subject.system == SUBJECT_LINUX &&
								subjects[slowest].subject.system != SUBJECT_LINUX)))
				slowest = i;
		if (slowest == plan->subject_count)
			break;
		taken[slowest] = true;
		for (unsigned round = 0; round < subjects[slowest].boots; round++)
			boot_add(plan, round, (unsigned)slowest);
	}
	free(taken);
}

void plan_order(struct plan *plan)
{
	struct stats_random random = {plan->seed};
	unsigned rounds = plan_rounds(plan);

	plan->boot_count = 0;
	free(plan->boots);
	plan->boots = NULL;
	for (unsigned round = 0; round < rounds; round++)
		order_timed(plan, round, &random);
	order_counted(plan);
}

/* --- How long ---------------------------------------------------------------------------------------------------------------- */

double plan_seconds(const struct plan *plan, const bool *done)
{
	unsigned workers = plan->parallel > 0 ? plan->parallel : 1;
	double *busy = memory_new(workers, sizeof(*busy)), timed = 0, longest = 0;

	for (size_t i = 0; i < plan->boot_count; i++) {
		const struct plan_subject *subject = &plan->subjects[plan->boots[i].subject];
		unsigned first = 0;

		if (subject->unsupported != NULL || (done != NULL && done[i]))
			continue;
		if (subject_is_timed(&subject->subject)) {
			timed += subject->seconds;
			continue;
		}
		for (unsigned j = 1; j < workers; j++)
			if (busy[j] < busy[first])
				first = j;
		busy[first] += subject->seconds;
	}
	for (unsigned i = 0; i < workers; i++)
		if (busy[i] > longest)
			longest = busy[i];
	free(busy);
	return timed + longest;
}

/* Sets the boots of the kind that has most: timed subjects first, then counting ones. False: all have one. */
static bool lower(struct plan *plan)
{
	for (int counted = 0; counted < 2; counted++) {
		unsigned most = 1;

		for (size_t i = 0; i < plan->subject_count; i++)
			if (subject_is_timed(&plan->subjects[i].subject) != counted && plan->subjects[i].boots > most)
				most = plan->subjects[i].boots;
		if (most == 1)
			continue;
		for (size_t i = 0; i < plan->subject_count; i++)
			if (subject_is_timed(&plan->subjects[i].subject) != counted && plan->subjects[i].boots == most)
				plan->subjects[i].boots--;
		return true;
	}
	return false;
}

bool plan_fit(struct plan *plan, double budget_seconds)
{
	plan_order(plan);
	while (plan_seconds(plan, NULL) > budget_seconds) {
		if (!lower(plan))
			return false;
		plan_order(plan);
	}
	return true;
}
