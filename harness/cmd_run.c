/* SPDX-License-Identifier: MIT */
/*
 * `aerobench run`: from options to a plan, from the plan to a run on disk. Everything that can be refused is refused
 * before the first boot.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "campaign.h"
#include "memory.h"
#include "output.h"
#include "paths.h"
#include "plan.h"
#include "record.h"
#include "run_events.h"
#include "run_options.h"
#include "run_plan.h"
#include "run_skipped.h"
#include "run_until.h"
#include "session.h"
#include "store.h"

/* The record of a new run; NULL with the error set. */
static json_t *run_record(const struct plan *plan, const struct run_options *options, int argc, char **argv,
			  struct error *error)
{
	json_t *record = NULL, *events;
	char *words;

	if (run_events_words(options, &words, &events, error) == 0) {
		record = record_make(plan, argc, argv, words);
		if (events != NULL)
			json_object_set(record, "events", events);
	}
	json_decref(events);
	free(words);
	return record;
}

static int run_create(struct store *store, const struct plan *plan, const struct run_options *options, int argc,
		      char **argv, struct error *error)
{
	json_t *record = run_record(plan, options, argc, argv, error);

	return record != NULL ? run_plan_store(store, plan, options, record, error) : (int)error->status;
}

/* Opens an interrupted run and makes the same plan again. */
static int run_reopen(struct store *store, struct plan *plan, const struct run_options *options, struct error *error)
{
	int status = store_resume(store, paths_results(options->results), options->resume, error);

	if (status != 0)
		return status;
	if (session_is(store->run))
		status =
		    error_set(error, STATUS_USAGE, "run %s is a session: go on by 'aerobench session metal next %s'",
			      store->id, store->id);
	if (status == 0)
		status = record_take_builds(store->run, error);
	if (status == 0)
		status = record_same_programs(store->run, error);
	if (status == 0)
		status = plan_read(plan, json_object_get(store->run, "campaign"), error);
	if (status == 0)
		status = run_plan_check(plan, error);
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
		json_array_append_new(failures, output_text_json(campaign->failures[i]));
	return output_json(json_pack("{s:s, s:s, s:o, s:i, s:i, s:i, s:i, s:I, s:b, s:f, s:o, s:o}", "schema",
				     "aerobench.run_outcome/1", "id", campaign->store->id, "path",
				     output_text_json(campaign->store->path), "boots_ok", (int)campaign->ok,
				     "boots_failed", (int)campaign->failed, "boots_left_out", (int)campaign->left_out,
				     "boots_spared", (int)campaign->spared, "seed", (json_int_t)campaign->plan->seed,
				     "interrupted", (int)campaign->interrupted, "seconds", campaign->seconds,
				     "precision", run_until_json(campaign), "failures", failures),
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
	if (campaign->interrupted) /* before JSON, whose reader may be gone */
		fprintf(stderr, "aerobench: interrupted; go on by: aerobench run --resume %s\n", id);
	if (options->json && outcome_json(campaign, error) != 0)
		return (int)error->status;
	if (campaign->interrupted)
		return STATUS_INTERRUPTED;
	if (!options->json && campaign->ok > 0)
		printf("run %s: %u boots in %s, seed %llu%s; see it by: aerobench show %s\n", id, campaign->ok,
		       progress_time(time, sizeof(time), campaign->seconds), (unsigned long long)campaign->plan->seed,
		       campaign->failed > 0 ? ", some failed" : "", id);
	if (!options->quiet && campaign->ok > 0)
		run_events_tell(campaign->store);
	if (!options->json && campaign->ok > 0)
		run_until_tell(campaign);
	if (output_finish(error) != 0)
		return (int)error->status;
	if (campaign->failed > 0)
		return STATUS_FAILED;
	return campaign->ok > 0 ? run_skipped_tell(campaign->store, options->quiet, error) : STATUS_OK;
}

static int carry_out(struct plan *plan, struct store *store, const struct run_options *options, struct error *error)
{
	struct campaign campaign = {.plan = plan,
				    .store = store,
				    .enough = plan->until > 0 ? run_until_enough : NULL,
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
		status = run_events_check(options, error);
		if (status == 0)
			status = run_plan_make(&plan, options, error);
		if (status == 0)
			status = run_plan_tell_unsupported(&plan, options->quiet, error);
		if (status == 0 && options->dry_run)
			status = run_plan_print(&plan, options->json, error);
		else if (status == 0)
			status = run_create(&store, &plan, options, argc, argv, error);
	}
	if (status == 0 && (options->resume != NULL || !options->dry_run)) {
		status = carry_out(&plan, &store, options, error);
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
