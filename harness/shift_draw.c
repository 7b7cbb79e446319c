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

static void write_panel(FILE *file, const struct shift *shift, size_t panel, const char *tsv)
{
	char *point = reading_row_name(shift->row->a);
	char *title = memory_format("%s: %s / %s", point, shift->compare->subject_b, shift->compare->subject_a);
	char *note = shift->pairs > 0 ? memory_format("%zu pairs, %s", shift->pairs, shift->compare->unit)
				      : memory_format("%s, %s", shift->row->exact ? "exact" : "no pairs: no band",
						      shift->compare->unit);

	gnuplot_variable(file, "title", panel, title);
	gnuplot_variable(file, "note", panel, note);
	gnuplot_variable(file, "file", panel, tsv);
	free(note);
	free(title);
	free(point);
}

static int write_script(const struct shift *shifts, size_t count, const struct gnuplot_job *job, struct error *error)
{
	char *script = memory_format("%s.gnuplot", job->name);
	FILE *file = gnuplot_open(job->directory, script, error);
	int status = file == NULL ? (int)STATUS_FAILED : 0;

	if (status == 0) {
		fprintf(file,
			"# Draws the picture again: gnuplot %s, in this directory.\npanels = %zu\nmargin = %.7g\n",
			script, count, 1 + shifts[0].compare->margin);
		for (size_t i = 0; i < count && status == 0; i++) {
			char *tsv = memory_format("%s.%zu.tsv", job->name, i + 1);

			status = write_tsv(&shifts[i], job->directory, tsv, error);
			write_panel(file, &shifts[i], i + 1, tsv);
			free(tsv);
		}
		fprintf(file, "picture = '%s.svg'\n", job->name);
		gnuplot_load(file, job->source);
		if (gnuplot_close(file, script, error) != 0)
			status = STATUS_FAILED;
	}
	free(script);
	return status;
}

int shift_draw(const struct shift *shifts, size_t count, const char *directory, const char *name, struct error *error)
{
	static const char *const kinds[] = {"svg", NULL};
	char *sources = figure_sources(), *source = memory_format("%s/shift.gnuplot", sources);
	struct gnuplot_job job = {.directory = directory, .name = name, .source = source, .kinds = kinds};
	int status = figure_make_directory(directory, error);

	if (status == 0)
		status = write_script(shifts, count, &job, error);
	if (status == 0)
		status = gnuplot_draw(&job, error);
	free(source);
	free(sources);
	return status;
}
