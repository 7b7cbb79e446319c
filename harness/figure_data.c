/* SPDX-License-Identifier: MIT */
/* Series to TSV: see figure_data.h. */
#include "figure_data.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "stats.h"

/* --- Distribution functions ---------------------------------------------------------------------------------------- */

/* Tolerances of figure_steps(): about a pixel of a panel 300 pixels wide and high, log axes of three decades and more. */
static const double step_fraction = 1.0 / 300, step_above_log = 0.025, step_value_log = 0.02;

/* Samples that a tail needs to be shown (measuring.md §3). */
enum { STEP_TAIL_SAMPLES = 10 };

static double step_log(double value)
{
	return log(value > 0 ? value : 1e-3);
}

static bool step_is_near(const struct figure_step *a, const struct figure_step *b)
{
	bool above_near = isnan(a->above) == isnan(b->above);

	if (above_near && !isnan(a->above))
		above_near = fabs(log(a->above) - log(b->above)) < step_above_log;
	return above_near && fabs(a->at_or_below - b->at_or_below) < step_fraction &&
	       fabs(step_log(a->value) - step_log(b->value)) < step_value_log;
}

/* The corner at this value with `below` of n samples at or below it. */
static struct figure_step step_corner(double value, size_t below, size_t n)
{
	size_t above = n - below;

	return (struct figure_step){
	    .value = value,
	    .at_or_below = (double)below / (double)n,
	    .above = above > 0 ? (double)above / (double)n : NAN,
	};
}

struct figure_step *figure_steps(const struct figure_samples *samples, size_t *count)
{
	size_t n = samples->n, kept = 0;
	struct figure_step *steps = memory_new(2 * n, sizeof(*steps));
	double floor = fmin(1, (double)STEP_TAIL_SAMPLES / (double)n);
	bool floor_reached = false;

	for (size_t i = 0, next; i < n; i = next) {
		double value = figure_samples_number(samples, samples->sorted[i]);

		for (next = i + 1; next < n && samples->sorted[next] == samples->sorted[i];)
			next++;
		for (int corner = 0; corner < 2; corner++) {
			struct figure_step step = step_corner(value, corner == 0 ? i : next, n);

			if (!(step.above > floor)) {
				/* The line goes down to the floor once, and ends there. */
				step.above = floor_reached ? NAN : floor;
				floor_reached = true;
			}
			if (kept == 0 || next == n || !step_is_near(&steps[kept - 1], &step))
				steps[kept++] = step;
		}
	}
	*count = kept;
	return steps;
}

static void write_steps(FILE *file, const struct figure_series *series)
{
	fprintf(file, "%s\tat or below\tabove\n", series->title);
	for (size_t p = 0; p < series->point_count; p++) {
		struct figure_samples samples = figure_point_samples(&series->points[p]);
		size_t count;
		struct figure_step *steps = figure_steps(&samples, &count);

		for (size_t i = 0; i < count; i++)
			fprintf(file, "%.7g\t%.7g\t%.7g\n", steps[i].value, steps[i].at_or_below, steps[i].above);
		free(steps);
		free(samples.sorted);
	}
}

/* --- Rows ------------------------------------------------------------------------------------------------------------- */

static void write_number(FILE *file, double number)
{
	if (isnan(number))
		fputs("\tNaN", file);
	else
		fprintf(file, "\t%.7g", number);
}

static void write_point(FILE *file, const struct figure_series *series, const struct figure_point *point)
{
	static const double quantiles[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1};
	struct figure_samples samples = figure_point_samples(point);
	double cold = point->minus == NULL ? fmax(samples.least, point->row->cold / point->divisor) : NAN;

	fprintf(file, "%s\t%s\t%.7g", series->title, point->label, point->x);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		double p = quantiles[i];
		bool tail = p > 0.9 && p < 1;

		write_number(file,
			     figure_samples_number(&samples, tail ? stats_tail_u32(samples.sorted, samples.n, p)
								  : stats_quantile_u32(samples.sorted, samples.n, p)));
	}
	write_number(file, figure_samples_number(&samples, stats_moments_u32(samples.sorted, samples.n).mean));
	write_number(file, cold);
	fprintf(file, "\t%zu\t%zu\n", samples.n, point->row->run_count);
	free(samples.sorted);
}

static void write_rows(FILE *file, const struct figure_series *series)
{
	fprintf(file, "%s\tlabel\tx\tmin\tp10\tp25\tp50\tp75\tp90\tp99\tp999\tmax\tmean\tcold\tn\truns\n",
		series->title);
	for (size_t p = 0; p < series->point_count; p++)
		write_point(file, series, &series->points[p]);
}

void figure_data_write(FILE *file, enum figure_kind kind, const struct figure_block *block)
{
	for (size_t i = 0; i < block->series_count; i++) {
		if (i > 0)
			fputs("\n\n", file);
		if (kind == FIGURE_ECDF)
			write_steps(file, &block->series[i]);
		else
			write_rows(file, &block->series[i]);
	}
}
