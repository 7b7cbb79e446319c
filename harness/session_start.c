/* SPDX-License-Identifier: MIT */
/* The beginning of a session: see session_start.h. */
#include "session_start.h"

#include <stdlib.h>
#include <string.h>

#include "boot_facts.h"
#include "campaign_boot.h"
#include "cpus.h"
#include "kernel_benches.h"
#include "kexec.h"
#include "launch.h"
#include "memory.h"
#include "paths.h"
#include "profile.h"
#include "record.h"
#include "run_events.h"
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

/*
 * What of the selection the Aerokernel has, which run_plan_make() does not ask for a machine that it cannot boot. The image
 * is not booted for it: a machine that is measured on its metal needs no QEMU.
 */
static int select_metal(struct plan_subject *subject, const struct run_options *run, struct error *error)
{
	struct kernel_benches benches = {0};
	char *image = launch_path("aerokernel.elf");
	int status = 0;

	free(subject->unsupported);
	subject->unsupported = NULL;
	if (run->benchmark_count > 0)
		status = kernel_benches_read(&benches, image, error);
	if (status == 0 && run->benchmark_count > 0) {
		subject->bench = kernel_benches_word(&benches, run->benchmarks, run->benchmark_count);
		if (subject->bench == NULL)
			status = error_set(error, STATUS_USAGE, "the Aerokernel has none of the selected benchmarks");
		plan_guess(subject);
	}
	kernel_benches_free(&benches);
	free(image);
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

/* --- By kexec ----------------------------------------------------------------------------------------------------- */

/* As next will find it, whatever directory that is called in; allocated, NULL of NULL. A word as "none" stays one. */
static char *whole_path(const char *path)
{
	char *whole = path != NULL && strcmp(path, "none") != 0 ? realpath(path, NULL) : NULL;

	return whole != NULL ? whole : path != NULL ? memory_text(path) : NULL;
}

static json_t *kexec_json(const struct session_start *start)
{
	char *kernel = whole_path(start->kernel), *initrd = whole_path(start->initrd);
	json_t *json = json_pack("{s:s?, s:s?, s:s?}", "kernel", kernel, "initrd", initrd, "place", start->place);

	free(kernel);
	free(initrd);
	return json;
}

/*
 * Whether the machine can be left as the session will do it. A wrong file is an error, but what only this Linux lacks, as a
 * package or root's rights, may be there by then: it is told.
 */
static int check_kexec(const struct session_start *start, struct plan *plan, const char *words, struct error *error)
{
	struct campaign campaign = {.plan = plan, .words = words};
	struct kexec_options options = {
	    .root = start->root, .kernel = start->kernel, .initrd = start->initrd, .place = start->place};
	struct error problem = {STATUS_OK, ""};
	struct kexec_plan made;
	json_t *paths = kexec_json(start);
	size_t metal = 0;
	char *own, *told;

	json_decref(paths);
	if (start->way != SESSION_KEXEC)
		return 0;
	if (paths == NULL)
		return error_set(error, STATUS_USAGE,
				 "the path of --kernel or --initrd is no UTF-8: give it another name");
	while (plan->subjects[plan->boots[metal].subject].subject.machine != SUBJECT_METAL)
		metal++;
	own = campaign_boot_words(&campaign, &plan->boots[metal]);
	told = memory_format(SESSION_KEXEC_WORDS " %s", own);
	options.words = told;
	if (kexec_plan_make(&made, &options, &problem) == 0) {
		if (made.watched != NULL)
			error_warn("%s", made.watched);
		kexec_plan_free(&made);
	}
	free(told);
	free(own);
	if (problem.status == STATUS_UNSUPPORTED)
		error_warn("as it is now, this Linux cannot be left by kexec: %s", problem.text);
	else if (problem.status != STATUS_OK)
		error_set(error, problem.status, "%s", problem.text);
	return (int)error->status;
}

/*
 * The Aerokernel asks the processor for performance (kernel/x86/power_reset.c), and this stays until a reset wherever the next
 * Linux asks for nothing else: intel_pstate_hwp_set() of drivers/cpufreq/intel_pstate.c leaves under `powersave` what it finds.
 */
static void tell_preference(const struct session_start *start, const json_t *facts)
{
	const char *preference = json_string_value(json_object_get(facts, "energy_preference"));

	if (start->way == SESSION_KEXEC && preference != NULL && strcmp(preference, "performance") != 0)
		error_warn("this Linux's energy_performance_preference is '%s', and may be 'performance' when it comes "
			   "back by kexec, where the session would stop: boot it as a profile has it ('aerobench "
			   "session metal profile'), or start after one 'aerobench kexec'",
			   preference);
}

/* --- The run ------------------------------------------------------------------------------------------------------ */

/*
 * The record of a run, with what makes it a session; words and events as run_events.h has them. The Aerokernel says itself
 * how fit the machine was (its @env).
 */
static json_t *make_record(const struct session_start *start, const struct plan *plan, json_t *facts, const char *words,
			   json_t *events)
{
	json_t *record = record_make(plan, start->argc, start->argv, words);
	json_t *session = session_json(start->way, start->profile, facts);

	json_object_del(json_object_get(json_object_get(record, "doctor"), "machines"), "metal");
	if (start->way == SESSION_KEXEC)
		json_object_set_new(session, "kexec", kexec_json(start));
	json_object_set_new(record, "session", session);
	if (events != NULL)
		json_object_set(record, "events", events);
	return record;
}

/* Makes the plan and the run; *path, allocated, is its directory. */
static int make_run(const struct session_start *start, const struct run_options *run, json_t *facts, char **path,
		    struct error *error)
{
	struct plan plan = {0};
	struct store store;
	json_t *events = NULL;
	char *words = NULL;
	int status = make_plan(&plan, run, error);

	if (status == 0)
		status = run_events_words(run, &words, &events, error);
	if (status == 0)
		status = check_kexec(start, &plan, words, error);
	if (status == 0)
		status = run_plan_store(&store, &plan, run,
					make_record(start, &plan, json_incref(facts), words, events), error);
	if (status == 0) {
		*path = memory_text(store.path);
		store_close(&store);
	}
	free(words);
	json_decref(events);
	plan_free(&plan);
	return status;
}

int session_start(struct session *session, const struct session_start *start, struct error *error)
{
	struct run_options run = start->run;
	json_t *facts = boot_facts_json(start->root);
	unsigned cpus = cpus_allowed();
	char *path = NULL;
	int status = check_profile(start, facts, error);

	tell_preference(start, facts);
	run.subjects = (char **)session_subjects;
	run.subject_count = SESSION_SUBJECTS;
	run.results = start->results;
	if (run.cpus == 0)
		run.cpus = cpus < SUBJECT_CPUS_MAX ? cpus : SUBJECT_CPUS_MAX;
	if (status == 0)
		status = make_run(start, &run, facts, &path, error);
	if (status == 0)
		status = session_open(session, paths_results(start->results), path, true, error);
	free(path);
	json_decref(facts);
	return status;
}
