/* SPDX-License-Identifier: MIT */
/* How well a run knows its medians: see precision.h. */
#include "precision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats_pair.h"

#define PRECISION_ALPHA 0.05

double precision_of(const struct summary_row *row)
{
	size_t runs = row->run_count < STATS_PAIRS_MAX ? row->run_count : STATS_PAIRS_MAX;
	/* What n operations say is finer than the grain; raised only so that it has a logarithm. */
	double floor = isnan(row->grain) ? row->scale : row->by_difference ? row->grain / 1000 : row->grain;
	double *logs = memory_new(runs, sizeof(*logs));
	struct stats_interval interval;

	/* At or below the clock's grain a median knows no more than the clock does. */
	for (size_t i = 0; i < runs; i++)
		logs[i] = log(fmax(row->runs[i].p50, floor));
	interval = stats_hodges_lehmann(logs, runs, PRECISION_ALPHA);
	free(logs);
	return expm1((interval.high - interval.low) / 2);
}

struct precision precision_make(const struct summary *summary, double target)
{
	struct precision precision = {.half_width = NAN};

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];
		double half_width;

		if (strcmp(row->unit, "instructions") == 0)
			continue;
		half_width = precision_of(row);
		precision.rows++;
		precision.wide += !(half_width <= target);
		/* An interval that is not there is the widest. */
		if (precision.widest != NULL && !isnan(half_width) &&
		    (isnan(precision.half_width) || half_width <= precision.half_width))
			continue;
		precision.widest = row;
		precision.half_width = half_width;
	}
	return precision;
}
