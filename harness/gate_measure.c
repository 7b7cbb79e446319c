/* SPDX-License-Identifier: MIT */
/* Measuring for the gate: see gate_measure.h. */
#include "gate_measure.h"

#include <stdlib.h>
#include <string.h>

#include "campaign.h"
#include "memory.h"
#include "record.h"
#include "run_plan.h"

static const char gate_default[] = "aerokernel@sim";
static char *const gate_command[] = {(char *)"aerobench gate", (char *)"--measure"};

/* A whole number of the baseline's environment; otherwise if it is not there or no number ("rule"). */
static int64_t env_number(const struct gate_subject *subject, const char *key, int64_t otherwise)
{
	const char *text = json_string_value(json_object_get(json_object_get(subject->machine, "env"), key));
	char *end = NULL;
	int64_t number = text != NULL ? strtoll(text, &end, 10) : otherwise;

	return end != NULL && end != text && *end == '\0' && number >= 0 && number <= UINT32_MAX ? number : otherwise;
}

static bool wanted(const struct gate_scope *scope, const char *name)
{
	for (size_t i = 0; i < scope->subject_count; i++) {
		if (strcmp(scope->subjects[i], name) == 0)
			return true;
	}
	return scope->subject_count == 0;
}

static bool same_benchmarks(const struct gate_subject *a, const struct gate_subject *b)
{
	if (a->benchmark_count != b->benchmark_count)
		return false;
	for (size_t i = 0; i < a->benchmark_count; i++) {
		if (strcmp(a->benchmarks[i], b->benchmarks[i]) != 0)
			return false;
	}
	return true;
}

/* CPUs that the run has to give it; 0: the default, or it says itself how many ("linux@sim:cpus=4"). */
static unsigned cpus_of(const struct gate_subject *gated)
{
	struct subject subject;

	if (subject_parse(&subject, gated->name, NULL) == 0 && subject.cpus > 0)
		return 0;
	return (unsigned)env_number(gated, "cpus", 0);
}

/* cpus: of the subjects before b; 0: none of them asked for a number. */
static int alike(const struct gate_subject *a, const struct gate_subject *b, unsigned cpus, struct error *error)
{
	bool same_cpus = cpus == 0 || cpus_of(b) == 0 || cpus_of(b) == cpus;

	if (same_benchmarks(a, b) && same_cpus && env_number(a, "seed", 1) == env_number(b, "seed", 1))
		return 0;
	return error_set(
	    error, STATUS_USAGE,
	    "%s and %s of the baseline were measured differently and do not fit into one run: gate one at a "
	    "time by -s",
	    a->name, b->name);
}

int gate_measure_choose(struct run_options *options, const struct gate_baseline *baseline,
			const struct gate_scope *scope, struct error *error)
{
	const struct gate_subject *first = NULL;
	int status = 0;

	/* One boot does not show that it repeats. */
	options->runs = PLAN_SIM_BOOTS;
	for (size_t i = 0; i < baseline->subject_count && status == 0; i++) {
		const struct gate_subject *subject = &baseline->subjects[i];

		if (!wanted(scope, subject->name))
			continue;
		options->subjects[options->subject_count++] = subject->name;
		first = first != NULL ? first : subject;
		status = alike(first, subject, options->cpus, error);
		options->cpus = options->cpus != 0 ? options->cpus : cpus_of(subject);
	}
	for (size_t i = 0; i < scope->subject_count && status == 0; i++) {
		if (gate_subject_find(baseline, scope->subjects[i]) == NULL)
			options->subjects[options->subject_count++] = scope->subjects[i];
	}
	if (options->subject_count == 0)
		options->subjects[options->subject_count++] = (char *)gate_default;
	if (first != NULL) {
		options->benchmarks = first->benchmarks;
		options->benchmark_count = first->benchmark_count;
		options->seed = env_number(first, "seed", -1);
	}
	return status;
}

/* Samples and warm-up may differ between subjects. */
static void adjust(struct plan *plan, const struct gate_baseline *baseline)
{
	for (size_t i = 0; i < plan->subject_count; i++) {
		struct plan_subject *planned = &plan->subjects[i];
		const struct gate_subject *subject = gate_subject_find(baseline, planned->subject.name);
		int64_t samples = subject != NULL ? env_number(subject, "samples", 0) : 0;

		if (samples < 1 || samples > PLAN_SAMPLES_MAX)
			continue;
		planned->samples = (unsigned)samples;
		planned->warmup = env_number(subject, "warmup", -1);
		plan_guess(planned);
	}
}

static int carry_out(struct plan *plan, struct store *store, struct gate_measured *measured, struct error *error)
{
	struct campaign campaign = {.plan = plan, .store = store, .timeout_seconds = measured->timeout_seconds};
	int status = campaign_run(&campaign, error);

	for (size_t i = 0; i < campaign.failure_count; i++)
		error_warn("%s", campaign.failures[i]);
	if (status == 0 && campaign.interrupted)
		status =
		    error_set(error, STATUS_INTERRUPTED, "interrupted; go on by: aerobench run --resume %s", store->id);
	measured->timed_out = campaign.timed_out > 0;
	campaign_free(&campaign);
	return status;
}

int gate_measure(const struct gate_baseline *baseline, const struct gate_scope *scope, const char *results,
		 struct gate_measured *measured, struct error *error)
{
	struct run_options options = {.warmup = -1, .seed = -1, .results = results};
	struct plan plan;
	struct store store;
	int status;

	measured->run = NULL;
	memset(&plan, 0, sizeof(plan));
	options.subjects = memory_new(baseline->subject_count + scope->subject_count + 1, sizeof(*options.subjects));
	status = gate_measure_choose(&options, baseline, scope, error);
	if (status == 0)
		status = run_plan_make(&plan, &options, error);
	if (status == 0)
		status = run_plan_tell_unsupported(&plan, false, error);
	if (status == 0) {
		adjust(&plan, baseline);
		status = run_plan_store(&store, &plan, &options, record_make(&plan, 2, gate_command, NULL), error);
	}
	if (status == 0) {
		status = carry_out(&plan, &store, measured, error);
		measured->run = memory_text(store.id);
		store_close(&store);
	}
	plan_free(&plan);
	free(options.subjects);
	return status;
}
