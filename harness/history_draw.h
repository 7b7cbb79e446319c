/* SPDX-License-Identifier: MIT */
/*
 * The picture of a history: the median of each run over time with its interquartile range, the level between changes,
 * and each change with its size and commit. A pure function of the series: the same ones give the same bytes.
 */
#pragma once

#include <stddef.h>

#include "error.h"
#include "history.h"

/* So many fit on one picture. */
enum { HISTORY_PANELS_MAX = 12 };

/*
 * Draws NAME.svg, a panel for each series, from NAME.N.tsv by NAME.gnuplot, which draws it again, in directory, which is
 * made if it is missing. Returns 0; STATUS_USAGE with the error set: no series, or more than HISTORY_PANELS_MAX;
 * STATUS_UNSUPPORTED without gnuplot; STATUS_FAILED if it cannot write.
 */
int history_draw(const struct history_series *series, size_t count, const char *directory, const char *name,
		 struct error *error);
