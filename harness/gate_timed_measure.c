/* SPDX-License-Identifier: MIT */
/* Measuring for tier 2 of the gate: see gate_timed_measure.h. */
#include "gate_timed_measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "campaign.h"
#include "memory.h"
#include "paths.h"
#include "record.h"
#include "run_options.h"
#include "run_plan.h"

static const char gate_timed_default[] = "linux@host";

char *gate_timed_again(const struct gate_timed_command *command, const char *first, const char *second)
{
	char *margin = isnan(command->judge.margin) ? memory_text("")
						    : memory_format(" --margin %.9g%%", command->judge.margin * 100);
	char *text = memory_format("aerobench gate --timed%s%s %s%s%s", margin,
				   command->judge.even_if_unfit ? " --even-if-unfit" : "", first,
				   second != NULL ? " " : "", second != NULL ? second : "");

	free(margin);
	return text;
}

/* --- One set -------------------------------------------------------------------------------------------------------- */

/* Whether the second look is not needed: campaign->context is the command. */
static bool decided(struct campaign *campaign, unsigned rounds)
{
	const struct gate_timed_command *command = campaign->context;
	const struct summary_select everything = {0};
	struct error error = {STATUS_OK, ""};
	struct summary summary;
	struct gate_timed timed;
	bool open = true;

	(void)rounds;
	if (summary_load(&summary, campaign->store, &everything, &error) != 0) {
		error_warn("no look before the last: %s", error.text);
		return false;
	}
	if (gate_timed_judge(&timed, &summary, &command->judge, &error) == 0)
		open = gate_timed_is_open(&timed);
	gate_timed_free(&timed);
	summary_free(&summary);
	return !open;
}

/* What came of it that the verdict does not say. first: the run to judge. */
static int tell_campaign(const struct gate_timed_command *command, const struct campaign *campaign, const char *first,
			 struct error *error)
{
	char *again = gate_timed_again(command, first, NULL);

	for (size_t i = 0; i < campaign->failure_count; i++)
		error_warn("%s", campaign->failures[i]);
	if (campaign->left_out > 0)
		error_warn("%u boots were left out to keep the budget; they are made by: aerobench run --resume %s",
			   campaign->left_out, campaign->store->id);
	if (campaign->interrupted)
		error_set(error, STATUS_INTERRUPTED, "interrupted; go on by: aerobench run --resume %s, then %s",
			  campaign->store->id, again);
	free(again);
	return (int)error->status;
}

/* A plan that is made, and what it was made from; confirms: the run that it is the second set of, or NULL. */
struct pair_set {
	struct plan plan;
	struct run_options options;
	const char *confirms;
};

/* Takes the pairs; *run: the id. */
static int take_pairs(const struct gate_timed_command *command, struct pair_set *set, char **run, struct error *error)
{
	struct campaign campaign = {.plan = &set->plan,
				    .enough = decided,
				    .context = (void *)command,
				    .budget_seconds = command->budget_seconds,
				    .quiet = false};
	json_t *record = record_make(&set->plan, command->argc, command->argv, NULL);
	struct store store;
	int status;

	if (set->confirms != NULL)
		json_object_set_new(record, "confirms", json_string(set->confirms));
	status = run_plan_store(&store, &set->plan, &set->options, record, error);
	if (status != 0)
		return status;
	campaign.store = &store;
	status = campaign_run(&campaign, error);
	if (status == 0)
		status = tell_campaign(command, &campaign, set->confirms != NULL ? set->confirms : store.id, error);
	*run = memory_text(store.id);
	campaign_free(&campaign);
	store_close(&store);
	return status;
}

/*
 * Where one build has nothing to measure there are no pairs: a single boot of the other shows that it works. Builds of a
 * subject stand side by side.
 */
static void leave_singles(struct plan *plan)
{
	for (size_t i = 0; i + 1 < plan->subject_count; i += 2) {
		struct plan_subject *pair = &plan->subjects[i];

		if (pair[0].unsupported != NULL || pair[1].unsupported != NULL)
			pair[0].boots = pair[1].boots = 1;
	}
	plan_order(plan);
}

/* --- The first ------------------------------------------------------------------------------------------------------ */

/* Both builds of every subject, side by side. Frees nothing: names is filled with allocated texts. */
static int name_subjects(const struct gate_timed_command *command, char **names, struct error *error)
{
	size_t count = command->subject_count > 0 ? command->subject_count : 1;
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		const char *text = command->subject_count > 0 ? command->subjects[i] : gate_timed_default;
		struct subject subject;

		status = subject_parse(&subject, text, error);
		if (status == 0 && !subject_is_timed(&subject))
			status =
			    error_set(error, STATUS_USAGE,
				      "%s counts instructions: hold it against a baseline by --baseline FILE", text);
		if (status != 0)
			break;
		subject_set_build(&subject, gate_timed_base);
		names[2 * i] = memory_text(subject.name);
		subject_set_build(&subject, gate_timed_head);
		names[2 * i + 1] = memory_text(subject.name);
	}
	return status;
}

/* Makes the plan from the options, looked at so many times; the last look is the end. */
static int make_plan(struct pair_set *set, const unsigned *looks, size_t look_count, struct error *error)
{
	int status;

	set->options.runs = looks[look_count - 1];
	status = run_plan_make(&set->plan, &set->options, error);
	if (status == 0)
		status = run_plan_tell_unsupported(&set->plan, false, error);
	if (status != 0)
		return status;
	memcpy(set->plan.looks, looks, look_count * sizeof(*looks));
	set->plan.look_count = look_count;
	leave_singles(&set->plan);
	return 0;
}

static int measure_first(const struct gate_timed_command *command, char **names, char **run, struct error *error)
{
	size_t look_count = command->pairs > 0 ? 1 : STATS_LOOKS;
	struct pair_set set = {.options = {.subjects = names,
					   .benchmarks = (char **)command->benchmarks,
					   .benchmark_count = command->benchmark_count,
					   .samples = command->samples,
					   .warmup = -1,
					   .seed = command->seed,
					   .results = command->results}};
	unsigned looks[STATS_LOOKS];
	int status;

	for (size_t i = 0; i < look_count; i++)
		looks[i] = command->pairs > 0 ? command->pairs : (unsigned)stats_looks[i].pairs;
	while (names[set.options.subject_count] != NULL)
		set.options.subject_count++;
	status = make_plan(&set, looks, look_count, error);
	if (status == 0)
		status = take_pairs(command, &set, run, error);
	plan_free(&set.plan);
	return status;
}

int gate_timed_measure_first(const struct gate_timed_command *command, char **run, struct error *error)
{
	size_t count = 2 * (command->subject_count > 0 ? command->subject_count : 1);
	char **names = memory_new(count + 1, sizeof(*names));
	int status = build_set(gate_timed_base, command->base, error);

	if (status == 0)
		status = build_set(gate_timed_head, command->head != NULL ? command->head : paths_bin(), error);
	if (status == 0)
		status = name_subjects(command, names, error);
	if (status == 0)
		status = measure_first(command, names, run, error);
	memory_texts_free(names, count);
	return status;
}

/* --- The second ------------------------------------------------------------------------------------------------------ */

/* The points to confirm, for `run -b`, allocated texts; *pairs: of the look that found most, or what their family needs. */
static size_t points_of(const struct gate_timed *timed, char **points, unsigned *pairs)
{
	size_t count = 0;

	*pairs = (unsigned)stats_plan_family(gate_timed_found(timed), GATE_TIMED_ALPHA);
	for (size_t i = 0; i < timed->row_count; i++) {
		const struct gate_timed_row *row = &timed->rows[i];
		bool wanted = false;

		for (int j = 0; j < GATE_TIMED_STATISTICS; j++) {
			const struct gate_timed_test *test = &row->tests[j];

			if (!gate_timed_gates(timed, row, test))
				continue;
			wanted = true;
			*pairs = test->look_pairs > *pairs ? (unsigned)test->look_pairs : *pairs;
		}
		if (wanted)
			points[count++] = gate_timed_selection(row);
	}
	return count;
}

static bool has_found(const struct gate_timed *timed, size_t subject)
{
	bool found = false;

	for (size_t i = 0; i < timed->row_count; i++) {
		const struct gate_timed_row *row = &timed->rows[i];

		for (int j = 0; j < GATE_TIMED_STATISTICS && row->subject == subject; j++)
			found |= gate_timed_gates(timed, row, &row->tests[j]);
	}
	return found;
}

/* As the first run was measured: samples and warm-up are those of its plan. */
static void take_over(struct plan *plan, const struct plan *first)
{
	for (size_t i = 0; i < plan->subject_count; i++) {
		struct plan_subject *subject = &plan->subjects[i];

		for (size_t j = 0; j < first->subject_count; j++) {
			if (strcmp(first->subjects[j].subject.name, subject->subject.name) != 0)
				continue;
			subject->samples = first->subjects[j].samples;
			subject->warmup = first->subjects[j].warmup;
			if (!subject->known)
				plan_guess(subject);
		}
	}
}

/* names and points have room for all; the texts of points are the caller's to free. */
static int measure_second(const struct gate_timed_command *command, const struct gate_timed *timed,
			  struct pair_set *set, char **run, struct error *error)
{
	struct plan first;
	unsigned pairs;
	int status = plan_read(&first, json_object_get(timed->first->store->run, "campaign"), error);

	if (status != 0)
		return status;
	for (size_t i = 0; i < timed->subject_count; i++) {
		if (!has_found(timed, i))
			continue;
		set->options.subjects[set->options.subject_count++] = timed->subjects[i].base;
		set->options.subjects[set->options.subject_count++] = timed->subjects[i].head;
	}
	set->options.benchmark_count = points_of(timed, set->options.benchmarks, &pairs);
	set->options.cpus = first.cpus;
	status = make_plan(set, &pairs, 1, error);
	if (status == 0) {
		take_over(&set->plan, &first);
		fprintf(stderr, "%zu tests have found a regression: a second set of %u pairs decides\n",
			gate_timed_found(timed), pairs);
		status = take_pairs(command, set, run, error);
	}
	plan_free(&first);
	plan_free(&set->plan);
	return status;
}

int gate_timed_measure_second(const struct gate_timed_command *command, const struct gate_timed *timed, char **run,
			      struct error *error)
{
	const struct store *store = timed->first->store;
	struct pair_set set = {.options = {.warmup = -1,
					   .seed = (int64_t)gate_timed_set_seed(store->plan.seed),
					   .results = command->results},
			       .confirms = store->id};
	int status = record_take_builds(store->run, error);

	if (status == 0)
		status = record_same_programs(store->run, error);
	if (status != 0) {
		error->status = STATUS_UNSUPPORTED;
		return error_prefix(error, "a second set of run %s cannot be measured", store->id);
	}
	set.options.subjects = memory_new(2 * timed->subject_count, sizeof(*set.options.subjects));
	set.options.benchmarks = memory_new(timed->row_count, sizeof(*set.options.benchmarks));
	status = measure_second(command, timed, &set, run, error);
	memory_texts_free(set.options.benchmarks, set.options.benchmark_count);
	free(set.options.subjects);
	return status;
}
