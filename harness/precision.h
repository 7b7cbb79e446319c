/* SPDX-License-Identifier: MIT */
/*
 * How well a run knows its medians: the unit of replication is the boot, so a row's median comes with the 95 % interval
 * of its boots' medians (Hodges-Lehmann with exact signed-rank counts, of logarithms). For runs that go on until every
 * interval is narrow enough. Counts of instructions repeat exactly and are left out. Pure.
 */
#pragma once

#include <stddef.h>

#include "summary.h"

struct precision {
	size_t rows; /* timed rows with numbers */
	size_t wide; /* of them, how many are wider than the target; rows of fewer than 6 boots are */
	const struct summary_row *widest; /* NULL without rows */
	double half_width;                /* of the widest: .03 = within 3 % either way; NaN: no interval yet */
};

/* Half the width of the interval of one row's median, as a fraction; NaN below STATS_PAIRS_MIN boots. */
double precision_of(const struct summary_row *row);
/* Of all timed rows against a target: .03 = 3 %. */
struct precision precision_make(const struct summary *summary, double target);
