/* SPDX-License-Identifier: MIT */
/* How long boots take, learned from the journals of earlier runs: see plan_learn() in plan.h. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store.h"

enum { RUNS_LOOKED_AT = 8 };

static bool same_kind(const struct plan_subject *a, const struct plan_subject *b)
{
	return strcmp(a->subject.name, b->subject.name) == 0 && a->samples == b->samples && a->warmup == b->warmup &&
	       strcmp(a->bench != NULL ? a->bench : "", b->bench != NULL ? b->bench : "") == 0;
}

/* The mean length of a subject's good boots in one run, 0 if it has none of the same kind. */
static double mean_seconds(const struct store *store, const struct plan *old, const struct plan_subject *subject)
{
	double sum = 0;
	unsigned count = 0;
	bool same = false;

	for (size_t i = 0; i < old->subject_count; i++)
		same |= same_kind(&old->subjects[i], subject);
	for (size_t i = 0; same && i < store->boot_count; i++) {
		const struct store_boot *boot = &store->boots[i];

		if (boot->status != STORE_OK || strcmp(boot->subject, subject->subject.name) != 0)
			continue;
		sum += boot->seconds;
		count++;
	}
	return count > 0 ? sum / count : 0;
}

static void learn_from(struct plan *plan, const char *results, const char *id)
{
	struct error ignored = {STATUS_OK, ""};
	struct store store;
	struct plan old;

	if (store_open(&store, results, id, &ignored) != 0)
		return;
	if (plan_read(&old, json_object_get(store.run, "campaign"), &ignored) == 0) {
		for (size_t i = 0; old.cpus == plan->cpus && i < plan->subject_count; i++) {
			struct plan_subject *subject = &plan->subjects[i];
			double seconds = subject->known ? 0 : mean_seconds(&store, &old, subject);

			if (seconds <= 0)
				continue;
			subject->seconds = seconds;
			subject->known = true;
		}
		plan_free(&old);
	}
	store_close(&store);
}

void plan_learn(struct plan *plan, const char *results)
{
	struct error ignored = {STATUS_OK, ""};
	size_t count = 0;
	char **ids = NULL;

	if (store_list(results, &ids, &count, &ignored) != 0)
		return;
	for (size_t i = count; i-- > 0;) { /* newest first */
		if (count - i <= RUNS_LOOKED_AT)
			learn_from(plan, results, ids[i]);
		free(ids[i]);
	}
	free(ids);
}
