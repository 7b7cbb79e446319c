/* SPDX-License-Identifier: MIT */
/* The main primitives in one table: what each costs on Linux against the Aerokernel, on every machine. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "report_pairs.h"

/* How many rows the table can have, and which row of a run stands for each: names as of reading_row_name(). */
extern const size_t report_primitive_count;
const char *report_primitive_row(size_t index);
/* Writes the table; what the run does not have is left out, and the table too if that is all. */
void report_primitives(FILE *file, const struct report_pairs *pairs);
