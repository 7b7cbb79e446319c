/* SPDX-License-Identifier: MIT */
/* From the options of `aerobench run` to a plan: see run_plan.h. */
#include "run_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "catalog.h"
#include "cpus.h"
#include "launch.h"
#include "memory.h"
#include "output.h"
#include "paths.h"
#include "progress.h"
#include "table.h"

static const unsigned run_looks[] = {6, 10, 16, 24, 40, 64}; /* RUN_LOOKS_TEXT */

enum { RUN_LOOKS = sizeof(run_looks) / sizeof(run_looks[0]) };
enum { COUNTED_SEED = 1, COUNTED_PARALLEL = 2 };

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
	if (options->warmup >= 0)
		added->warmup = options->warmup;
	else if (options->samples > 0)
		added->warmup = -1;
	if (options->until > 0 && options->runs == 0 && subject_is_timed(&subject))
		added->boots = run_looks[RUN_LOOKS - 1];
	if (options->runs > 0)
		added->boots =
		    subject_is_timed(&subject) || options->runs < PLAN_SIM_BOOTS ? options->runs : PLAN_SIM_BOOTS;
	return 0;
}

/* What a subject's system has of the selected benchmarks: two builds need not have the same. */
static int select_of(struct plan_subject *subject, struct catalog *catalog, const struct run_options *options,
		     struct error *error)
{
	enum subject_system system = subject->subject.system;

	catalog_load(catalog, system);
	subject->bench = catalog_word(catalog, system, options->benchmarks, options->benchmark_count);
	if (subject->bench == NULL && !catalog->loaded[system])
		return error_set(error, STATUS_FAILED, "%s", catalog->error[system].text);
	if (subject->bench == NULL)
		subject->unsupported = memory_format("%s has none of the selected benchmarks", subject->subject.name);
	return 0;
}

/* Checks the names of benchmarks and leaves out of each subject what its system does not have. */
static int select_benchmarks(struct plan *plan, const struct run_options *options, struct error *error)
{
	struct catalog own = {0};
	int status = 0;

	for (size_t i = 0; i < plan->subject_count; i++)
		own.on_kvm |= plan->subjects[i].subject.machine == SUBJECT_KVM && plan->subjects[i].unsupported == NULL;
	for (size_t i = 0; i < options->benchmark_count && status == 0; i++)
		status = catalog_check(&own, options->benchmarks[i], error);
	for (size_t i = 0; i < plan->subject_count && status == 0 && options->benchmark_count > 0; i++) {
		struct plan_subject *subject = &plan->subjects[i];
		struct catalog other = {.build = subject->subject.build, .on_kvm = own.on_kvm};

		if (subject->unsupported == NULL)
			status = select_of(subject, subject->subject.build[0] != '\0' ? &other : &own, options, error);
		catalog_free(&other);
	}
	catalog_free(&own);
	return status;
}

int run_plan_check(struct plan *plan, struct error *error)
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

int run_plan_make(struct plan *plan, const struct run_options *options, struct error *error)
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
		status = run_plan_check(plan, error);
	if (status == 0)
		status = select_benchmarks(plan, options, error);
	if (status != 0)
		return status;
	for (size_t i = 0; i < plan->subject_count; i++)
		plan_guess(&plan->subjects[i]);
	plan_learn(plan, paths_results(options->results));
	plan_order(plan);
	plan->until = options->until;
	for (size_t i = 0; options->until > 0 && i < RUN_LOOKS; i++)
		plan->looks[plan->look_count++] = run_looks[i];
	/* With --until the budget is kept by what boots really take, as the number of boots is open anyway. */
	if (options->budget_seconds > 0 && options->until == 0 && !plan_fit(plan, options->budget_seconds) &&
	    !options->quiet)
		error_warn(
		    "one boot of each subject takes about %.0f s, longer than the budget; name fewer by -s or -b",
		    plan_seconds(plan, NULL));
	return 0;
}

int run_plan_store(struct store *store, const struct plan *plan, const struct run_options *options, json_t *record,
		   struct error *error)
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
	status = store_create(store, paths_results(options->results), &stored, record, error);
	free(stored.subjects);
	return status;
}

int run_plan_tell_unsupported(const struct plan *plan, bool quiet, struct error *error)
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

/* --- Printing -------------------------------------------------------------------------------------------------------- */

static int print_json(const struct plan *plan, struct error *error)
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

int run_plan_print(const struct plan *plan, bool json, struct error *error)
{
	static const char *const headings[] = {"subject", "boots", "samples", "warm-up", "s/boot", "estimate"};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
	unsigned boots = 0;
	struct table table;
	char time[24];

	if (json)
		return print_json(plan, error);
	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < plan->subject_count; i++) {
		const struct plan_subject *subject = &plan->subjects[i];

		table_cell(&table, subject->subject.name);
		table_format(&table, "%u", subject->unsupported == NULL ? subject->boots : 0);
		table_format(&table, "%u", subject->samples);
		if (subject->warmup >= 0)
			table_format(&table, "%lld", (long long)subject->warmup);
		else
			table_cell(&table, "rule");
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
