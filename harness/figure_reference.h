/* SPDX-License-Identifier: MIT */
/*
 * Numbers from elsewhere beside ours: plots/reference_values.tsv, one a line with its source and its grade. The grade
 * decides how a number may be labelled, and no number from here ever decides a check. Columns, by tabs:
 *
 *   benchmark  params  machine  unit  value  system  grade  source
 *
 * Grades: M measured by this project's method; V read in the publication; D computed from published data; P read off
 * a published plot; 2 second-hand; R recalled, unverified.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "figure_series.h"

struct reference_value {
	char *benchmark;
	char *params; /* "place=same", "" */
	char *machine;
	char *unit;
	double value;
	char *system; /* "Nautilus (2020)" */
	char grade;
	char *source;
};

struct reference {
	struct reference_value *values;
	size_t count;
};

/* Reads a file of values. Returns 0, or STATUS_USAGE with file, line and what is wrong. Free in every case. */
int reference_read(struct reference *reference, const char *path, struct error *error);
void reference_free(struct reference *reference);
/* The words that a grade obliges to: "measured", "published", "second-hand", "recalled", …; NULL: no such grade. */
const char *reference_grade_label(char grade);

/* The values for the points of other, as TSV (figure_data.h says how): one series a system and grade. */
void figure_reference_write(FILE *file, const struct reference *reference, const struct figure_block *other,
			    const char *machine, struct figure_block *block);
