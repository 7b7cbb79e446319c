/* SPDX-License-Identifier: MIT */
/*
 * A figure's data as TSV: what gnuplot reads, and what a reader of the figure may want to look up. A file is one data
 * of a figure on one machine; each series is a block of its own (gnuplot's "index"), two empty lines apart, whose first
 * line names the series and the columns. Numbers have seven significant digits, what is unknown is NaN. The columns:
 *
 *   rows, scale   series | label | x | min | p10 | p25 | p50 | p75 | p90 | p99 | p999 | max | mean | cold | n | runs
 *   ecdf          series | value | fraction at or below | fraction above, down to where 10 samples are left
 *   ratio         series | label | x | ratio, low, high of p50 | of p75-p25 | of p99-p50 | ratio of p99.9 | pairs
 *   reference     series | label | x | value
 */
#pragma once

#include <stdio.h>

#include "figure_series.h"

/* Writes a block's series as described above; rows, scale and ecdf. */
void figure_data_write(FILE *file, enum figure_kind kind, const struct figure_block *block);

/* One point of a distribution function. */
struct figure_step {
	double value;
	double at_or_below;
	double above; /* NaN where fewer than 10 samples are left (measuring.md §3) */
};

/*
 * The distribution function of sorted samples as the corners of its steps, without those that nobody could see:
 * closer to the last one kept than 1/300 in the fraction, 2.5 % of the fraction above and 2 % of the value. Allocated.
 */
struct figure_step *figure_steps(const struct figure_samples *samples, size_t *count);
