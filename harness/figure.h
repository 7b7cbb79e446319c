/* SPDX-License-Identifier: MIT */
/*
 * Drawing: from a run to NAME.svg and NAME.png. A pure function of the raw streams and of plots/NAME.gp: the same run
 * gives the same bytes. Beside the pictures stand the TSVs that they are drawn from and NAME.gnuplot, which draws them
 * again without this program. A figure appears whole or not at all; what an earlier call left under its name is removed.
 */
#pragma once

#include "error.h"
#include "figure_spec.h"
#include "summary.h"

/* The directory of the .gp files; allocated. */
char *figure_sources(void);
/* Makes a directory and those above it; one that is there already is no error. Returns 0 or STATUS_FAILED. */
int figure_make_directory(const char *directory, struct error *error);
/*
 * Draws figure into directory, which is made if it is missing. Returns 0 and *skipped NULL: drawn. 0 and *skipped an
 * allocated line: the run does not hold what the figure needs, and nothing is there. Else an enum status with the error
 * set: STATUS_UNSUPPORTED without gnuplot, STATUS_USAGE for a .gp that gnuplot refuses, STATUS_FAILED if it cannot write.
 */
int figure_draw(const struct figure *figure, const struct summary *summary, const char *directory, char **skipped,
		struct error *error);
/* Removes what figure_draw() made under this name. */
void figure_remove(const char *directory, const char *name);
