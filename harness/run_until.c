/* SPDX-License-Identifier: MIT */
/* When a run has enough boots: see run_until.h. */
#include "run_until.h"

#include <stdio.h>
#include <stdlib.h>

#include "precision.h"
#include "reading.h"
#include "summary.h"

/* What the stored boots know. On success *summary has to be freed. False: a log cannot be read, which is told. */
static bool look(const struct campaign *campaign, struct summary *summary, struct precision *found)
{
	const struct summary_select everything = {0};
	struct error error = {STATUS_OK, ""};

	if (summary_load(summary, campaign->store, &everything, &error) != 0) {
		error_warn("the medians' precision is not known: %s", error.text);
		return false;
	}
	*found = precision_make(summary, campaign->plan->until);
	return true;
}

bool run_until_enough(struct campaign *campaign, unsigned rounds)
{
	struct precision found;
	struct summary summary;

	(void)rounds;
	if (!look(campaign, &summary, &found))
		return false;
	summary_free(&summary);
	return found.rows > 0 && found.wide == 0;
}

void run_until_tell(const struct campaign *campaign)
{
	double target = campaign->plan->until * 100;
	struct precision found;
	struct summary summary;
	char *name;

	if (target <= 0 || campaign->interrupted || !look(campaign, &summary, &found))
		return;
	if (found.rows > 0) {
		name = reading_row_name(found.widest);
		if (found.wide == 0)
			printf("all %zu medians are within ±%.3g %%", found.rows, target);
		else
			printf("inconclusive: %zu of %zu medians are not within ±%.3g %%", found.wide, found.rows,
			       target);
		printf("; the widest is %s of %s: ±%.2g %%\n", name, found.widest->subject, found.half_width * 100);
		free(name);
	}
	summary_free(&summary);
}

json_t *run_until_json(const struct campaign *campaign)
{
	struct precision found;
	struct summary summary;

	if (campaign->plan->until <= 0 || !look(campaign, &summary, &found))
		return json_null();
	summary_free(&summary);
	return json_pack("{s:f, s:I, s:I, s:o}", "target", campaign->plan->until, "rows", (json_int_t)found.rows,
			 "wide", (json_int_t)found.wide, "half_width", summary_number_json(found.half_width));
}
