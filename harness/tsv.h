/* SPDX-License-Identifier: MIT */
/*
 * Files that people write as columns separated by tabs: a row a line, '#' begins a comment line, empty lines are passed
 * over. A cell may be empty; there is no quoting.
 */
#pragma once

#include <stddef.h>

#include "error.h"

enum { TSV_COLUMNS_MAX = 16 };

/*
 * Calls row for each row of the file with its cells, columns of them, at most TSV_COLUMNS_MAX; it may change but not keep
 * them, and returns 0 or an enum status with the error set. Returns 0, or STATUS_USAGE with file, line and what is wrong:
 * the file cannot be read, a row has another number of columns, or row refused it and says why.
 */
int tsv_read(const char *path, size_t columns, int (*row)(void *context, char *const *column, struct error *error),
	     void *context, struct error *error);
