/* SPDX-License-Identifier: MIT */
/*
 * The report's own pictures of rows: how the samples are distributed, and in which order they came. Inline SVG that the
 * page's style colours, small because nothing is drawn finer than it can be seen, and no outlier is left out.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "summary.h"

/* One line of a picture: a row and the class that gives it its colour. */
struct plot_line {
	const struct summary_row *row;
	const char *style;
};

struct plot {
	const struct plot_line *lines;
	size_t line_count;   /* at least 1; all in one unit */
	const char *label;   /* for those who cannot see it */
	size_t bucket_limit; /* of one line of plot_order(), at least 1 */
};

/* Once in a page, before the first picture: what all pictures of the distribution share. */
void plot_shared(FILE *file);
/*
 * The distribution function of each line's samples over all boots: values on a logarithmic axis, fractions on one that
 * is logarithmic at both ends. As far as 10 samples support it; the smallest and the largest one are dots.
 */
void plot_distribution(FILE *file, const struct plot *plot);
/*
 * The samples in time order, boot by boot: the area from the smallest to the largest of each bucket, and a line through
 * the medians of the buckets.
 */
void plot_order(FILE *file, const struct plot *plot);
