/* SPDX-License-Identifier: MIT */
/*
 * Pictures by gnuplot: the files that it reads, and running it. A picture NAME.svg stands beside NAME.gnuplot, the script
 * that draws it again by itself: it sets variables and loads a script of plots/.
 */
#pragma once

#include <stdio.h>

#include "error.h"

/* A new file of directory, to be written. NULL with the error set: it cannot be. */
FILE *gnuplot_open(const char *directory, const char *name, struct error *error);
/* 0, or STATUS_FAILED with the error set: not all of it is written. */
int gnuplot_close(FILE *file, const char *name, struct error *error);
/* The words as a gnuplot string in single quotes, in which nothing is expanded. Control characters become '?'. */
void gnuplot_string(FILE *file, const char *text);
/* NAME = 'text' and the end of the line; number > 0: NAME_NUMBER. */
void gnuplot_variable(FILE *file, const char *name, size_t number, const char *text);
/* `load` of a script, which a script in any directory finds: its path becomes absolute. */
void gnuplot_load(FILE *file, const char *source);

struct gnuplot_job {
	const char *directory, *name; /* of NAME.gnuplot, which runs inside directory */
	const char *source;           /* the script that it loads: errors name it */
	const char *const *kinds;     /* NAME.KIND appears; NULL behind the last */
};

/*
 * Returns 0: all pictures are there and not empty. Else an enum status with the error set: STATUS_UNSUPPORTED without
 * gnuplot, STATUS_USAGE for a script that it refuses, STATUS_FAILED.
 */
int gnuplot_draw(const struct gnuplot_job *job, struct error *error);

/* One panel of a picture of several: what is written for it. */
struct gnuplot_panel {
	FILE *script;
	size_t number;               /* from 1 */
	const char *directory, *tsv; /* a file of directory, to be made */
};

struct gnuplot_panels {
	size_t count;
	/* Makes the panel's TSV and sets its variables in the script. Returns 0 or a status with the error set. */
	int (*write)(const struct gnuplot_panel *panel, const void *context, struct error *error);
	const void *context;
};

/* Writes NAME.gnuplot, which sets `panels` and `picture`, and NAME.N.tsv; then as gnuplot_draw(). Draws SVG. */
int gnuplot_draw_panels(const struct gnuplot_job *job, const struct gnuplot_panels *panels, struct error *error);
