/* SPDX-License-Identifier: MIT */
/* Is a warm primitive steady: see flat.h. */
#include "flat.h"

#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "memory.h"
#include "subject.h"

bool flat_is_judged(const struct summary_row *row)
{
	struct error ignored = {STATUS_OK, ""};
	struct subject subject;

	return strcmp(row->unit, "instructions") == 0 && subject_parse(&subject, row->subject, &ignored) == 0 &&
	       subject.system == SUBJECT_AEROKERNEL && subject.machine == SUBJECT_SIM;
}

/* Whether the row is at these points, PARAM=VALUE:…, or "" for all. */
static bool row_is_at(const struct summary *summary, const struct summary_row *row, const char *points)
{
	char *text = memory_format("%s%s%s", row->benchmark, points[0] != '\0' ? ":" : "", points);
	bool applies;
	struct error ignored = {STATUS_OK, ""};
	struct figure_item item;

	applies = figure_item_read(&item, text, &ignored) == 0 && figure_item_matches(&item, row, summary);
	figure_item_free(&item);
	free(text);
	return applies;
}

/* Whether the benchmark's cause holds for this row's point. */
static bool cause_applies(const struct summary *summary, const struct summary_row *row,
			  const struct stream_bench *bench)
{
	char *copy = memory_text(bench->spread_at), *rest = copy;
	bool applies = false;

	while (rest != NULL && !applies)
		applies = row_is_at(summary, row, strsep(&rest, " "));
	free(copy);
	return applies;
}

/* The verdict on samples that are all equal. */
static enum flat_verdict flat_judge_equal(const struct summary_row *row, const struct stream_bench *bench)
{
	if (row->n >= FLAT_SAMPLES)
		return FLAT_YES;
	return bench != NULL && bench->max_samples > 0 && row->n >= bench->max_samples ? FLAT_BOUND : FLAT_FEW;
}

enum flat_verdict flat_judge(const struct summary *summary, const struct summary_row *row, const char **why)
{
	const struct stream_bench *bench = summary_bench(summary, row->subject, row->benchmark);

	*why = "";
	if (row->p50 == row->max)
		return flat_judge_equal(row, bench);
	if (bench == NULL || bench->spread[0] == '\0' || !cause_applies(summary, row, bench))
		return FLAT_NO;
	*why = bench->spread;
	return FLAT_NAMED;
}

const char *flat_verdict_word(enum flat_verdict verdict)
{
	static const char *const words[FLAT_VERDICTS] = {[FLAT_YES] = "flat",
							 [FLAT_BOUND] = "flat, few by design",
							 [FLAT_NAMED] = "spread, named",
							 [FLAT_FEW] = "too few samples",
							 [FLAT_NO] = "NOT FLAT"};

	return words[verdict];
}
