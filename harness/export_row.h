/* SPDX-License-Identifier: MIT */
/* What several formats say alike about a run and its rows. For export_*.c only. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "error.h"
#include "summary.h"

/* "wake_all/threads:4/series:last/aerokernel@sim": the name of a row that does not change. Allocated. */
char *export_row_name(const struct summary_row *row);
/* Whether the row's numbers are a length of time, or instructions, which are one on QEMU's virtual clock. */
bool export_row_is_time(const struct summary_row *row);
/* "instructions", "ns", …, with what one needs to know about it. */
const char *export_row_unit(const struct summary_row *row);
/* "6 boots x 1000 samples". Allocated. */
char *export_row_count(const struct summary_row *row);
/* "sim", the machine of a subject's name. Allocated. */
char *export_machine(const char *subject);
/* Doctor's verdict for the row's machine: "fit for instructions", "unfit for time", … Allocated. */
char *export_row_fitness(const struct summary *summary, const struct summary_row *row);
/* A text of run.json by its path, "doctor.system.cpu_model"; "unknown" if there is none. */
const char *export_fact(const struct summary *summary, const char *path);
/*
 * A finite number rounded to 12 significant digits, which is what is printed: 7 is never 7.0, whatever the last bit of a
 * sum. A new reference.
 */
json_t *export_number(double number);
/* Writes a JSON value with a newline; takes the reference. */
int export_json(FILE *file, json_t *json);
/* A warning that names how many rows of which units were left out. */
void export_warn_left_out(const struct summary *summary, const char *format);
/* STATUS_USAGE with the error set. */
int export_nothing(const char *format, struct error *error);

/* The formats of files that hold more than one function; see export.c. */
int export_google_benchmark(FILE *file, const struct summary *summary, struct error *error);
int export_csv(FILE *file, const struct summary *summary, struct error *error);
int export_csv_samples(FILE *file, const struct summary *summary, struct error *error);
int export_hgrm(FILE *file, const struct summary *summary, struct error *error);
int export_junit(FILE *file, const struct summary *summary, struct error *error);
int export_openmetrics(FILE *file, const struct summary *summary, struct error *error);
int export_github_action(FILE *file, const struct summary *summary, struct error *error);
int export_bencher(FILE *file, const struct summary *summary, struct error *error);
int export_trace(FILE *file, const struct summary *summary, struct error *error);
