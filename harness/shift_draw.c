/* SPDX-License-Identifier: MIT */
/* The picture of shift functions: see shift.h. */
#include "shift.h"

#include <math.h>
#include <stdlib.h>

#include "figure.h"
#include "gnuplot.h"
#include "memory.h"
#include "reading.h"

static void write_bound(FILE *file, double bound)
{
	if (isnan(bound))
		fputs("\tNaN", file);
	else
		fprintf(file, "\t%.7g", bound);
}

static int write_tsv(const struct shift *shift, const char *directory, const char *name, struct error *error)
{
	FILE *file = gnuplot_open(directory, name, error);

	if (file == NULL)
		return STATUS_FAILED;
	fputs("q\tratio\tlow\thigh\n", file);
	for (size_t j = 0; j < shift->count; j++) {
		fprintf(file, "%.4g", shift->q[j]);
		write_bound(file, shift->curve[j].estimate);
		write_bound(file, shift->curve[j].low);
		write_bound(file, shift->curve[j].high);
		fputc('\n', file);
	}
	return gnuplot_close(file, name, error);
}

static int write_panel(const struct gnuplot_panel *panel, const void *context, struct error *error)
{
	const struct shift *shift = (const struct shift *)context + panel->number - 1;
	char *point = reading_row_name(shift->row->a);
	char *title = memory_format("%s: %s / %s", point, shift->compare->subject_b, shift->compare->subject_a);
	char *note = shift->pairs > 0 ? memory_format("%zu pairs, %s", shift->pairs, shift->compare->unit)
				      : memory_format("%s, %s", shift->row->exact ? "exact" : "no pairs: no band",
						      shift->compare->unit);

	if (panel->number == 1)
		fprintf(panel->script, "margin = %.7g\n", 1 + shift->compare->margin);
	gnuplot_variable(panel->script, "title", panel->number, title);
	gnuplot_variable(panel->script, "note", panel->number, note);
	gnuplot_variable(panel->script, "file", panel->number, panel->tsv);
	free(note);
	free(title);
	free(point);
	return write_tsv(shift, panel->directory, panel->tsv, error);
}

int shift_draw(const struct shift *shifts, size_t count, const char *directory, const char *name, struct error *error)
{
	static const char *const kinds[] = {"svg", NULL};
	char *sources = figure_sources(), *source = memory_format("%s/shift.gnuplot", sources);
	const struct gnuplot_job job = {.directory = directory, .name = name, .source = source, .kinds = kinds};
	const struct gnuplot_panels panels = {.count = count, .write = write_panel, .context = shifts};
	int status = figure_make_directory(directory, error);

	if (status == 0)
		status = gnuplot_draw_panels(&job, &panels, error);
	free(source);
	free(sources);
	return status;
}
