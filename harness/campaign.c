/* SPDX-License-Identifier: MIT */
/* Carries a plan out: see campaign.h. */
#include "campaign.h"

#include <stdlib.h>

#include "campaign_boot.h"
#include "memory.h"
#include "stop_signal.h"

static const double NS_PER_S = 1e9;

/* --- All boots -------------------------------------------------------------------------------------------------------------------- */

/* The boots under way. */
struct in_flight {
	struct campaign_boot active[LAUNCH_PARALLEL_MAX];
	unsigned count;
	unsigned next; /* index of the next boot to look at; those before it are done or active */
};

static bool is_active(const struct in_flight *flight, unsigned index)
{
	for (unsigned i = 0; i < flight->count; i++)
		if (flight->active[i].boot->index == index)
			return true;
	return false;
}

/* The next boot that has to run, or NULL. */
static const struct plan_boot *next_boot(struct campaign *campaign, struct in_flight *flight)
{
	const struct plan *plan = campaign->plan;

	while (flight->next < plan->boot_count && (campaign->done[flight->next] || is_active(flight, flight->next)))
		flight->next++;
	return flight->next < plan->boot_count ? &plan->boots[flight->next] : NULL;
}

/* A timed boot runs alone; boots that count instructions share the computer with each other. */
static bool may_start(const struct campaign *campaign, const struct in_flight *flight, const struct plan_boot *boot)
{
	if (flight->count == 0)
		return true;
	return flight->count < campaign->plan->parallel &&
	       !subject_is_timed(&campaign_subject(campaign, boot)->subject) &&
	       !subject_is_timed(&flight->active[0].launch.subject);
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

/* Whether a round is the first that has not begun after one of the looks. */
static bool is_look(const struct campaign *campaign, const struct plan_boot *boot)
{
	const struct plan *plan = campaign->plan;
	bool planned = false;

	for (size_t i = 0; i < plan->look_count; i++)
		planned |= plan->looks[i] == boot->round;
	for (size_t i = 0; i < plan->boot_count && planned; i++) {
		const struct store_boot *stored = store_find(campaign->store, plan->boots[i].index);

		planned = plan->boots[i].round < boot->round || stored == NULL || stored->status != STORE_OK;
	}
	return planned && subject_is_timed(&campaign_subject(campaign, boot)->subject);
}

/* Leaves the timed boots out that are not done when there are enough. */
static void look(struct campaign *campaign, const struct plan_boot *boot)
{
	const struct plan *plan = campaign->plan;

	if (campaign->enough == NULL || !is_look(campaign, boot) || !campaign->enough(campaign, boot->round))
		return;
	for (size_t i = 0; i < plan->boot_count; i++) {
		if (campaign->done[i] || !subject_is_timed(&campaign_subject(campaign, &plan->boots[i])->subject))
			continue;
		campaign->done[i] = true;
		campaign->spared++;
	}
}

static void show(struct campaign *campaign, const struct in_flight *flight)
{
	double left = plan_seconds(campaign->plan, campaign->done);
	char *now = memory_text("");

	for (unsigned i = 0; i < flight->count; i++) {
		const struct campaign_boot *active = &flight->active[i];
		double ran = (double)(process_now_ns() - active->launch.process.started_ns) / NS_PER_S;
		double expected = campaign_subject(campaign, active->boot)->seconds;
		char *name = campaign_boot_name(campaign, active->boot), *longer;

		left -= ran < expected ? ran : expected;
		longer = memory_format("%s%s%s", now, i > 0 ? ", " : "", name);
		free(name);
		free(now);
		now = longer;
	}
	progress_update(&campaign->progress, now, left);
	free(now);
}

static int start_some(struct campaign *campaign, struct in_flight *flight, struct error *error)
{
	const struct plan_boot *boot;
	int status = 0;

	while (status == 0 && (boot = next_boot(campaign, flight)) != NULL && may_start(campaign, flight, boot)) {
		bool running;

		apply_budget(campaign, boot);
		if (!campaign->done[boot->index])
			look(campaign, boot);
		if (campaign->done[boot->index])
			continue;
		status = campaign_boot_start(campaign, &flight->active[flight->count], boot, &running, error);
		flight->count += running;
		flight->next++;
	}
	return status;
}

static int collect_some(struct campaign *campaign, struct in_flight *flight, struct error *error)
{
	struct launch *launches[LAUNCH_PARALLEL_MAX];
	int status = 0;

	for (unsigned i = 0; i < flight->count; i++)
		launches[i] = &flight->active[i].launch;
	launch_sleep(launches, flight->count);
	for (unsigned i = flight->count; i-- > 0 && status == 0;) {
		if (!launch_poll(&flight->active[i].launch))
			continue;
		status = campaign_boot_finish(campaign, &flight->active[i], error);
		flight->active[i] = flight->active[--flight->count];
		flight->next = 0; /* it, or another one, may have to be made again (campaign_repeat.h) */
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
		const struct plan_subject *subject = campaign_subject(campaign, boot);
		const struct store_boot *stored = store_find(campaign->store, boot->index);
		struct store_boot record = campaign_boot_record(campaign, boot);

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
		count += campaign_subject(campaign, &campaign->plan->boots[i])->unsupported == NULL;
	return count;
}

/* Makes the boots that are not done, unless status says that there was an error before. */
static int carry_out(struct campaign *campaign, unsigned boots, int status, struct error *error)
{
	struct in_flight flight = {.count = 0};
	struct stop_signal_watch watch;

	progress_begin(&campaign->progress, boots, campaign->ok, campaign->quiet);
	stop_signal_watch(&watch);
	while (status == 0 && !stop_signal_came()) {
		status = start_some(campaign, &flight, error);
		if (flight.count == 0)
			break;
		show(campaign, &flight);
		if (status == 0)
			status = collect_some(campaign, &flight, error);
	}
	while (flight.count > 0)
		campaign_boot_abandon(campaign, &flight.active[--flight.count]);
	campaign->interrupted = stop_signal_unwatch(&watch);
	progress_end(&campaign->progress);
	campaign->seconds = (double)(process_now_ns() - campaign->progress.begun_ns) / NS_PER_S;
	return status;
}

int campaign_run(struct campaign *campaign, struct error *error)
{
	int status = take_stock(campaign, error);

	return carry_out(campaign, runnable(campaign), status, error);
}

int campaign_run_one(struct campaign *campaign, unsigned index, struct error *error)
{
	campaign->done = memory_new(campaign->plan->boot_count, sizeof(*campaign->done));
	for (size_t i = 0; i < campaign->plan->boot_count; i++)
		campaign->done[i] = i != index;
	return carry_out(campaign, 1, 0, error);
}

void campaign_free(struct campaign *campaign)
{
	memory_texts_free(campaign->failures, campaign->failure_count);
	free(campaign->done);
}
