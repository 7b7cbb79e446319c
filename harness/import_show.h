/* SPDX-License-Identifier: MIT */
/*
 * Imports for people and programs: alone, and beside the rows of a run that they are mapped to. Always labelled as
 * imported, never judged: there are no raw samples, no pairs, and usually another computer.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "import_file.h"
#include "reading.h"
#include "summary.h"

/* What it is, and a table of its rows. bold: see table_print(). */
void import_show(FILE *file, const struct import_file *import, bool bold);
/*
 * For each row that is mapped, or named as a benchmark is: the run's rows of that point in nanoseconds, and its own.
 * Returns how many rows found a place.
 */
size_t import_show_beside(FILE *file, const struct import_file *import, const struct summary *summary, bool bold);
/* Schema "aerobench.import_view/1"; a new reference. */
json_t *import_json(const struct import_file *import);
/* Schema "aerobench.import_beside/1"; a new reference. */
json_t *import_json_beside(const struct import_file *import, const struct summary *summary);
/* For commands: the import name beside run, in nanoseconds, as text or as JSON. Returns 0 or an enum status. */
int import_beside_run(struct reading *reading, const char *name, const char *run, struct error *error);
/* A <section> with all imports of results; nothing if there are none. STATUS_USAGE if one is broken. */
int import_report(FILE *file, const char *results, struct error *error);
