/* SPDX-License-Identifier: MIT */
/* One boot of a campaign: see campaign_boot.h. */
#include "campaign_boot.h"

#include <stdlib.h>
#include <string.h>

#include "boot_facts.h"
#include "campaign_repeat.h"
#include "memory.h"
#include "stats_random.h"
#include "paths.h"
#include "stream.h"

/*
 * Bounds on a boot in multiples of the seconds that it should take, and at least so many: they detect hangs on a busy host. A
 * boot speaks after each point, which is a small part of the whole suite; of a selection one may be nearly all, and slower than
 * the suite's are on average, which the expected seconds go by.
 */
enum { BOOT_PATIENCE = 10, BOOT_FLOOR_S = 300, SILENCE_PATIENCE = 3, SILENCE_FLOOR_S = 150, PADDING_BYTES = 4096 };
static const double NS_PER_S = 1e9;

/* --- One boot ---------------------------------------------------------------------------------------------------------------- */

struct plan_subject *campaign_subject(const struct campaign *campaign, const struct plan_boot *boot)
{
	return &campaign->plan->subjects[boot->subject];
}

/*
 * Boots that count instructions get the same words every time, or they could not be equal. The others get an order of
 * points of their own, because order is accidental and must not become a constant of the result.
 */
char *campaign_boot_words(const struct campaign *campaign, const struct plan_boot *boot)
{
	const struct plan_subject *subject = campaign_subject(campaign, boot);
	uint64_t seed =
	    subject_is_timed(&subject->subject) ? campaign->plan->seed + boot->round : campaign->plan->counted_seed;
	char *bench = subject->bench != NULL ? memory_format("bench=%s ", subject->bench) : memory_text("");
	char *warmup =
	    subject->warmup >= 0 ? memory_format(" warmup=%lld", (long long)subject->warmup) : memory_text("");
	char *words = memory_format("%ssamples=%u%s seed=%llu%s%s", bench, subject->samples, warmup,
				    (unsigned long long)(seed & INT64_MAX), campaign->words != NULL ? " " : "",
				    campaign->words != NULL ? campaign->words : "");

	free(bench);
	free(warmup);
	return words;
}

char *campaign_boot_name(const struct campaign *campaign, const struct plan_boot *boot)
{
	const struct plan_subject *subject = campaign_subject(campaign, boot);

	return memory_format("%s %u/%u", subject->subject.name, boot->round + 1, subject->boots);
}

static uint64_t bound_ns(double given, double patient, double floor)
{
	double seconds = given > 0 ? given : patient > floor ? patient : floor;

	return (uint64_t)(seconds * NS_PER_S);
}

void campaign_boot_bounds(const struct campaign *campaign, const struct plan_subject *subject, uint64_t *timeout_ns,
			  uint64_t *silence_ns)
{
	int silence = subject->bench != NULL ? BOOT_PATIENCE : SILENCE_PATIENCE;

	*timeout_ns = bound_ns(campaign->timeout_seconds, subject->seconds * BOOT_PATIENCE, BOOT_FLOOR_S);
	*silence_ns = bound_ns(campaign->timeout_seconds, subject->seconds * silence, SILENCE_FLOOR_S);
}

struct store_boot campaign_boot_record(const struct campaign *campaign, const struct plan_boot *boot)
{
	return (struct store_boot){
	    .index = boot->index, .round = boot->round, .subject = campaign_subject(campaign, boot)->subject.name};
}

static void failure_add(struct campaign *campaign, const struct plan_boot *boot, const char *reason)
{
	char *name = campaign_boot_name(campaign, boot);

	campaign->failures = memory_grow(campaign->failures, campaign->failure_count, sizeof(*campaign->failures));
	campaign->failures[campaign->failure_count++] = memory_format("boot %s failed: %s", name, reason);
	campaign->failed++;
	free(name);
}

static struct store_output output_of(const struct launch_result *result)
{
	return (struct store_output){.stream = result->stream != NULL ? result->stream : "",
				     .stream_bytes = result->stream_bytes,
				     .console = result->console,
				     .console_bytes = result->console_bytes};
}

/* Stores a boot that ended or could not start. again: it is not done, and will be made once more. */
static int boot_store(struct campaign *campaign, const struct plan_boot *boot, const struct store_boot *record,
		      const struct launch_result *result, bool again, struct error *error)
{
	char *name = campaign_boot_name(campaign, boot);
	const struct store_output output = output_of(result);
	int status = store_append(campaign->store, record, &output, error);

	campaign->done[boot->index] = !again;
	if (again) {
		progress_note(&campaign->progress, "%s: made again: %s", name, record->reason);
		free(name);
		return status;
	}
	if (record->status == STORE_OK)
		campaign->ok++;
	else
		failure_add(campaign, boot, record->reason);
	progress_ended(&campaign->progress, name, record->status == STORE_OK,
		       record->status == STORE_OK ? "ok" : record->reason, record->seconds);
	free(name);
	return status;
}

int campaign_boot_start(struct campaign *campaign, struct campaign_boot *active, const struct plan_boot *boot,
			bool *running, struct error *error)
{
	const struct plan_subject *subject = campaign_subject(campaign, boot);
	struct store_boot record = campaign_boot_record(campaign, boot);
	struct launch_request request = {.subject = &subject->subject, .cpus = campaign->plan->cpus};
	struct launch_result result;
	struct stats_random random = {campaign->plan->seed ^ boot->index};
	int status = 0;

	*active = (struct campaign_boot){.boot = boot, .words = campaign_boot_words(campaign, boot)};
	request.words = active->words;
	request.padding_bytes = subject_is_timed(&subject->subject) ? stats_random_below(&random, PADDING_BYTES) : 0;
	campaign_boot_bounds(campaign, subject, &request.timeout_ns, &request.silence_ns);
	*running = launch_start(&active->launch, &request, &result) == 0;
	if (*running) {
		active->argv = json_array();
		for (size_t i = 0; i < active->launch.argv.count; i++)
			json_array_append_new(active->argv, json_string(paths_recorded(active->launch.argv.words[i])));
		return 0;
	}
	record.status = STORE_FAILED;
	record.reason = result.error.text;
	status = boot_store(campaign, boot, &record, &result, false, error);
	free(active->words);
	return status;
}

/* --- After a boot --------------------------------------------------------------------------------------------------------------- */

/* Everything that must hold before a boot's numbers count. A whole stream that tells of failures tells most. */
static void judge(struct campaign *campaign, const struct campaign_boot *active, const struct launch_result *result,
		  bool *again, struct error *problem)
{
	struct error told = {STATUS_OK, ""};
	struct stream stream;

	stream_parse(&stream, result->stream, result->stream_bytes, &told);
	stream_free(&stream);
	if (result->end == LAUNCH_SUCCEEDED || (result->end == LAUNCH_FAILED && told.status == STATUS_FAILED)) {
		*problem = told;
	} else {
		*problem = result->error;
	}
	*again = false;
	if (problem->status == STATUS_OK)
		campaign_repeat_check(campaign, active->boot, result, again, problem);
}

static void active_free(struct campaign_boot *active)
{
	free(active->words);
	json_decref(active->argv);
}

int campaign_boot_finish(struct campaign *campaign, struct campaign_boot *active, struct error *error)
{
	struct plan_subject *subject = campaign_subject(campaign, active->boot);
	struct store_boot record = campaign_boot_record(campaign, active->boot);
	struct error problem = {STATUS_OK, ""};
	struct launch_result result;
	bool again;
	int status;

	launch_finish(&active->launch, &result);
	judge(campaign, active, &result, &again, &problem);
	record.status = problem.status == STATUS_OK ? STORE_OK : STORE_FAILED;
	record.reason = problem.status == STATUS_OK ? NULL : problem.text;
	record.seconds = (double)result.duration_ns / NS_PER_S;
	record.argv = active->argv;
	record.machine = result.machine;
	record.environment = subject->subject.machine == SUBJECT_HOST ? boot_facts_json("") : NULL;
	if (record.status == STORE_OK) {
		subject->seconds = subject->known ? (subject->seconds + record.seconds) / 2 : record.seconds;
		subject->known = true;
	}
	campaign->timed_out += result.end == LAUNCH_TIMED_OUT;
	status = boot_store(campaign, active->boot, &record, &result, again, error);
	json_decref(record.environment);
	launch_result_free(&result);
	active_free(active);
	return status;
}

void campaign_boot_abandon(struct campaign *campaign, struct campaign_boot *active)
{
	struct launch_result result;
	struct store_output output;

	launch_abort(&active->launch);
	launch_finish(&active->launch, &result);
	output = output_of(&result);
	store_keep_partial(campaign->store, active->boot->index, active->launch.subject.name, &output);
	launch_result_free(&result);
	active_free(active);
}
