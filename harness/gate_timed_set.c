/* SPDX-License-Identifier: MIT */
/* Whether a set of pairs is whole and fit: see gate_timed_set.h. */
#include "gate_timed_set.h"

#include <stdlib.h>
#include <string.h>

#include "aa.h"
#include "gate_timed.h"
#include "memory.h"
#include "stats_random.h"
#include "verdict.h"

/* --- One set -------------------------------------------------------------------------------------------------------- */

/* Returns how many rounds the side has come to. */
static size_t read_side(struct gate_timed_set *set, const struct store *store, const char *side)
{
	size_t rounds = 0;

	for (size_t i = 0; i < store->boot_count; i++) {
		const struct store_boot *boot = &store->boots[i];
		const char *reason = boot->reason != NULL ? boot->reason : "no numbers";

		if (strcmp(boot->subject, side) != 0)
			continue;
		if (boot->status == STORE_UNSUPPORTED) {
			if (set->absent == NULL)
				set->absent = memory_text(reason);
			continue;
		}
		if (boot->round >= rounds)
			rounds = boot->round + 1;
		if (boot->status != STORE_OK && set->failed++ == 0)
			set->failure = memory_format("boot %u, %s: %s", boot->index, boot->subject, reason);
	}
	return rounds;
}

void gate_timed_set_read(struct gate_timed_set *set, const struct store *store, const char *base, const char *head)
{
	const char *machine = strchr(base, '@') + 1;
	char *kind = memory_format("%.*s", (int)strcspn(machine, ":"), machine);
	const json_t *reasons;
	size_t other;

	*set = (struct gate_timed_set){.planned = store->plan.runs};
	set->rounds = read_side(set, store, base);
	other = read_side(set, store, head);
	if (other < set->rounds)
		set->rounds = other;
	if (verdict_of(store->run, kind, &reasons) != VERDICT_FIT)
		set->unfit = verdict_text(store->run, kind);
	free(kind);
}

void gate_timed_set_free(struct gate_timed_set *set)
{
	free(set->failure);
	free(set->absent);
	free(set->unfit);
	*set = (struct gate_timed_set){0};
}

/* --- Two sets ------------------------------------------------------------------------------------------------------- */

static const json_t *programs_of(const struct summary *summary, const char *build)
{
	const json_t *builds = json_object_get(json_object_get(summary->store->run, "versions"), "builds");

	return json_object_get(json_object_get(builds, build), "programs");
}

static int check_programs(const struct summary *first, const struct summary *second, struct error *error)
{
	static const char *const builds[] = {gate_timed_base, gate_timed_head};

	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
		const json_t *one = programs_of(first, builds[i]), *other = programs_of(second, builds[i]);

		if (one == NULL || other == NULL || !json_equal(one, other))
			return error_set(error, STATUS_USAGE,
					 "run %s cannot confirm run %s: the programs of build %s are %s",
					 second->store->id, first->store->id, builds[i],
					 one == NULL || other == NULL ? "not known" : "others");
	}
	return 0;
}

/* A subject without numbers on either side has no key, and is judged as such. */
static int check_machine(const struct summary *first, const struct summary *second, const char *subject,
			 struct error *error)
{
	char *one = aa_machine(first, subject), *other = aa_machine(second, subject);
	int status = 0;

	if (one != NULL && other != NULL && strcmp(one, other) != 0)
		status = error_set(error, STATUS_USAGE,
				   "run %s cannot confirm run %s: it was made on another machine, or %s was set up "
				   "differently",
				   second->store->id, first->store->id, subject);
	free(one);
	free(other);
	return status;
}

int gate_timed_set_check(const struct summary *first, const struct summary *second, const char *const *base,
			 size_t count, struct error *error)
{
	const char *id = first->store->id, *other = second->store->id, *made_for = gate_timed_set_first(second->store);
	int status = 0;

	if (strcmp(id, other) == 0)
		return error_set(error, STATUS_USAGE,
				 "run %s cannot confirm itself; a second set is found or made by: aerobench gate "
				 "--timed %s",
				 id, id);
	if (gate_timed_set_first(first->store) != NULL)
		return error_set(error, STATUS_USAGE,
				 "run %s cannot be confirmed: it is itself the second set of run %s", id,
				 gate_timed_set_first(first->store));
	if (made_for != NULL && strcmp(made_for, id) != 0)
		return error_set(error, STATUS_USAGE, "run %s is the second set of run %s, not of %s", other, made_for,
				 id);
	if (first->store->plan.seed == second->store->plan.seed)
		return error_set(error, STATUS_USAGE,
				 "run %s cannot confirm run %s: both have seed %llu, and so the same orders", other, id,
				 (unsigned long long)first->store->plan.seed);
	status = check_programs(first, second, error);
	for (size_t i = 0; i < count && status == 0; i++)
		status = check_machine(first, second, base[i], error);
	return status;
}

uint64_t gate_timed_set_seed(uint64_t first)
{
	struct stats_random random = {first};

	return stats_random_next(&random) & INT64_MAX; /* what a run's record can hold */
}

const char *gate_timed_set_first(const struct store *store)
{
	return json_string_value(json_object_get(store->run, "confirms"));
}

char *gate_timed_set_find(const char *results, const char *first)
{
	struct error ignored = {STATUS_OK, ""};
	char **ids = NULL, *found = NULL;
	size_t count = 0;

	if (store_list(results, &ids, &count, &ignored) != 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct error unreadable = {STATUS_OK, ""};
		struct store store;

		if (found == NULL && store_open(&store, results, ids[i], &unreadable) == 0) {
			const char *made_for = gate_timed_set_first(&store);

			if (made_for != NULL && strcmp(made_for, first) == 0)
				found = memory_text(ids[i]);
			store_close(&store);
		}
		free(ids[i]);
	}
	free(ids);
	return found;
}
