/* SPDX-License-Identifier: MIT */
/*
 * The half of a figure that is not drawing: its TSVs, and the gnuplot script that sets what plots/NAME.gp reads
 * (plots/README.md lists the variables) and loads it once for each picture format.
 */
#pragma once

#include "error.h"
#include "figure_reference.h"
#include "figure_spec.h"
#include "summary.h"

/* The machines that the figure can show from this run, in the order of its panels; allocated array of constants. */
const char **figure_machines(const struct figure *figure, const struct summary *summary, size_t *count);
/* Writes NAME.DATA.MACHINE.tsv for each machine and NAME.gnuplot into directory. Returns 0 or STATUS_FAILED. */
int figure_script_write(const struct figure *figure, const struct summary *summary, const struct reference *reference,
			const char *directory, struct error *error);
