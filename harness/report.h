/* SPDX-License-Identifier: MIT */
/*
 * The report: one HTML page that needs nothing else, not even a network. First how much more Linux costs, how sure that
 * is and how fit the machines were; then the comparison, the budgets, the figures, every sample of every benchmark, what
 * was not measured and why, and where every number came from. A pure function of the run, of plots/ and of the latest A/A
 * self-check: the same ones give the same bytes. 3.0 MB for 390 rows; the pictures of samples get coarser before they
 * take more than about 700 KB.
 */
#pragma once

#include <stdio.h>

#include "budget.h"
#include "error.h"
#include "figure_reference.h"
#include "summary.h"

/* A figure that was drawn, or why it was not. */
struct report_figure {
	char *name;
	char *title;
	char *about;
	char *svg;     /* NULL: not drawn */
	char *problem; /* one line; NULL: drawn */
};

struct report {
	const struct summary *summary;
	struct report_figure *figures;
	size_t figure_count;
	struct reference reference;
	struct budgets budgets;
	char *style;  /* CSS */
	char *script; /* JavaScript that the page does without */
};

/*
 * Draws the figures in a temporary directory and reads plots/report.css and plots/report.js. What cannot be drawn is
 * noted in its figure, not an error. Returns 0 or an enum status with the error set; free in every case.
 */
int report_prepare(struct report *report, const struct summary *summary, struct error *error);
void report_free(struct report *report);
/* Writes the page. Returns 0, or an enum status with the error set: the run's subjects cannot be compared. */
int report_write(FILE *file, const struct report *report, struct error *error);
