/* SPDX-License-Identifier: MIT */
/*
 * The kind ratio of a figure: how many times larger a statistic is on Linux than on the Aerokernel of the same machine,
 * from the same comparison that `compare` prints (compare.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "figure_series.h"
#include "figure_spec.h"
#include "summary.h"

/* An Aerokernel and a Linux on the same machine with the same number of CPUs. Names are the plan's. */
struct figure_pair {
	const char *base;  /* the Aerokernel: side A */
	const char *other; /* the Linux: side B */
	size_t base_index; /* among the Aerokernels of the machine */
};

/* The pairs of a run on a machine; allocated. */
struct figure_pair *figure_pairs(const struct summary *summary, const char *machine, size_t *count);
/* Whether the pair has a row in common. */
bool figure_pair_has_rows(const struct summary *summary, const struct figure_pair *pair);
/* Whether the machine has a row of the data on both systems. */
bool figure_ratio_exists(const struct figure_data *data, const struct summary *summary, const char *machine);
/* Writes them as TSV (figure_data.h says how); block gets series and labels without points, for the script. */
void figure_ratio_write(FILE *file, const struct figure_data *data, const struct summary *summary, const char *machine,
			struct figure_block *block);
