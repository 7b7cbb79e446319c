/* SPDX-License-Identifier: MIT */
/*
 * Which rows of a run a figure's data are, on one machine: the items of figure_spec.h, resolved. Pure: same run, same
 * series, same order. Colour stands for the system and its variant, shape for the item, so that a series looks the same
 * in every panel.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "figure_spec.h"
#include "summary.h"

/* Colours 1 … 4 are Aerokernels, 5 … 8 Linuxes; shapes count from 1. Style number = 10 colour + shape. */
enum { FIGURE_COLORS_PER_SYSTEM = 4, FIGURE_SHAPES = 6 };

struct figure_point {
	const struct summary_row *row;
	const struct summary_row *minus; /* subtracted sample by sample, or NULL */
	unsigned divisor;
	char *label; /* "thread_create", "wake_all waiters=4 last-first" */
	double x;    /* the parameter of FIGURE_SCALE, the CPUs of FIGURE_CPUS, else the label's number from 1 */
};

struct figure_series {
	char *subject; /* in FIGURE_CPUS without its number of CPUs */
	char *what;    /* of the subject: a label without the axis; "" in FIGURE_ROWS, whose points say it */
	char *title;   /* for the legend: subject and what */
	char *brief;   /* the same without the words that all series of the block share */
	unsigned style;
	struct figure_point *points;
	size_t point_count;
};

/* One data of a figure on one machine. */
struct figure_block {
	struct figure_series *series;
	size_t series_count;
	char **labels; /* all different ones: the points' places on x in FIGURE_ROWS, from 1 */
	size_t label_count;
	char *common; /* the words that all series share, or "" */
};

/* machine: "sim". */
void figure_block_make(struct figure_block *block, const struct figure_data *data, const struct summary *summary,
		       const char *machine);
/* The number of a label, from 1; a new one is added. */
size_t figure_block_label(struct figure_block *block, const char *label);
void figure_block_free(struct figure_block *block);

/*
 * The samples of a point: raw, ascending, allocated. What reading the clock costs is subtracted, but for a difference of
 * two series, both of which hold it.
 */
struct figure_samples {
	uint32_t *sorted;
	size_t n;
	double scale, subtracted;
	/* The clock's grain, to which numbers are raised that are nothing or less after the subtraction. */
	double least;
};
struct figure_samples figure_point_samples(const struct figure_point *point);
/* raw x scale - subtracted, at least `least` if anything was subtracted: so that logarithmic axes have a place for it. */
double figure_samples_number(const struct figure_samples *samples, double raw);
