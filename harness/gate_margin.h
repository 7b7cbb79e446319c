/* SPDX-License-Identifier: MIT */
/*
 * How much a count may move before it is a finding (measuring.md §6, tier 1). A margin of the baseline's own holds for the
 * points that it means, tighter or wider than the default. A baseline without one gets the default: the larger of half a
 * percent and two instructions of a sample, however many operations the sample holds. The mean, which moves with every
 * sample above the median, has the median's margin unless it has its own. Pure functions.
 */
#pragma once

#include <stdbool.h>

#include "gate_baseline.h"

struct gate_allowance {
	double amount;      /* per operation, up or down; bytes for a size */
	bool judged;        /* false: what moves is told only */
	bool given;         /* by a margin of the baseline */
	const char *reason; /* of the margin, or the words for the default */
};

/* For a statistic of a point of the baseline. The reason points into the baseline, or is static. */
struct gate_allowance gate_allowance_of(const struct gate_baseline *baseline, const char *subject,
					const struct gate_point *point, enum gate_statistic statistic);
