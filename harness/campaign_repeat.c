/* SPDX-License-Identifier: MIT */
/* The same bytes in every boot: see campaign_repeat.h. */
#include "campaign_repeat.h"

#include <stdlib.h>

/* The first boot of the same subject that has numbers, or NULL. */
static const struct plan_boot *first_good(const struct campaign *campaign, const struct plan_boot *boot)
{
	for (size_t i = 0; i < campaign->plan->boot_count; i++) {
		const struct plan_boot *other = &campaign->plan->boots[i];
		const struct store_boot *stored;

		if (other->subject != boot->subject || other->index == boot->index)
			continue;
		stored = store_find(campaign->store, other->index);
		if (stored != NULL && stored->status == STORE_OK)
			return other;
	}
	return NULL;
}

/* Whether a stored log is these bytes; *at: the first that differs. On an error it is not, and problem says why. */
static bool is_same(const struct campaign *campaign, const struct store_boot *stored,
		    const struct launch_result *result, size_t *at, struct error *problem)
{
	size_t len_bytes = 0;
	char *bytes = NULL;
	bool same;

	*at = 0;
	if (store_read_log(campaign->store, stored, &bytes, &len_bytes, problem) != 0)
		return false;
	while (*at < len_bytes && *at < result->stream_bytes && bytes[*at] == result->stream[*at])
		(*at)++;
	same = *at == len_bytes && *at == result->stream_bytes;
	free(bytes);
	return same;
}

/* A boot that counted does no more: two attempts of a later one are equal, and it is not like them. */
static int retract(struct campaign *campaign, const struct plan_boot *odd, struct error *problem)
{
	static const char reason[] = "its stream differs from two that are equal; it is made again";

	if (store_retract(campaign->store, odd->index, reason, problem) != 0)
		return (int)problem->status;
	campaign->done[odd->index] = false;
	campaign->ok--;
	campaign->progress.ended--;
	return 0;
}

int campaign_repeat_check(struct campaign *campaign, const struct plan_boot *boot, const struct launch_result *result,
			  bool *again, struct error *problem)
{
	const struct plan_subject *subject = &campaign->plan->subjects[boot->subject];
	const struct plan_boot *first = subject_is_timed(&subject->subject) ? NULL : first_good(campaign, boot);
	const struct store_boot *before = store_find(campaign->store, boot->index);
	size_t at = 0, ignored;

	*again = false;
	if (first == NULL || is_same(campaign, store_find(campaign->store, first->index), result, &at, problem) ||
	    problem->status != STATUS_OK)
		return (int)problem->status;
	if (before != NULL && before->log != NULL && is_same(campaign, before, result, &ignored, problem))
		return retract(campaign, first, problem);
	if (problem->status != STATUS_OK)
		return (int)problem->status;
	*again = before == NULL || before->attempts + 1 < CAMPAIGN_REPEAT_TRIES;
	error_set(problem, STATUS_FAILED,
		  "%s is not repeatable: byte %zu of its stream differs from the boot before; its counts "
		  "cannot be trusted, compare the two logs",
		  subject->subject.name, at);
	return 0;
}
