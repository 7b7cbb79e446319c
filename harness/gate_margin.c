/* SPDX-License-Identifier: MIT */
/* How much a count may move: see gate_margin.h. */
#include "gate_margin.h"

#include <math.h>
#include <string.h>

#include "gate_size.h"

/* measuring.md §6, tier 1. */
static const double default_percent = 0.5, default_instructions = 2;
static const char default_reason[] = "the default, 0.5 % or 2 instructions (bytes) of a sample";

static bool margin_means(const struct gate_margin *margin, const char *subject, const struct gate_point *point,
			 enum gate_statistic statistic)
{
	if (margin->statistic != statistic || (margin->subject[0] != '\0' && strcmp(margin->subject, subject) != 0))
		return false;
	/* A margin of everything is in instructions, and so no margin of the sizes. */
	if (strcmp(margin->selection, gate_everything) == 0)
		return !gate_is_size(point);
	return gate_means(margin->selection, point->benchmark, point->params);
}

/* The last margin that means the point: later lines are the more special ones. That of the median is also the mean's. */
static const struct gate_margin *margin_of(const struct gate_baseline *baseline, const char *subject,
					   const struct gate_point *point, enum gate_statistic statistic)
{
	const struct gate_margin *found = NULL;

	for (size_t i = 0; i < baseline->margin_count; i++) {
		if (margin_means(&baseline->margins[i], subject, point, statistic))
			found = &baseline->margins[i];
	}
	if (found == NULL && statistic == GATE_MEAN)
		return margin_of(baseline, subject, point, GATE_P50);
	return found;
}

struct gate_allowance gate_allowance_of(const struct gate_baseline *baseline, const char *subject,
					const struct gate_point *point, enum gate_statistic statistic)
{
	const struct gate_margin *margin = margin_of(baseline, subject, point, statistic);
	double before = point->value[statistic] / point->per;
	bool steady = point->value[GATE_P50] == point->value[GATE_MAX];

	if (margin != NULL)
		return (struct gate_allowance){.amount = fmax(before * margin->percent / 100, margin->instructions),
					       .judged = !margin->told,
					       .given = true,
					       .reason = margin->reason};
	return (struct gate_allowance){
	    .amount = fmax(before * default_percent / 100, default_instructions / point->per),
	    .judged = gate_is_size(point) ? gate_size_is_largest_frame(point) : statistic != GATE_MAX || steady,
	    .reason = default_reason};
}
