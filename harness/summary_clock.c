/* SPDX-License-Identifier: MIT */
/* What the clock adds and what it hides: see summary_clock.h. */
#include "summary_clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_grain.h"

const char summary_clock_control[] = "clock_read";

/* Benchmarks that were bare (bench.h) before streams said so. */
static const char *const bare_before[] = {"heartbeat", "noise", "rt_start"};

/* --- The control -------------------------------------------------------------------------------------------------- */

/* Whether the samples hold no pair of stamps around what they measure. */
static bool row_is_bare(const struct summary *summary, const struct summary_row *row)
{
	const struct stream_bench *bench = summary_bench(summary, row->subject, row->benchmark);

	if (bench != NULL && bench->bare != STREAM_BARE_UNKNOWN)
		return bench->bare != 0;
	/* What was lost with the head may have said so. */
	if (bench == NULL && row->cut)
		return true;
	for (size_t i = 0; i < sizeof(bare_before) / sizeof(bare_before[0]); i++) {
		if (strcmp(bare_before[i], row->benchmark) == 0)
			return true;
	}
	return false;
}

/* What is subtracted from one run: the control of its own boot. */
static void subtract_from_run(struct summary_run *run, const struct summary_row *control, double factor,
			      double fallback)
{
	double *const numbers[] = {&run->p10, &run->p50, &run->p90, &run->p99, &run->mean, &run->cold};

	run->subtracted = fallback;
	for (size_t i = 0; i < control->run_count; i++) {
		if (control->runs[i].round == run->round)
			run->subtracted = (control->runs[i].p50 + control->runs[i].subtracted) * factor;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		*numbers[i] -= run->subtracted;
}

static void subtract(struct summary_row *row, const struct summary_row *control)
{
	double *const numbers[] = {&row->min, &row->p50, &row->p90, &row->p99, &row->p999, &row->max, &row->mean};

	row->subtracted = row->control;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		*numbers[i] -= row->subtracted;
	for (size_t i = 0; i < row->run_count; i++)
		subtract_from_run(&row->runs[i], control, (double)control->per / row->per, row->subtracted);
}

/* Control and grain of a row, from the control's row of the same subject, or NaN. Returns that row, or NULL. */
static const struct summary_row *find_control(const struct summary *summary, struct summary_row *row)
{
	const struct summary_row *control =
	    summary_find_cut(summary, summary_clock_control, row->subject, "", row->cut);

	row->control = row->grain = NAN;
	if (strcmp(row->unit, "instructions") == 0)
		row->grain = row->scale;
	if (control == NULL || strcmp(control->unit, row->unit) != 0)
		return NULL;
	row->control = (control->p50 + control->subtracted) * control->per / row->per;
	if (isnan(row->grain))
		row->grain = stats_grain_u32(control->sorted, control->n) * row->scale;
	return control;
}

/* --- Below the grain ---------------------------------------------------------------------------------------------- */

/* The median over pairs of (t(2n) - t(n)) / n, per operation; NaN without pairs. */
static double difference_of(const struct summary_run *run, double scale)
{
	size_t pairs = run->repeat != NULL ? run->repeat->n / 2 : 0;
	double *differences = memory_new(pairs, sizeof(*differences)), median;

	for (size_t i = 0; i < pairs; i++)
		differences[i] = (double)run->repeat->samples[2 * i + 1] - run->repeat->samples[2 * i];
	stats_sort(differences, pairs);
	median = stats_quantile(differences, pairs, 0.5);
	free(differences);
	return pairs > 0 ? median / run->repeat->copies * scale : NAN;
}

/* Of the member at this offset of struct summary_run, over the runs that know it; NaN if none does. */
static double median_over_runs(const struct summary_row *row, size_t offset)
{
	double *values = memory_new(row->run_count, sizeof(*values)), median;
	size_t known = 0;

	for (size_t i = 0; i < row->run_count; i++) {
		memcpy(&values[known], (const char *)&row->runs[i] + offset, sizeof(*values));
		known += !isnan(values[known]);
	}
	stats_sort(values, known);
	median = stats_quantile(values, known, 0.5);
	free(values);
	return median;
}

static void difference_all(struct summary_row *row)
{
	for (size_t i = 0; i < row->run_count; i++)
		row->runs[i].differenced = difference_of(&row->runs[i], row->scale);
	row->differenced = median_over_runs(row, offsetof(struct summary_run, differenced));
}

/* Single operations cannot be told from steps of the clock: their numbers are withdrawn, and their median is n's. */
static void take_differences(struct summary_row *row)
{
	double *const numbers[] = {&row->min, &row->p90,  &row->p99,    &row->p999,
				   &row->max, &row->mean, &row->stddev, &row->iqr};

	row->by_difference = true;
	row->p50 = row->differenced;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		*numbers[i] = NAN;
	for (size_t i = 0; i < row->run_count; i++) {
		struct summary_run *run = &row->runs[i];

		run->p50 = run->differenced;
		run->p10 = run->p90 = run->p99 = run->iqr = run->mean = NAN;
	}
}

/* --- Both --------------------------------------------------------------------------------------------------------- */

void summary_clock_apply(const struct summary *summary, struct summary_row *row, bool raw)
{
	const struct summary_row *control = find_control(summary, row);
	bool time = strcmp(row->unit, "instructions") != 0;

	row->raw_p50 = row->p50;
	row->bare = row_is_bare(summary, row);
	difference_all(row);
	if (!raw && control != NULL && row != control && !row->bare)
		subtract(row, control);
	row->cold = median_over_runs(row, offsetof(struct summary_run, cold));
	row->coarse = time && row->p50 < SUMMARY_GRAINS * row->grain;
	if (!raw && row->coarse && !isnan(row->differenced))
		take_differences(row);
}
