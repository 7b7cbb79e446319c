/* SPDX-License-Identifier: MIT */
/* Carries a plan out: see campaign.h. */
#include "campaign.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"
#include "memory.h"
#include "stream.h"

/* A boot may take this many times its expected length, and at least the floor; no output for as long as the floor is a hang. */
enum { PATIENCE = 10, BOOT_FLOOR_S = 180, SILENCE_FLOOR_S = 90, PADDING_BYTES = 4096 };
static const double NS_PER_S = 1e9;

/* A boot under way and what it belongs to. */
struct active {
	struct launch launch;
	const struct plan_boot *boot;
	char *words;
	json_t *argv;
};

static volatile sig_atomic_t stop_signal;

static void stop_note(int number)
{
	stop_signal = number;
}

/* --- One boot ---------------------------------------------------------------------------------------------------------------- */

static struct plan_subject *subject_of(const struct campaign *campaign, const struct plan_boot *boot)
{
	return &campaign->plan->subjects[boot->subject];
}

/*
 * Boots that count instructions get the same words every time, or they could not be equal. The others get an order of
 * points of their own, because order is accidental and must not become a constant of the result.
 */
static char *boot_words(const struct campaign *campaign, const struct plan_boot *boot)
{
	const struct plan_subject *subject = subject_of(campaign, boot);
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

static char *boot_name(const struct campaign *campaign, const struct plan_boot *boot)
{
	const struct plan_subject *subject = subject_of(campaign, boot);

	return memory_format("%s %u/%u", subject->subject.name, boot->round + 1, subject->boots);
}

static double bound_seconds(double given, double expected, double floor)
{
	if (given > 0)
		return given;
	return expected * PATIENCE > floor ? expected * PATIENCE : floor;
}

static struct store_boot record_of(const struct campaign *campaign, const struct plan_boot *boot)
{
	return (struct store_boot){
	    .index = boot->index, .round = boot->round, .subject = subject_of(campaign, boot)->subject.name};
}

static void failure_add(struct campaign *campaign, const struct plan_boot *boot, const char *reason)
{
	char *name = boot_name(campaign, boot);

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

/* Stores a boot that ended or could not start. */
static int boot_store(struct campaign *campaign, const struct plan_boot *boot, const struct store_boot *record,
		      const struct launch_result *result, struct error *error)
{
	char *name = boot_name(campaign, boot);
	const struct store_output output = output_of(result);
	int status = store_append(campaign->store, record, &output, error);

	campaign->done[boot->index] = true;
	if (record->status == STORE_OK)
		campaign->ok++;
	else
		failure_add(campaign, boot, record->reason);
	progress_ended(&campaign->progress, name, record->status == STORE_OK,
		       record->status == STORE_OK ? "ok" : record->reason, record->seconds);
	free(name);
	return status;
}

/* Returns 0 if it runs now; else the boot is stored as failed, and status is that of the store. */
static int boot_start(struct campaign *campaign, struct active *active, const struct plan_boot *boot, bool *running,
		      struct error *error)
{
	const struct plan_subject *subject = subject_of(campaign, boot);
	struct store_boot record = record_of(campaign, boot);
	struct launch_request request = {.subject = &subject->subject, .cpus = campaign->plan->cpus};
	struct launch_result result;
	uint64_t state = campaign->plan->seed ^ boot->index;
	int status = 0;

	*active = (struct active){.boot = boot, .words = boot_words(campaign, boot)};
	request.words = active->words;
	request.padding_bytes = subject_is_timed(&subject->subject) ? plan_random_below(&state, PADDING_BYTES) : 0;
	request.timeout_ns =
	    (uint64_t)(bound_seconds(campaign->timeout_seconds, subject->seconds, BOOT_FLOOR_S) * NS_PER_S);
	request.silence_ns =
	    (uint64_t)(bound_seconds(campaign->timeout_seconds, subject->seconds, SILENCE_FLOOR_S) * NS_PER_S);
	*running = launch_start(&active->launch, &request, &result) == 0;
	if (*running) {
		active->argv = json_array();
		for (size_t i = 0; i < active->launch.argv.count; i++)
			json_array_append_new(active->argv, json_string(active->launch.argv.words[i]));
		return 0;
	}
	record.status = STORE_FAILED;
	record.reason = result.error.text;
	status = boot_store(campaign, boot, &record, &result, error);
	free(active->words);
	return status;
}

/* --- After a boot --------------------------------------------------------------------------------------------------------------- */

/* The first boot of the same subject that has numbers, or NULL. */
static const struct store_boot *first_good(const struct campaign *campaign, const struct plan_boot *boot)
{
	for (size_t i = 0; i < campaign->plan->boot_count; i++) {
		const struct plan_boot *other = &campaign->plan->boots[i];
		const struct store_boot *stored;

		if (other->subject != boot->subject || other->index == boot->index)
			continue;
		stored = store_find(campaign->store, other->index);
		if (stored != NULL && stored->status == STORE_OK)
			return stored;
	}
	return NULL;
}

/* A subject that counts instructions must say the same bytes as before. */
static void check_repeats(const struct campaign *campaign, const struct plan_boot *boot,
			  const struct launch_result *result, struct error *problem)
{
	const struct plan_subject *subject = subject_of(campaign, boot);
	const struct store_boot *first = subject_is_timed(&subject->subject) ? NULL : first_good(campaign, boot);
	size_t len_bytes = 0, at = 0;
	char *bytes = NULL;

	if (first == NULL || store_read_log(campaign->store, first, &bytes, &len_bytes, problem) != 0)
		return;
	while (at < len_bytes && at < result->stream_bytes && bytes[at] == result->stream[at])
		at++;
	if (at != len_bytes || at != result->stream_bytes)
		error_set(problem, STATUS_FAILED,
			  "%s is not repeatable: byte %zu of its stream differs from the boot before; its counts "
			  "cannot be trusted, "
			  "compare the two logs",
			  subject->subject.name, at);
	free(bytes);
}

/* Everything that must hold before a boot's numbers count. A whole stream that tells of failures tells most. */
static void judge(const struct campaign *campaign, const struct active *active, const struct launch_result *result,
		  struct error *problem)
{
	struct error told = {STATUS_OK, ""};
	struct stream stream;

	stream_parse(&stream, result->stream, result->stream_bytes, &told);
	stream_free(&stream);
	if (result->end == LAUNCH_SUCCEEDED || (result->end == LAUNCH_FAILED && told.status == STATUS_FAILED)) {
		*problem = told;
		error_prefix(problem, "%s", active->launch.subject.name);
	} else {
		*problem = result->error;
	}
	if (problem->status == STATUS_OK)
		check_repeats(campaign, active->boot, result, problem);
}

static void active_free(struct active *active)
{
	free(active->words);
	json_decref(active->argv);
}

/* The boot has ended: judge and store it. */
static int boot_finish(struct campaign *campaign, struct active *active, struct error *error)
{
	struct plan_subject *subject = subject_of(campaign, active->boot);
	struct store_boot record = record_of(campaign, active->boot);
	struct error problem = {STATUS_OK, ""};
	struct launch_result result;
	int status;

	launch_finish(&active->launch, &result);
	judge(campaign, active, &result, &problem);
	record.status = problem.status == STATUS_OK ? STORE_OK : STORE_FAILED;
	record.reason = problem.status == STATUS_OK ? NULL : problem.text;
	record.seconds = (double)result.duration_ns / NS_PER_S;
	record.argv = active->argv;
	if (record.status == STORE_OK) {
		subject->seconds = subject->known ? (subject->seconds + record.seconds) / 2 : record.seconds;
		subject->known = true;
	}
	status = boot_store(campaign, active->boot, &record, &result, error);
	launch_result_free(&result);
	active_free(active);
	return status;
}

/* Ends a boot before its time; what it said so far stays as a partial log, which no reading command looks at. */
static void boot_abandon(struct campaign *campaign, struct active *active)
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

/* --- All boots -------------------------------------------------------------------------------------------------------------------- */

struct session {
	struct active active[LAUNCH_PARALLEL_MAX];
	unsigned count;
	unsigned next; /* index of the next boot to look at */
};

/* The next boot that has to run, or NULL. */
static const struct plan_boot *next_boot(struct campaign *campaign, struct session *session)
{
	const struct plan *plan = campaign->plan;

	while (session->next < plan->boot_count && campaign->done[session->next])
		session->next++;
	return session->next < plan->boot_count ? &plan->boots[session->next] : NULL;
}

/* A timed boot runs alone; boots that count instructions share the computer with each other. */
static bool may_start(const struct campaign *campaign, const struct session *session, const struct plan_boot *boot)
{
	if (session->count == 0)
		return true;
	return session->count < campaign->plan->parallel && !subject_is_timed(&subject_of(campaign, boot)->subject) &&
	       !subject_is_timed(&session->active[0].launch.subject);
}

/* Leaves out what no longer fits: whole rounds only, so that pairs stay pairs, and never the first. */
static void apply_budget(struct campaign *campaign, const struct plan_boot *boot)
{
	double used = (double)(process_now_ns() - campaign->progress.begun_ns) / NS_PER_S;

	if (campaign->budget_seconds <= 0 || boot->round == 0 ||
	    (boot->index > 0 && campaign->plan->boots[boot->index - 1].round == boot->round))
		return;
	while (used + plan_seconds(campaign->plan, campaign->done) > campaign->budget_seconds) {
		unsigned last = 0;

		for (size_t i = 0; i < campaign->plan->boot_count; i++)
			if (!campaign->done[i] && campaign->plan->boots[i].round > last)
				last = campaign->plan->boots[i].round;
		if (last == 0)
			return;
		for (size_t i = 0; i < campaign->plan->boot_count; i++) {
			if (campaign->done[i] || campaign->plan->boots[i].round != last)
				continue;
			campaign->done[i] = true;
			campaign->left_out++;
		}
	}
}

static void show(struct campaign *campaign, const struct session *session)
{
	double left = plan_seconds(campaign->plan, campaign->done);
	char *now = memory_text("");

	for (unsigned i = 0; i < session->count; i++) {
		const struct active *active = &session->active[i];
		double ran = (double)(process_now_ns() - active->launch.process.started_ns) / NS_PER_S;
		double expected = subject_of(campaign, active->boot)->seconds;
		char *name = boot_name(campaign, active->boot), *longer;

		left -= ran < expected ? ran : expected;
		longer = memory_format("%s%s%s", now, i > 0 ? ", " : "", name);
		free(name);
		free(now);
		now = longer;
	}
	progress_update(&campaign->progress, now, left);
	free(now);
}

static int start_some(struct campaign *campaign, struct session *session, struct error *error)
{
	const struct plan_boot *boot;
	int status = 0;

	while (status == 0 && (boot = next_boot(campaign, session)) != NULL && may_start(campaign, session, boot)) {
		bool running;

		apply_budget(campaign, boot);
		if (campaign->done[boot->index])
			continue;
		status = boot_start(campaign, &session->active[session->count], boot, &running, error);
		session->count += running;
		session->next++;
	}
	return status;
}

static int collect_some(struct campaign *campaign, struct session *session, struct error *error)
{
	struct launch *launches[LAUNCH_PARALLEL_MAX];
	int status = 0;

	for (unsigned i = 0; i < session->count; i++)
		launches[i] = &session->active[i].launch;
	launch_sleep(launches, session->count);
	for (unsigned i = session->count; i-- > 0 && status == 0;) {
		if (!launch_poll(&session->active[i].launch))
			continue;
		status = boot_finish(campaign, &session->active[i], error);
		session->active[i] = session->active[--session->count];
	}
	return status;
}

/* Boots that an earlier session finished, and those of subjects that cannot run here. */
static int take_stock(struct campaign *campaign, struct error *error)
{
	bool *told = memory_new(campaign->plan->subject_count, sizeof(*told));
	int status = 0;

	campaign->done = memory_new(campaign->plan->boot_count, sizeof(*campaign->done));
	for (size_t i = 0; i < campaign->plan->boot_count && status == 0; i++) {
		const struct plan_boot *boot = &campaign->plan->boots[i];
		const struct plan_subject *subject = subject_of(campaign, boot);
		const struct store_boot *stored = store_find(campaign->store, boot->index);
		struct store_boot record = record_of(campaign, boot);

		campaign->done[i] = subject->unsupported != NULL || (stored != NULL && stored->status == STORE_OK);
		campaign->ok += stored != NULL && stored->status == STORE_OK;
		if (subject->unsupported == NULL || stored != NULL || told[boot->subject])
			continue;
		told[boot->subject] = true;
		record.status = STORE_UNSUPPORTED;
		record.reason = subject->unsupported;
		status = store_append(campaign->store, &record, NULL, error);
	}
	free(told);
	return status;
}

static unsigned runnable(const struct campaign *campaign)
{
	unsigned count = 0;

	for (size_t i = 0; i < campaign->plan->boot_count; i++)
		count += subject_of(campaign, &campaign->plan->boots[i])->unsupported == NULL;
	return count;
}

/* Installs stop_note() for the signals that end a run, without SA_RESTART, so that sleeps end. */
static void signals_set(struct sigaction *old, bool install)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = stop_note};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], install ? &action : &old[i], install ? &old[i] : NULL);
}

int campaign_run(struct campaign *campaign, struct error *error)
{
	struct session session = {.count = 0};
	struct sigaction old[3];
	int status = take_stock(campaign, error);

	progress_begin(&campaign->progress, runnable(campaign), campaign->ok, campaign->quiet);
	stop_signal = 0;
	signals_set(old, true);
	while (status == 0 && stop_signal == 0) {
		status = start_some(campaign, &session, error);
		if (session.count == 0)
			break;
		show(campaign, &session);
		if (status == 0)
			status = collect_some(campaign, &session, error);
	}
	while (session.count > 0)
		boot_abandon(campaign, &session.active[--session.count]);
	campaign->interrupted = stop_signal != 0;
	signals_set(old, false);
	progress_end(&campaign->progress);
	campaign->seconds = (double)(process_now_ns() - campaign->progress.begun_ns) / NS_PER_S;
	return status;
}

void campaign_free(struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->failure_count; i++)
		free(campaign->failures[i]);
	free(campaign->failures);
	free(campaign->done);
}
