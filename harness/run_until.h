/* SPDX-License-Identifier: MIT */
/*
 * `aerobench run --until P%`: when a run has enough boots, and what its precision has come to. Private to the command.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "campaign.h"

/* For campaign.enough: every timed median is known within the plan's target. */
bool run_until_enough(struct campaign *campaign, unsigned rounds);
/* One line on stdout after the last boot; nothing for a run without a target or one that was interrupted. */
void run_until_tell(const struct campaign *campaign);
/* {"target", "rows", "wide", "half_width"}, or null without a target. A new reference. */
json_t *run_until_json(const struct campaign *campaign);
