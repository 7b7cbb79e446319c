/* SPDX-License-Identifier: MIT */
/* What a booted image said, as a stored run: see collect.h. */
#include "collect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect_again.h"
#include "collect_kind.h"
#include "memory.h"
#include "output.h"
#include "plan.h"
#include "stream.h"
#include "summary_fitness.h"

/* --- What the machine says of itself -------------------------------------------------------------------------------- */

/* The streams of all boots that have one, for their environments. */
struct told {
	struct stream *streams;
	const struct stream **all;
	size_t count;
};

static void told_read(struct told *told, const struct collect_boots *boots)
{
	*told = (struct told){memory_new(boots->count, sizeof(*told->streams)),
			      memory_new(boots->count, sizeof(*told->all)), 0};
	for (size_t i = 0; i < boots->count; i++) {
		const struct collect_boot *boot = &boots->boots[i];
		struct stream *stream = &told->streams[told->count];

		collect_kind_stream(stream, boot->status, boot->log, boot->log_bytes);
		told->all[told->count++] = stream;
	}
}

static void told_free(struct told *told)
{
	for (size_t i = 0; i < told->count; i++)
		stream_free(&told->streams[i]);
	free(told->streams);
	free(told->all);
}

static const char *told_value(const struct told *told, const char *key)
{
	for (size_t i = 0; i < told->count; i++) {
		const char *value = stream_env(&told->streams[i], key);

		if (value != NULL)
			return value;
	}
	return NULL;
}

static json_t *text_json(const struct told *told, const char *key)
{
	const char *value = told_value(told, key);

	return value != NULL && value[0] != '\0' ? output_text_json(value) : json_null();
}

static uint64_t told_number(const struct told *told, const char *key)
{
	const char *value = told_value(told, key);

	return value != NULL && value[strspn(value, "0123456789")] == '\0' ? strtoull(value, NULL, 10) : 0;
}

/* In the places where doctor's facts of a Linux stand, so that every reader finds them. */
static json_t *doctor_json(const struct told *told)
{
	json_t *fitness = fitness_of(told->all, told->count);
	const char *commit = told_value(told, "commit");
	char *kernel = memory_format("no Linux: Aerokernel %s", commit != NULL ? commit : "of an unknown commit");
	json_t *system =
	    json_pack("{s:o, s:o, s:o, s:I, s:o}", "cpu_model", text_json(told, "cpu_model"), "microcode",
		      text_json(told, "microcode"), "hypervisor", text_json(told, "hypervisor"), "cpus_online",
		      (json_int_t)told_number(told, "cpus"), "kernel", output_text_json(kernel));
	json_t *doctor =
	    json_pack("{s:s, s:O, s:O, s:{s:O}, s:o, s:{s:I}}", "schema", "aerobench.doctor/1", "verdict",
		      json_object_get(fitness, "verdict"), "reasons", json_object_get(fitness, "reasons"), "machines",
		      "metal", fitness, "system", system, "tsc", "hz", (json_int_t)told_number(told, "clock_hz"));

	json_decref(fitness);
	free(kernel);
	return doctor;
}

static json_t *record_json(const struct collect_target *target, const struct told *told)
{
	return json_pack("{s:o, s:{s:O}, s:{s:o, s:o, s:o}, s:O}", "doctor", doctor_json(told), "environment",
			 "collected", target->collector, "versions", "aerobench", text_json(told, "commit"), "compiler",
			 text_json(told, "compiler"), "build", text_json(told, "build"), "command", target->command);
}

/* --- The run -------------------------------------------------------------------------------------------------------- */

static int create(struct store *store, const struct collect_target *target, const struct collect_boots *boots,
		  struct error *error)
{
	char *subjects[] = {(char *)target->subject};
	struct store_plan plan = {.subjects = subjects, .subject_count = 1, .warmup = -1};
	const char *warmup;
	struct told told;
	int status;

	told_read(&told, boots);
	warmup = told_value(&told, "warmup");
	plan.samples = (unsigned)told_number(&told, "samples");
	plan.samples = plan.samples <= STREAM_SAMPLES_MAX ? plan.samples : 0;
	if (warmup != NULL && strcmp(warmup, "rule") != 0 && told_number(&told, "warmup") <= STREAM_SAMPLES_MAX)
		plan.warmup = (int64_t)told_number(&told, "warmup");
	plan.seed = told_number(&told, "seed");
	plan.runs = (unsigned)(boots->count + (target->round > 0 ? (size_t)target->round : 0));
	status = store_create(store, target->results, &plan, record_json(target, &told), error);
	told_free(&told);
	return status;
}

static bool plans(const struct store *store, const char *subject)
{
	for (size_t i = 0; i < store->plan.subject_count; i++) {
		if (strcmp(store->plan.subjects[i], subject) == 0)
			return true;
	}
	return false;
}

/* A run takes what measured the same as it did: otherwise its rows would say of boots what is true of some of them. */
static int check_kind(const struct store *store, const struct collect_target *target, const struct collect_boots *boots,
		      struct error *error)
{
	char *mixture = collect_kind_mixture(boots);
	int status = 0;

	if (mixture != NULL)
		status = error_set(error, STATUS_USAGE,
				   "the boots that came are not of one run: %s: collect without --into", mixture);
	free(mixture);
	for (size_t i = 0; i < boots->count && status == 0; i++) {
		char *difference = collect_kind_foreign(store, target->subject, &boots->boots[i]);

		if (difference != NULL)
			status = error_set(error, STATUS_USAGE,
					   "a boot that came is none of run %s: %s: collect without --into", store->id,
					   difference);
		free(difference);
	}
	return status;
}

static const struct store_boot *find_round(const struct store *store, const char *subject, unsigned round)
{
	for (size_t i = 0; i < store->boot_count; i++) {
		if (store->boots[i].round == round && strcmp(store->boots[i].subject, subject) == 0)
			return &store->boots[i];
	}
	return NULL;
}

static int check_round(const struct store *store, const struct collect_target *target, unsigned round,
		       struct error *error)
{
	const struct store_boot *before = find_round(store, target->subject, round);

	if (before == NULL || before->status != STORE_OK)
		return 0;
	return error_set(error, STATUS_FAILED, "round %u of %s is there already, whole: choose another --round",
			 round + 1, store->id);
}

/* Whether the run has a place for the subject, whatever comes. */
static int check_run(const struct store *store, const struct collect_target *target, struct error *error)
{
	if (!plans(store, target->subject))
		return error_set(error, STATUS_USAGE, "run %s has no place for %s: collect it without --into",
				 store->id, target->subject);
	return target->round >= 0 ? check_round(store, target, (unsigned)target->round, error) : 0;
}

int collect_check(const struct collect_target *target, struct error *error)
{
	struct store store;
	char *journal;
	int status;

	if (target->run == NULL)
		return 0;
	status = store_open(&store, target->results, target->run, error);
	if (status != 0)
		return status;
	status = check_run(&store, target, error);
	journal = memory_format("%s/journal.jsonl", store.path);
	if (status == 0 && access(journal, W_OK) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot append to", journal);
	free(journal);
	store_close(&store);
	return status;
}

static int open_run(struct store *store, const struct collect_target *target, const struct collect_boots *boots,
		    struct error *error)
{
	int status;

	if (target->run == NULL)
		return create(store, target, boots, error);
	status = store_resume(store, target->results, target->run, error);
	if (status != 0)
		return status;
	status = check_run(store, target, error);
	if (status == 0)
		status = check_kind(store, target, boots, error);
	if (status != 0)
		store_close(store);
	return status;
}

/* --- Places --------------------------------------------------------------------------------------------------------- */

/* The first round that a boot of this status may have: a whole one also that of another's part, which is made again by it. */
static unsigned next_round(const struct store *store, const char *subject, enum store_status status)
{
	const struct store_boot *boot;
	unsigned round = 0;

	while ((boot = find_round(store, subject, round)) != NULL &&
	       (boot->status == STORE_OK || (boot->status == STORE_CUT && status != STORE_OK)))
		round++;
	return round;
}

/* The index that the run's campaign gives this boot, if there is one that knows it; else one that nothing else has. */
static unsigned place(const struct store *store, const char *subject, unsigned round)
{
	const struct store_boot *before = find_round(store, subject, round);
	struct plan plan = {0};
	unsigned index = 0;
	bool found = false;

	if (before != NULL)
		return before->index;
	if (plan_read(&plan, json_object_get(store->run, "campaign"), NULL) == 0) {
		for (size_t i = 0; i < plan.boot_count && !found; i++) {
			found = plan.boots[i].round == round &&
				strcmp(plan.subjects[plan.boots[i].subject].subject.name, subject) == 0;
			index = found ? plan.boots[i].index : index;
		}
		if (!found)
			index = (unsigned)plan.boot_count;
	}
	plan_free(&plan);
	for (size_t i = 0; i < store->boot_count && !found; i++)
		index = store->boots[i].index >= index ? store->boots[i].index + 1 : index;
	return index;
}

static int append(struct store *store, const struct collect_target *target, const struct collect_boot *boot,
		  unsigned round, const struct store_output *output, struct error *error)
{
	struct store_boot record = {.index = place(store, target->subject, round),
				    .round = round,
				    .subject = (char *)target->subject,
				    .status = boot->status,
				    .reason = boot->reason,
				    .seconds = boot->seconds,
				    .argv = target->command};

	if (check_round(store, target, round, error) != 0)
		return (int)error->status;
	return store_append(store, &record, output, error);
}

static void count(struct collect_outcome *outcome, enum store_status status)
{
	outcome->ok += status == STORE_OK;
	outcome->cut += status == STORE_CUT;
	outcome->failed += status == STORE_FAILED;
}

/* The round of a boot: where the user wants it, or where a part of it is; else a new one, which only the first may free. */
static unsigned choose_round(const struct store *store, const struct collect_target *target,
			     const struct collect_boot *boot, size_t *placed)
{
	const struct store_boot *part = collect_again_part(store, target->subject, boot);
	unsigned round;

	if (target->round < 0 && part != NULL)
		return part->round;
	round = target->round >= 0 ? (unsigned)(target->round + (long)*placed)
				   : next_round(store, target->subject, boot->status);
	while (target->round < 0 && *placed > 0 && find_round(store, target->subject, round) != NULL)
		round++;
	++*placed;
	return round;
}

/* The boots that the run has not. */
static int append_new(struct store *store, const struct collect_target *target, const struct collect_boots *boots,
		      const char *capture, struct collect_outcome *outcome, struct error *error)
{
	size_t placed = 0;
	int status = 0;

	for (size_t i = 0; i < boots->count && status == 0; i++) {
		const struct collect_boot *boot = &boots->boots[i];
		const struct store_output output = {boot->log, boot->log_bytes, capture + boot->from,
						    boot->to - boot->from};
		const struct store_boot *same = collect_again_find(store, target->subject, boot);

		if (same != NULL) {
			outcome->there++;
			outcome->there_round = same->round;
			continue;
		}
		status = append(store, target, boot, choose_round(store, target, boot, &placed), &output, error);
		if (status == 0)
			count(outcome, boot->status);
	}
	return status;
}

int collect_store(const struct collect_target *target, const struct collect_boots *boots, const char *capture,
		  struct collect_outcome *outcome, struct error *error)
{
	struct store store;
	int status;

	*outcome = (struct collect_outcome){0};
	status = open_run(&store, target, boots, error);
	if (status != 0)
		return status;
	status = append_new(&store, target, boots, capture, outcome, error);
	if (status == 0 && outcome->there > 0 && outcome->there == boots->count)
		status = error_set(error, STATUS_FAILED, "%s in %s already, %sas round %u",
				   boots->count == 1 ? "this boot is" : "these boots are", store.id,
				   boots->count == 1 ? "" : "the last ", outcome->there_round + 1);
	if (store.boot_count == 0 && target->run == NULL) {
		store_discard(&store, target->results);
		return status;
	}
	outcome->id = memory_text(store.id);
	outcome->path = memory_text(store.path);
	store_close(&store);
	return status;
}

void collect_outcome_free(struct collect_outcome *outcome)
{
	free(outcome->id);
	free(outcome->path);
	*outcome = (struct collect_outcome){0};
}
