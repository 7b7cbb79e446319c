/* SPDX-License-Identifier: MIT */
/* How the readers of import_*.c make rows. For them only. */
#pragma once

#include <stdbool.h>

#include "import.h"

/* Counts are added up in 64 bits and compared as doubles: none may be above 2^53. */
#define IMPORT_COUNT_MAX ((uint64_t)1 << 53)

/* Appends a row whose numbers are all unknown; NULL with the error set: too many. The name is copied. */
struct import_row *import_add(struct import *import, const char *name, enum import_kind kind, struct error *error);
/* Appends count observations; values come in ascending order. False: more than IMPORT_COUNT_MAX in all. */
bool import_bin_add(struct import_row *row, double value_ns, uint64_t count);
/* n from the bins and overflow; percentiles and spread from the bins, as far as n and overflow allow. */
void import_sum_up(struct import_row *row);
/* Rows first, first + stride, … below end. */
struct import_columns {
	size_t first, stride, end;
};
/* Appends the row of all observations of these rows, which have the same step. */
int import_merge(struct import *import, const char *name, struct import_columns columns, struct error *error);

int import_read_google(struct import *import, const char *text, struct error *error);
int import_read_cyclictest_json(struct import *import, const char *text, struct error *error);
int import_read_cyclictest(struct import *import, const char *text, unsigned unit_ns, struct error *error);
int import_read_rtla(struct import *import, const char *text, struct error *error);
