/* SPDX-License-Identifier: MIT */
/* The beginning of a session: see session_start.h. */
#include "session_start.h"

#include <stdlib.h>
#include <string.h>

#include "boot_facts.h"
#include "catalog.h"
#include "cpus.h"
#include "memory.h"
#include "paths.h"
#include "profile.h"
#include "record.h"
#include "run_plan.h"

void session_start_select(struct session_start *start, char *selection)
{
	struct run_options *run = &start->run;

	run->benchmarks = memory_grow(run->benchmarks, run->benchmark_count, sizeof(*run->benchmarks));
	run->benchmarks[run->benchmark_count++] = selection;
}

void session_start_free(struct session_start *start)
{
	free(start->run.benchmarks);
}

static int check_profile(const struct session_start *start, const json_t *facts, struct error *error)
{
	struct profile profile;
	char *differences = NULL;
	int status;

	if (start->profile == NULL)
		return 0;
	status = profile_make(&profile, start->profile, start->root, error);
	if (status == 0)
		differences = profile_differences(&profile, facts);
	if (differences != NULL)
		status =
		    error_set(error, STATUS_FAILED,
			      "this Linux is not booted as profile %s wants it: %s; 'aerobench session metal profile "
			      "%s' says what to do",
			      start->profile, differences, start->profile);
	free(differences);
	profile_free(&profile);
	return status;
}

/* What of the selection the Aerokernel has, which run_plan_make() does not ask for a machine that it cannot boot. */
static int select_metal(struct plan_subject *subject, const struct run_options *run, struct error *error)
{
	struct catalog catalog = {0};
	int status = 0;

	free(subject->unsupported);
	subject->unsupported = NULL;
	if (run->benchmark_count > 0 && catalog_load(&catalog, SUBJECT_AEROKERNEL) != 0)
		status =
		    error_set(error, catalog.error[SUBJECT_AEROKERNEL].status,
			      "which of these benchmarks the Aerokernel has is asked of it in QEMU: %s; without -b "
			      "the whole suite is measured",
			      catalog.error[SUBJECT_AEROKERNEL].text);
	if (status == 0 && run->benchmark_count > 0) {
		subject->bench = catalog_word(&catalog, SUBJECT_AEROKERNEL, run->benchmarks, run->benchmark_count);
		if (subject->bench == NULL)
			status = error_set(error, STATUS_USAGE, "the Aerokernel has none of the selected benchmarks");
		plan_guess(subject);
	}
	catalog_free(&catalog);
	return status;
}

static int make_plan(struct plan *plan, const struct run_options *run, struct error *error)
{
	int status = run_plan_make(plan, run, error);

	for (size_t i = 0; i < plan->subject_count && status == 0; i++) {
		struct plan_subject *subject = &plan->subjects[i];

		if (subject->subject.machine == SUBJECT_METAL)
			status = select_metal(subject, run, error);
		else if (subject->unsupported != NULL)
			status = error_set(error, STATUS_UNSUPPORTED, "%s", subject->unsupported);
	}
	return status;
}

/* The record of a run, with what makes it a session. The Aerokernel says itself how fit the machine was (its @env). */
static json_t *make_record(const struct session_start *start, const struct plan *plan, json_t *facts)
{
	json_t *record = record_make(plan, start->argc, start->argv, NULL);

	json_object_del(json_object_get(json_object_get(record, "doctor"), "machines"), "metal");
	json_object_set_new(record, "session", session_json(start->way, start->profile, facts));
	return record;
}

int session_start(struct session *session, const struct session_start *start, struct error *error)
{
	struct run_options run = start->run;
	json_t *facts = boot_facts_json(start->root);
	unsigned cpus = cpus_allowed();
	struct store store;
	struct plan plan = {0};
	char *path = NULL;
	int status = check_profile(start, facts, error);

	run.subjects = (char **)session_subjects;
	run.subject_count = SESSION_SUBJECTS;
	run.results = start->results;
	if (run.cpus == 0)
		run.cpus = cpus < SUBJECT_CPUS_MAX ? cpus : SUBJECT_CPUS_MAX;
	if (status == 0)
		status = make_plan(&plan, &run, error);
	if (status == 0)
		status = run_plan_store(&store, &plan, &run, make_record(start, &plan, json_incref(facts)), error);
	if (status == 0) {
		path = memory_text(store.path);
		store_close(&store);
		status = session_open(session, paths_results(start->results), path, true, error);
	}
	free(path);
	plan_free(&plan);
	json_decref(facts);
	return status;
}
