/* SPDX-License-Identifier: MIT */
/*
 * What a figure says about itself. A figure is one file, plots/NAME.gp; the comment lines at its beginning declare its
 * title and the data that it draws (the grammar is in plots/README.md):
 *
 *   # title: TEXT                what the figure is called
 *   # about: TEXT                one or two sentences for the page that shows it
 *   # note: [MACHINE] TEXT       a line of the caption, if that machine is drawn
 *   # data: NAME KIND [x=PARAM] ITEM…
 *   # data: NAME cpus ITEM…
 *   # data: NAME reference of=DATA
 *
 * An item picks rows of a run: BENCHMARK[:PARAM=VALUE]…[/N][?]. VALUE may be "max"; series=A-B is the difference of two
 * series sample by sample; /N divides; ? allows it to be missing. Adding a figure is adding a file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "stream.h"

enum figure_kind {
	FIGURE_ROWS,      /* one series a subject, one point a row: boxes */
	FIGURE_SCALE,     /* one series a subject and item, x is a parameter */
	FIGURE_CPUS,      /* one series a subject on different numbers of CPUs and item, x is that number */
	FIGURE_ECDF,      /* one series a row: the distribution */
	FIGURE_RATIO,     /* Linux / Aerokernel, one point a row */
	FIGURE_REFERENCE, /* numbers from elsewhere for the points of another data, with their grade */
	FIGURE_KINDS
};

/* Beside the rows of items, every kind takes "*": all rows. */
struct figure_item {
	char *text; /* as written */
	char *benchmark;
	struct stream_pair params[STREAM_PARAMS_MAX];
	size_t param_count;
	unsigned divisor; /* at least 1 */
	bool optional;
};

struct figure_data {
	char *name; /* an identifier */
	enum figure_kind kind;
	char *axis; /* FIGURE_SCALE: the parameter on x; FIGURE_REFERENCE: the name of the other data */
	struct figure_item *items;
	size_t item_count;
	bool required; /* the figure does not exist without it: some item is not optional */
};

struct figure_note {
	char *machine; /* NULL: always */
	char *text;
};

struct figure {
	char *name; /* "f1_create_sequence" */
	char *path; /* of the .gp */
	char *title;
	char *about; /* "" if it says nothing */
	struct figure_note *notes;
	size_t note_count;
	struct figure_data *data;
	size_t data_count;
};

/* Reads the header of path. Returns 0, or STATUS_USAGE with the file, the line and what is wrong. Free in every case. */
int figure_read(struct figure *figure, const char *path, struct error *error);
void figure_free(struct figure *figure);
/* One item, as also used by expectations. Returns 0, or STATUS_USAGE with the error set; free in every case. */
int figure_item_read(struct figure_item *item, const char *text, struct error *error);
void figure_item_free(struct figure_item *item);
/* The value that the item wants for a parameter, or NULL: any. */
const char *figure_item_param(const struct figure_item *item, const char *key);

/* All figures of a directory, by name. names NULL or empty: all; a name that no file has is STATUS_USAGE. */
int figure_list(struct figure **figures, size_t *count, const char *directory, char *const *names, size_t name_count,
		struct error *error);
void figure_list_free(struct figure *figures, size_t count);
