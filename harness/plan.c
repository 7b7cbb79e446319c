/* SPDX-License-Identifier: MIT */
/*
 * The order of boots. See plan.h for the rules.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/*
 * What a run measures unless told otherwise. Seconds are built-in estimates for a whole suite on the reference machine;
 * they only serve until a run on this machine has been seen. Counting subjects need few samples, because their spread is
 * the software's alone; emulated Linux gets fewer than emulated Aerokernel, because it is slower by more than ten times.
 */
static const struct kind {
	enum subject_system system;
	enum subject_machine machine;
	unsigned samples, boots;
	double seconds;
	unsigned quick_samples, quick_boots;
	double quick_seconds;
} kinds[] = {
    {SUBJECT_AEROKERNEL, SUBJECT_QEMU, 2000, PLAN_RUNS_DEFAULT, 8, 200, 2, 2},
    {SUBJECT_LINUX, SUBJECT_QEMU, 1000, PLAN_RUNS_DEFAULT, 16, 200, 2, 8},
    {SUBJECT_LINUX, SUBJECT_HOST, 10000, PLAN_RUNS_DEFAULT, 8, 500, 2, 2},
    {SUBJECT_AEROKERNEL, SUBJECT_SIM, 1000, PLAN_SIM_BOOTS, 10, 100, PLAN_SIM_BOOTS, 3},
    {SUBJECT_LINUX, SUBJECT_SIM, 500, PLAN_SIM_BOOTS, 40, 50, 1, 20},
    {SUBJECT_AEROKERNEL, SUBJECT_KVM, 10000, PLAN_RUNS_DEFAULT, 5, 500, 2, 2},
    {SUBJECT_LINUX, SUBJECT_KVM, 10000, PLAN_RUNS_DEFAULT, 10, 500, 2, 4},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* --- Random numbers --------------------------------------------------------------------------------------------------------- */

uint64_t plan_random(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15;

	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return value ^ (value >> 31);
}

uint64_t plan_random_below(uint64_t *state, uint64_t bound)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound, value;

	do {
		value = plan_random(state);
	} while (value >= limit);
	return value % bound;
}

static void shuffle(unsigned *items, unsigned count, uint64_t *state)
{
	for (unsigned i = count; i > 1; i--) { /* Fisher and Yates */
		unsigned other = (unsigned)plan_random_below(state, i), item = items[i - 1];

		items[i - 1] = items[other];
		items[other] = item;
	}
}

/* --- Subjects --------------------------------------------------------------------------------------------------------------- */

struct plan_subject *plan_add(struct plan *plan, const struct subject *subject, bool quick)
{
	static const struct kind other = {
	    .samples = 1000, .boots = 1, .seconds = 10, .quick_samples = 200, .quick_boots = 1, .quick_seconds = 5};
	const struct kind *kind = &other;
	struct plan_subject *added;

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].system == subject->system && kinds[i].machine == subject->machine)
			kind = &kinds[i];
	plan->subjects = memory_grow(plan->subjects, plan->subject_count, sizeof(*plan->subjects));
	added = &plan->subjects[plan->subject_count++];
	*added = (struct plan_subject){
	    .subject = *subject,
	    .samples = quick ? kind->quick_samples : kind->samples,
	    .warmup = -1,
	    .boots = quick ? kind->quick_boots : kind->boots,
	    .seconds = quick ? kind->quick_seconds : kind->seconds,
	};
	return added;
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

/* One round of the timed subjects: machines in random order, the subjects of a machine side by side in random order. */
static void order_timed(struct plan *plan, unsigned round, uint64_t *state)
{
	unsigned machines[SUBJECT_MACHINES], *members = memory_new(plan->subject_count, sizeof(*members));

	for (unsigned i = 0; i < SUBJECT_MACHINES; i++)
		machines[i] = i;
	shuffle(machines, SUBJECT_MACHINES, state);
	for (unsigned i = 0; i < SUBJECT_MACHINES; i++) {
		unsigned count = 0;

		for (unsigned j = 0; j < plan->subject_count; j++) {
			const struct plan_subject *subject = &plan->subjects[j];

			if (subject->subject.machine == machines[i] && subject_is_timed(&subject->subject) &&
			    round < subject->boots)
				members[count++] = j;
		}
		shuffle(members, count, state);
		for (unsigned j = 0; j < count; j++)
			boot_add(plan, round, members[j]);
	}
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
	uint64_t state = plan->seed;
	unsigned rounds = plan_rounds(plan);

	plan->boot_count = 0;
	free(plan->boots);
	plan->boots = NULL;
	for (unsigned round = 0; round < rounds; round++)
		order_timed(plan, round, &state);
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

/* --- The record --------------------------------------------------------------------------------------------------------------- */

json_t *plan_json(const struct plan *plan)
{
	json_t *subjects = json_array();

	for (size_t i = 0; i < plan->subject_count; i++) {
		const struct plan_subject *subject = &plan->subjects[i];

		json_array_append_new(
		    subjects,
		    json_pack("{s:s, s:i, s:I, s:i, s:s?, s:f, s:b, s:s?}", "subject", subject->subject.name, "samples",
			      (int)subject->samples, "warmup", (json_int_t)subject->warmup, "boots",
			      (int)subject->boots, "bench", subject->bench, "seconds_per_boot", subject->seconds,
			      "estimate_from_earlier_runs", (int)subject->known, "unsupported", subject->unsupported));
	}
	return json_pack("{s:I, s:I, s:i, s:i, s:o}", "seed", (json_int_t)plan->seed, "counted_seed",
			 (json_int_t)plan->counted_seed, "cpus", (int)plan->cpus, "parallel", (int)plan->parallel,
			 "subjects", subjects);
}

static int subject_read(struct plan *plan, json_t *json, struct error *error)
{
	const char *name, *bench = json_string_value(json_object_get(json, "bench"));
	struct plan_subject *added;
	struct subject subject;
	json_int_t samples, warmup, boots;
	double seconds;

	if (json_unpack(json, "{s:s, s:I, s:I, s:I, s:F}", "subject", &name, "samples", &samples, "warmup", &warmup,
			"boots", &boots, "seconds_per_boot", &seconds) != 0 ||
	    samples < 1 || samples > PLAN_SAMPLES_MAX || warmup < -1 || warmup > PLAN_SAMPLES_MAX || boots < 1 ||
	    boots > PLAN_RUNS_MAX)
		return error_set(error, STATUS_USAGE, "the plan holds a subject that is incomplete or out of range");
	if (subject_parse(&subject, name, error) != 0)
		return STATUS_USAGE;
	added = plan_add(plan, &subject, false);
	added->samples = (unsigned)samples;
	added->warmup = warmup;
	added->boots = (unsigned)boots;
	added->bench = bench != NULL ? memory_text(bench) : NULL;
	added->seconds = seconds > 0 ? seconds : added->seconds;
	return 0;
}

int plan_read(struct plan *plan, const json_t *json, struct error *error)
{
	json_t *subjects, *item;
	json_int_t seed, counted_seed, cpus, parallel;
	size_t i;

	memset(plan, 0, sizeof(*plan));
	if (json_unpack((json_t *)json, "{s:I, s:I, s:I, s:I, s:o}", "seed", &seed, "counted_seed", &counted_seed,
			"cpus", &cpus, "parallel", &parallel, "subjects", &subjects) != 0 ||
	    seed < 0 || counted_seed < 0 || cpus < 0 || cpus > SUBJECT_CPUS_MAX || !json_is_array(subjects) ||
	    json_array_size(subjects) == 0)
		return error_set(error, STATUS_USAGE, "the plan is incomplete or out of range");
	plan->seed = (uint64_t)seed;
	plan->counted_seed = (uint64_t)counted_seed;
	plan->cpus = (unsigned)cpus;
	plan->parallel = parallel > 1 ? 2 : 1;
	json_array_foreach(subjects, i, item)
	{
		if (subject_read(plan, item, error) != 0) {
			plan_free(plan);
			return STATUS_USAGE;
		}
	}
	plan_order(plan);
	return 0;
}
