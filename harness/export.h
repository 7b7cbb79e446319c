/* SPDX-License-Identifier: MIT */
/*
 * A run in other programs' formats: interchange, trackers, monitoring, spreadsheets. Each format is one function that
 * writes a summary; the same summary gives the same bytes. Every number carries its unit, its subject and how many
 * samples and boots stand behind it, as far as the format has a place for them. What a format cannot hold is left out
 * with a warning, never bent to fit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "summary.h"

struct export_format {
	const char *name;   /* "csv" */
	const char *suffix; /* of a file's name: ".csv" */
	const char *about;  /* one line, no full stop */
	bool nanoseconds;   /* the format knows time only: ticks are converted by the clock's calibrated rate */
	bool single;        /* one file holds one row */
	/* Returns 0, or STATUS_USAGE with the error set: the summary has nothing that this format can hold. */
	int (*write)(FILE *file, const struct summary *summary, struct error *error);
};

extern const struct export_format export_formats[];
extern const size_t export_format_count;

/* NULL with the error set: there is none, which is the nearest. */
const struct export_format *export_find(const char *name, struct error *error);
