/* SPDX-License-Identifier: MIT */
/* Measuring and judging for tier 2 of the gate: see gate_timed_run.h. */
#include "gate_timed_run.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "campaign.h"
#include "gate_history.h"
#include "gate_timed_report.h"
#include "memory.h"
#include "paths.h"
#include "reading.h"
#include "record.h"
#include "run_options.h"
#include "run_plan.h"
#include "store_file.h"

static const char gate_timed_default[] = "linux@host";

/* --- Measuring ------------------------------------------------------------------------------------------------------ */

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

/* Takes the pairs of a plan that is made; *run: the id, allocated. */
static int take_pairs(const struct gate_timed_command *command, struct plan *plan, const struct run_options *options,
		      char **run, struct error *error)
{
	static char *const words[] = {(char *)"aerobench gate", (char *)"--base"};
	struct campaign campaign = {.plan = plan,
				    .enough = decided,
				    .context = (void *)command,
				    .budget_seconds = command->budget_seconds,
				    .quiet = false};
	struct store store;
	int status = run_plan_store(&store, plan, options, record_make(plan, 2, words, NULL), error);

	if (status != 0)
		return status;
	campaign.store = &store;
	status = campaign_run(&campaign, error);
	for (size_t i = 0; i < campaign.failure_count; i++)
		error_warn("%s", campaign.failures[i]);
	if (status == 0 && campaign.interrupted)
		status = error_set(error, STATUS_INTERRUPTED,
				   "interrupted; go on by: aerobench run --resume %s, then aerobench gate --timed %s",
				   store.id, store.id);
	*run = memory_text(store.id);
	campaign_free(&campaign);
	store_close(&store);
	return status;
}

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

/* What a set of pairs measures, and when it is looked at; the last look is its end. */
struct pair_set {
	char **benchmarks;
	size_t benchmark_count;
	unsigned looks[STATS_LOOKS];
	size_t look_count;
};

static int measure(const struct gate_timed_command *command, const struct pair_set *set, char **run,
		   struct error *error)
{
	size_t count = 2 * (command->subject_count > 0 ? command->subject_count : 1);
	char **names = memory_new(count, sizeof(*names));
	struct run_options options = {.subjects = names,
				      .subject_count = count,
				      .benchmarks = set->benchmarks,
				      .benchmark_count = set->benchmark_count,
				      .runs = set->looks[set->look_count - 1],
				      .samples = command->samples,
				      .warmup = -1,
				      .seed = command->seed,
				      .results = command->results};
	struct plan plan = {0};
	int status = name_subjects(command, names, error);

	if (status == 0)
		status = run_plan_make(&plan, &options, error);
	if (status == 0)
		status = run_plan_tell_unsupported(&plan, false, error);
	if (status == 0) {
		memcpy(plan.looks, set->looks, sizeof(set->looks));
		plan.look_count = set->look_count;
		status = take_pairs(command, &plan, &options, run, error);
	}
	plan_free(&plan);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return status;
}

static int measure_first(const struct gate_timed_command *command, char **run, struct error *error)
{
	struct pair_set set = {.benchmarks = (char **)command->benchmarks,
			       .benchmark_count = command->benchmark_count,
			       .look_count = STATS_LOOKS};
	int status = build_set(gate_timed_base, command->base, error);

	if (status == 0)
		status = build_set(gate_timed_head, command->head != NULL ? command->head : paths_bin(), error);
	if (status != 0)
		return status;
	for (size_t i = 0; i < STATS_LOOKS; i++)
		set.looks[i] = (unsigned)stats_looks[i].pairs;
	if (command->pairs > 0) {
		set.looks[0] = command->pairs;
		set.look_count = 1;
	}
	return measure(command, &set, run, error);
}

/* The points that have regressed, as many pairs as the look that found most. */
static int measure_second(const struct gate_timed_command *command, const struct gate_timed *timed, char **run,
			  struct error *error)
{
	size_t found = gate_timed_found(timed);
	char **points = memory_new(timed->row_count, sizeof(*points));
	struct pair_set set = {.benchmarks = points, .look_count = 1};
	unsigned pairs = (unsigned)stats_plan_family(found, GATE_TIMED_ALPHA);
	struct gate_timed_command again = *command;
	int status;

	for (size_t i = 0; i < timed->row_count; i++) {
		const struct gate_timed_row *row = &timed->rows[i];
		bool wanted = false;

		for (int j = 0; j < GATE_TIMED_STATISTICS; j++) {
			const struct gate_timed_test *test = &row->tests[j];

			if (test->judgement.verdict != STATS_REGRESSED)
				continue;
			wanted = true;
			pairs = test->look_pairs > pairs ? (unsigned)test->look_pairs : pairs;
		}
		if (wanted)
			points[set.benchmark_count++] = gate_timed_selection(row);
	}
	/* Independent: its own order and coins. */
	again.seed = command->seed >= 0 ? command->seed + 1 : -1;
	fprintf(stderr, "%zu tests have found a regression: a second set of %u pairs decides\n", found, pairs);
	set.looks[0] = pairs;
	status = measure(&again, &set, run, error);
	for (size_t i = 0; i < set.benchmark_count; i++)
		free(points[i]);
	free(points);
	return status;
}

/* --- Telling -------------------------------------------------------------------------------------------------------- */

/* Takes text. */
static void write_file(const char *path, char *text, struct error *error)
{
	store_file_write(path, text, strlen(text), error);
	free(text);
}

static int tell_all(const struct gate_timed_command *command, const struct gate_timed *timed, const char *second,
		    const struct gate_advice *advice, struct error *error)
{
	enum status verdict = gate_timed_status(timed, command->strict);
	json_t *json;

	/* Each is tried, whatever became of the one before: a bad path must not hide the verdict. */
	if (command->markdown != NULL)
		write_file(command->markdown, gate_advice_append(advice, gate_timed_markdown(timed, verdict)), error);
	if (command->junit != NULL)
		write_file(command->junit, gate_timed_junit(timed), error);
	if (command->json) {
		json = gate_timed_json(timed, second, verdict);
		json_object_set_new(json, "history", gate_advice_json(advice));
		output_json(json, error);
	} else {
		reading_heading(stdout, timed->first);
		gate_timed_print(timed, stdout, command->all, output_colored(stdout, command->color));
		gate_advice_print(advice, stdout, "  ");
		printf("judge again by: aerobench gate --timed %s%s%s\n", timed->first->store->id,
		       second != NULL ? " " : "", second != NULL ? second : "");
		output_finish(error);
	}
	return error->status != STATUS_OK ? (int)error->status : (int)verdict;
}

static int tell(const struct gate_timed_command *command, const struct gate_timed *timed, const char *second,
		struct error *error)
{
	char **names = memory_new(timed->subject_count, sizeof(*names));
	struct gate_advice advice;
	int status;

	for (size_t i = 0; i < timed->subject_count; i++)
		names[i] = timed->subjects[i].name;
	gate_advice_make(&advice, names, timed->subject_count);
	status = tell_all(command, timed, second, &advice, error);
	gate_advice_free(&advice);
	free(names);
	return status;
}

/* --- The command ---------------------------------------------------------------------------------------------------- */

static int load(const struct gate_timed_command *command, const char *run, struct store *store, struct summary *summary,
		struct error *error)
{
	const struct reading whole = {.results = command->results};

	return reading_load(&whole, run, store, summary, error);
}

/* Holds the findings against a second run, if there is one; else they stay unconfirmed, which gates nothing. */
static int confirm(const struct gate_timed_command *command, struct gate_timed *timed, const char *run,
		   struct error *error)
{
	struct summary summary;
	struct store store;
	int status;

	if (run == NULL) {
		gate_timed_confirm(timed, NULL);
		return 0;
	}
	status = load(command, run, &store, &summary, error);
	if (status != 0)
		return status;
	gate_timed_confirm(timed, &summary);
	reading_unload(&store, &summary);
	return 0;
}

static int judge(const struct gate_timed_command *command, const char *first, struct error *error)
{
	struct summary summary;
	struct store store;
	struct gate_timed timed;
	char *second = NULL;
	int status = load(command, first, &store, &summary, error);

	if (status != 0)
		return status;
	status = gate_timed_judge(&timed, &summary, &command->judge, error);
	if (status == 0 && command->second != NULL)
		second = memory_text(command->second);
	else if (status == 0 && command->base != NULL && timed.correct && gate_timed_found(&timed) > 0)
		status = measure_second(command, &timed, &second, error);
	if (status == 0)
		status = confirm(command, &timed, second, error);
	if (status == 0) {
		gate_timed_finish(&timed);
		status = tell(command, &timed, second, error);
	}
	free(second);
	gate_timed_free(&timed);
	reading_unload(&store, &summary);
	return status;
}

int gate_timed_command(const struct gate_timed_command *command, struct error *error)
{
	char *measured = NULL;
	int status = 0;

	if (command->base != NULL)
		status = measure_first(command, &measured, error);
	if (status == 0)
		status = judge(command, measured != NULL ? measured : command->first, error);
	free(measured);
	return status;
}
