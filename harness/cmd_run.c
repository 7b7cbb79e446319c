/* SPDX-License-Identifier: MIT */
/*
 * `aerobench run`: from options to a plan, from the plan to a run on disk. Everything that can be refused is refused
 * before the first boot.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "campaign.h"
#include "catalog.h"
#include "cpus.h"
#include "launch.h"
#include "memory.h"
#include "output.h"
#include "paths.h"
#include "plan.h"
#include "record.h"
#include "run_options.h"
#include "store.h"
#include "table.h"

enum { STATUS_INTERRUPTED = 130, COUNTED_SEED = 1, COUNTED_PARALLEL = 2 };

/* --- The plan --------------------------------------------------------------------------------------------------------------------- */

static int add_subject(struct plan *plan, const struct run_options *options, const char *text, struct error *error)
{
	struct plan_subject *added;
	struct subject subject;

	if (subject_parse(&subject, text, error) != 0)
		return STATUS_USAGE;
	for (size_t i = 0; i < plan->subject_count; i++)
		if (strcmp(plan->subjects[i].subject.name, subject.name) == 0)
			return error_set(error, STATUS_USAGE,
					 "subject '%s' is named twice; name it once and use --runs", subject.name);
	added = plan_add(plan, &subject, options->quick);
	if (options->samples > 0)
		added->samples = options->samples;
	added->warmup = options->warmup;
	if (options->runs > 0)
		added->boots =
		    subject_is_timed(&subject) || options->runs < PLAN_SIM_BOOTS ? options->runs : PLAN_SIM_BOOTS;
	return 0;
}

/* Checks the names of benchmarks and leaves out of each subject what its system does not have. */
static int select_benchmarks(struct plan *plan, const struct run_options *options, struct error *error)
{
	struct catalog catalog;
	int status = 0;

	memset(&catalog, 0, sizeof(catalog));
	for (size_t i = 0; i < options->benchmark_count && status == 0; i++)
		status = catalog_check(&catalog, options->benchmarks[i], error);
	for (size_t i = 0; i < plan->subject_count && status == 0 && options->benchmark_count > 0; i++) {
		struct plan_subject *subject = &plan->subjects[i];
		enum subject_system system = subject->subject.system;

		if (subject->unsupported != NULL)
			continue;
		catalog_load(&catalog, system);
		subject->bench = catalog_word(&catalog, system, options->benchmarks, options->benchmark_count);
		if (subject->bench == NULL && catalog.loaded[system])
			subject->unsupported =
			    memory_format("%s has none of the selected benchmarks", subject->subject.name);
		else if (subject->bench == NULL)
			status = error_set(error, STATUS_FAILED, "%s", catalog.error[system].text);
	}
	catalog_free(&catalog);
	return status;
}

/* Finds out what cannot run here. What should run but is not built is an error: there is no point in starting. */
static int check_subjects(struct plan *plan, struct error *error)
{
	for (size_t i = 0; i < plan->subject_count; i++) {
		struct plan_subject *subject = &plan->subjects[i];
		struct launch_request request = {.subject = &subject->subject, .words = "", .cpus = plan->cpus};
		struct error reason = {STATUS_OK, ""};
		struct launch_argv argv;
		int status = launch_command(&request, &argv, &reason);

		launch_argv_free(&argv);
		if (status == STATUS_UNSUPPORTED)
			subject->unsupported = memory_text(reason.text);
		else if (status != 0)
			return error_set(error, (enum status)status, "%s", reason.text);
	}
	return 0;
}

static uint64_t random_seed(void)
{
	uint32_t seed = 0;

	return getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed) ? seed : 1;
}

static int plan_make(struct plan *plan, const struct run_options *options, struct error *error)
{
	int status = 0;

	memset(plan, 0, sizeof(*plan));
	plan->seed = options->seed >= 0 ? (uint64_t)options->seed : random_seed();
	plan->counted_seed = options->seed >= 0 ? (uint64_t)options->seed : COUNTED_SEED;
	plan->cpus = options->cpus;
	plan->parallel = cpus_allowed() >= COUNTED_PARALLEL ? COUNTED_PARALLEL : 1;
	for (size_t i = 0; i < options->subject_count && status == 0; i++)
		status = add_subject(plan, options, options->subjects[i], error);
	for (size_t i = 0; options->subject_count == 0 && i < subject_defaults_count && status == 0; i++)
		status = add_subject(plan, options, subject_defaults[i], error);
	if (status == 0)
		status = check_subjects(plan, error);
	if (status == 0)
		status = select_benchmarks(plan, options, error);
	if (status != 0)
		return status;
	plan_learn(plan, paths_results(options->results));
	plan_order(plan);
	if (options->budget_seconds > 0 && !plan_fit(plan, options->budget_seconds) && !options->quiet)
		error_warn(
		    "one boot of each subject takes about %.0f s, longer than the budget; name fewer by -s or -b",
		    plan_seconds(plan, NULL));
	return 0;
}

/* Subjects that are left out, one line each. STATUS_UNSUPPORTED if that is all of them. */
static int tell_unsupported(const struct plan *plan, bool quiet, struct error *error)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->subject_count; i++)
		count += plan->subjects[i].unsupported != NULL;
	if (count == plan->subject_count && count == 1)
		return error_set(error, STATUS_UNSUPPORTED, "%s", plan->subjects[0].unsupported);
	for (size_t i = 0; i < plan->subject_count && (!quiet || count == plan->subject_count); i++)
		if (plan->subjects[i].unsupported != NULL)
			error_warn("left out: %s", plan->subjects[i].unsupported);
	if (count == plan->subject_count)
		return error_set(error, STATUS_UNSUPPORTED,
				 "none of the %zu subjects can run here; see 'aerobench doctor'", count);
	return 0;
}

/* --- Dry run ------------------------------------------------------------------------------------------------------------------------ */

static int dry_run_json(const struct plan *plan, struct error *error)
{
	json_t *boots = json_array();

	for (size_t i = 0; i < plan->boot_count; i++) {
		const struct plan_subject *subject = &plan->subjects[plan->boots[i].subject];

		if (subject->unsupported == NULL)
			json_array_append_new(boots,
					      json_pack("{s:i, s:i, s:s}", "index", (int)plan->boots[i].index, "round",
							(int)plan->boots[i].round, "subject", subject->subject.name));
	}
	return output_json(json_pack("{s:s, s:o, s:o, s:f}", "schema", "aerobench.plan/1", "plan", plan_json(plan),
				     "boots", boots, "seconds", plan_seconds(plan, NULL)),
			   error);
}

static int dry_run(const struct plan *plan, bool json, struct error *error)
{
	static const char *const headings[] = {"subject", "boots", "samples", "s/boot", "estimate"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
	unsigned boots = 0;
	struct table table;
	char time[24];

	if (json)
		return dry_run_json(plan, error);
	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < plan->subject_count; i++) {
		const struct plan_subject *subject = &plan->subjects[i];

		table_cell(&table, subject->subject.name);
		table_format(&table, "%u", subject->unsupported == NULL ? subject->boots : 0);
		table_format(&table, "%u", subject->samples);
		table_format(&table, "%.0f", subject->seconds);
		table_cell(&table, subject->unsupported != NULL ? "unsupported here"
				   : subject->known             ? "earlier boots"
								: "built in");
		table_end_row(&table);
		boots += subject->unsupported == NULL ? subject->boots : 0;
	}
	table_print(&table, stdout, false);
	table_free(&table);
	printf("\n%u boots, about %s\n", boots, progress_time(time, sizeof(time), plan_seconds(plan, NULL)));
	return output_finish(error);
}

/* --- The run ------------------------------------------------------------------------------------------------------------------------ */

static int run_create(struct store *store, const struct plan *plan, const struct run_options *options, int argc,
		      char **argv, struct error *error)
{
	struct store_plan stored = {.benchmarks = options->benchmarks,
				    .benchmark_count = options->benchmark_count,
				    .warmup = options->warmup,
				    .runs = plan_rounds(plan),
				    .seed = plan->seed};
	int status;

	stored.subjects = memory_new(plan->subject_count, sizeof(*stored.subjects));
	stored.subject_count = plan->subject_count;
	for (size_t i = 0; i < plan->subject_count; i++) {
		stored.subjects[i] = (char *)plan->subjects[i].subject.name;
		if (plan->subjects[i].samples > stored.samples)
			stored.samples = plan->subjects[i].samples;
	}
	status = store_create(store, paths_results(options->results), &stored,
			      record_make(plan, argc, argv, options->words), error);
	free(stored.subjects);
	return status;
}

/* Opens an interrupted run and makes the same plan again. */
static int run_reopen(struct store *store, struct plan *plan, const struct run_options *options, struct error *error)
{
	int status = store_resume(store, paths_results(options->results), options->resume, error);

	if (status != 0)
		return status;
	status = record_same_programs(store->run, error);
	if (status == 0)
		status = plan_read(plan, json_object_get(store->run, "campaign"), error);
	if (status == 0)
		status = check_subjects(plan, error);
	if (status != 0) {
		error_prefix(error, "cannot resume '%s'", options->resume);
		store_close(store);
	}
	return status;
}

static int outcome_json(const struct campaign *campaign, struct error *error)
{
	json_t *failures = json_array();

	for (size_t i = 0; i < campaign->failure_count; i++)
		json_array_append_new(failures, json_string(campaign->failures[i]));
	return output_json(json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:b, s:f, s:o}", "schema",
				     "aerobench.run_outcome/1", "id", campaign->store->id, "path",
				     campaign->store->path, "boots_ok", (int)campaign->ok, "boots_failed",
				     (int)campaign->failed, "boots_left_out", (int)campaign->left_out, "interrupted",
				     (int)campaign->interrupted, "seconds", campaign->seconds, "failures", failures),
			   error);
}

static int outcome(const struct campaign *campaign, const struct run_options *options, struct error *error)
{
	const char *id = campaign->store->id;
	char time[24];

	for (size_t i = 0; i < campaign->failure_count; i++)
		fprintf(stderr, "aerobench: %s\n", campaign->failures[i]);
	if (campaign->failure_count > 0)
		fprintf(stderr, "aerobench: the logs of failed boots are in %s\n", campaign->store->path);
	if (campaign->left_out > 0 && !options->quiet)
		error_warn("%u boots were left out to keep the budget", campaign->left_out);
	if (options->json && outcome_json(campaign, error) != 0)
		return (int)error->status;
	if (campaign->interrupted) {
		fprintf(stderr, "aerobench: interrupted; go on by: aerobench run --resume %s\n", id);
		return STATUS_INTERRUPTED;
	}
	if (!options->json && campaign->ok > 0)
		printf("run %s: %u boots in %s%s; see it by: aerobench show %s\n", id, campaign->ok,
		       progress_time(time, sizeof(time), campaign->seconds),
		       campaign->failed > 0 ? ", some failed" : "", id);
	if (output_finish(error) != 0)
		return (int)error->status;
	return campaign->failed > 0 ? STATUS_FAILED : STATUS_OK;
}

static int run_plan(struct plan *plan, struct store *store, const struct run_options *options, struct error *error)
{
	struct campaign campaign = {.plan = plan,
				    .store = store,
				    .timeout_seconds = options->timeout_seconds,
				    .budget_seconds = options->budget_seconds,
				    .quiet = options->quiet};
	int status;

	campaign.words = json_string_value(json_object_get(json_object_get(store->run, "campaign"), "words"));
	status = campaign_run(&campaign, error);
	if (status != 0)
		error_prefix(error, "run %s stopped; what is stored stays valid, go on by --resume", store->id);
	else
		status = outcome(&campaign, options, error);
	campaign_free(&campaign);
	return status;
}

static int run(const struct run_options *options, int argc, char **argv, struct error *error)
{
	struct store store;
	struct plan plan;
	int status;

	memset(&plan, 0, sizeof(plan));
	if (options->resume != NULL) {
		status = run_reopen(&store, &plan, options, error);
	} else {
		status = plan_make(&plan, options, error);
		if (status == 0)
			status = tell_unsupported(&plan, options->quiet, error);
		if (status == 0 && options->dry_run)
			status = dry_run(&plan, options->json, error);
		else if (status == 0)
			status = run_create(&store, &plan, options, argc, argv, error);
	}
	if (status == 0 && (options->resume != NULL || !options->dry_run)) {
		status = run_plan(&plan, &store, options, error);
		store_close(&store);
	}
	plan_free(&plan);
	return status;
}

static int cmd_run(int argc, char **argv)
{
	struct error error = {STATUS_OK, ""};
	struct run_options options;
	int status = run_options_parse(&options, argc, argv, &error);

	if (status == 0 && options.help)
		run_options_help(argv[0]);
	else if (status == 0)
		status = run(&options, argc, argv, &error);
	if (error.status != STATUS_OK)
		status = error_print(&error);
	run_options_free(&options);
	return status;
}

COMMAND(run, .summary = "measure: boot the subjects, store their samples", .run = cmd_run);
