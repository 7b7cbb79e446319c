/* SPDX-License-Identifier: MIT */
/* Two subjects compared, row by row: see compare.h. */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_row.h"
#include "memory.h"

int compare_beyond_doubt(const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	double low = row->exact ? estimate->ratio : estimate->low;
	double high = row->exact ? estimate->ratio : estimate->high;

	return (low > 1) - (high < 1);
}

/* One family of tests: every statistic of every row (measuring.md §5, "Several tests"). */
static void judge_all(struct compare *compare, uint64_t seed)
{
	struct stats_evidence *evidence = memory_new(compare->row_count, STATS_STATISTICS * sizeof(*evidence));

	for (size_t i = 0; i < compare->row_count; i++)
		compare_row_estimate(&compare->rows[i], compare->paired, seed, evidence + i * STATS_STATISTICS);
	compare->family = stats_family_adjust(evidence, compare->row_count * STATS_STATISTICS, STATS_FAMILY_REPORT);
	for (size_t i = 0; i < compare->row_count; i++) {
		compare_row_judge(&compare->rows[i], evidence + i * STATS_STATISTICS, compare->margin, compare->family,
				  compare->paired);
		stats_tally_add(&compare->tally, compare->rows[i].verdict);
	}
	free(evidence);
}

/* --- Rows --------------------------------------------------------------------------------------------------------- */

static const char *missing_reason(const struct summary *summary, const char *subject, const struct summary_row *row)
{
	const char *reason = "that system has no such benchmark";

	for (size_t i = 0; i < summary->note_count; i++) {
		const struct summary_note *note = &summary->notes[i];

		if (strcmp(note->subject, subject) != 0)
			continue;
		if (note->benchmark == NULL)
			reason = note->reason;
		/* A skipped point has no series yet: its parameters are the beginning of the row's. */
		else if (strcmp(note->benchmark, row->benchmark) == 0 &&
			 strncmp(note->params, row->params, strlen(note->params)) == 0)
			return note->reason;
	}
	return reason;
}

static void add_missing(struct compare *compare, const struct summary_row *row, bool in_a, const char *reason)
{
	compare->missing = memory_grow(compare->missing, compare->missing_count, sizeof(*compare->missing));
	compare->missing[compare->missing_count++] =
	    (struct compare_missing){.row = row, .in_a = in_a, .reason = reason};
}

static int add_row(struct compare *compare, const struct summary_row *a, const struct summary_row *b,
		   struct error *error)
{
	if (strcmp(a->unit, b->unit) != 0) {
		return error_set(error, STATUS_USAGE,
				 "%s measures %s in %s and %s in %s: choose two subjects with one unit", a->subject,
				 a->benchmark, a->unit, b->subject, b->unit);
	}
	compare->rows = memory_grow(compare->rows, compare->row_count, sizeof(*compare->rows));
	compare->rows[compare->row_count++] = (struct compare_row){.a = a, .b = b, .exact = a->exact && b->exact};
	if (compare->unit == NULL)
		compare->unit = a->unit;
	return 0;
}

int compare_make(struct compare *compare, struct compare_side a, struct compare_side b, double margin,
		 struct error *error)
{
	int status = 0;

	*compare = (struct compare){.subject_a = a.subject,
				    .subject_b = b.subject,
				    .margin = margin,
				    .paired = strcmp(a.summary->store->id, b.summary->store->id) == 0};
	for (size_t i = 0; i < a.summary->row_count && status == 0; i++) {
		const struct summary_row *row = &a.summary->rows[i], *other;

		if (strcmp(row->subject, a.subject) != 0)
			continue;
		other = summary_find(b.summary, row->benchmark, b.subject, row->params);
		if (other != NULL)
			status = add_row(compare, row, other, error);
		else
			add_missing(compare, row, true, missing_reason(b.summary, b.subject, row));
	}
	for (size_t i = 0; i < b.summary->row_count && status == 0; i++) {
		const struct summary_row *row = &b.summary->rows[i];

		if (strcmp(row->subject, b.subject) == 0 &&
		    summary_find(a.summary, row->benchmark, a.subject, row->params) == NULL)
			add_missing(compare, row, false, missing_reason(a.summary, a.subject, row));
	}
	if (status == 0 && compare->row_count == 0) {
		status = error_set(error, STATUS_USAGE,
				   "%s and %s have no measured point in common: `aerobench show` says what each has",
				   a.subject, b.subject);
	}
	if (status == 0)
		judge_all(compare, a.summary->store->plan.seed);
	else
		compare_free(compare);
	return status;
}

void compare_free(struct compare *compare)
{
	free(compare->rows);
	free(compare->missing);
	*compare = (struct compare){0};
}
