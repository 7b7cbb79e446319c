/* SPDX-License-Identifier: MIT */
/* The picture of a history: see history_draw.h. */
#include "history_draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"
#include "gnuplot.h"
#include "memory.h"
#include "stats.h"

/* --- Data ------------------------------------------------------------------------------------------------------------- */

/* One behind the last value of the level that begins with change number `change`; 0 is the first level. */
static size_t level_end(const struct history_series *series, size_t change)
{
	return change < series->change_count ? series->changes[change].at : series->count;
}

static double level_of(const struct history_series *series, size_t first, size_t end)
{
	double *values = memory_new(end - first, sizeof(*values)), median;
	size_t known = 0;

	for (size_t i = first; i < end; i++) {
		if (isfinite(series->values[i].p50))
			values[known++] = series->values[i].p50;
	}
	stats_sort(values, known);
	median = stats_quantile(values, known, .5);
	free(values);
	return median;
}

static void write_number(FILE *file, double number)
{
	if (isfinite(number))
		fprintf(file, "\t%.7g", number);
	else
		fputs("\tNaN", file);
}

/* A block for each level, so that its line ends where the next begins. Entries count from 1. */
static int write_tsv(const struct history_series *series, const char *directory, const char *name, struct error *error)
{
	FILE *file = gnuplot_open(directory, name, error);
	size_t first = 0;

	if (file == NULL)
		return STATUS_FAILED;
	fputs("entry\tp50\tlow\thigh\tlevel\tcreated\tcommit\trun\n", file);
	for (size_t c = 0; c <= series->change_count; c++) {
		size_t end = level_end(series, c);
		double level = level_of(series, first, end);

		fputs(c > 0 ? "\n" : "", file);
		for (size_t i = first; i < end; i++) {
			const struct history_value *value = &series->values[i];

			fprintf(file, "%zu", i + 1);
			write_number(file, value->p50);
			write_number(file, value->p50 - value->iqr / 2);
			write_number(file, value->p50 + value->iqr / 2);
			write_number(file, level);
			fprintf(file, "\t%s\t%s\t%s\n", value->entry->created, value->entry->commit, value->entry->run);
		}
		first = end;
	}
	return gnuplot_close(file, name, error);
}

/* --- Script ----------------------------------------------------------------------------------------------------------- */

/* "2026-11-21", or what there is of it. */
static char *day_of(const struct history_value *value)
{
	return memory_format("%.10s", value->entry->created);
}

static void write_changes(FILE *file, const struct history_series *series, size_t panel)
{
	char *at = memory_format("change_%zu_at", panel), *says = memory_format("change_%zu_says", panel);

	fprintf(file, "changes_%zu = %zu\n", panel, series->change_count);
	for (size_t c = 0; c < series->change_count; c++) {
		const struct stats_change *change = &series->changes[c];
		char *text = memory_format("%+.3g %% at %s", 100 * (exp(change->shift.estimate) - 1),
					   series->values[change->at].entry->commit);

		fprintf(file, "%s_%zu = %zu\n", at, c + 1, change->at + 1);
		gnuplot_variable(file, says, c + 1, text);
		free(text);
	}
	free(says);
	free(at);
}

static int write_panel(const struct gnuplot_panel *panel, const void *context, struct error *error)
{
	const struct history_series *series = (const struct history_series *)context + panel->number - 1;
	char *title = memory_format("%s  %s%s%s", series->subject, series->benchmark,
				    series->params[0] != '\0' ? " " : "", series->params);
	char *note = memory_format("%zu entries, configuration %s", series->count, series->machine);
	char *first = day_of(&series->values[0]), *last = day_of(&series->values[series->count - 1]);
	char *days = strcmp(first, last) == 0 ? memory_format("entries of %s", first)
					      : memory_format("entries, %s to %s", first, last);

	gnuplot_variable(panel->script, "title", panel->number, title);
	gnuplot_variable(panel->script, "note", panel->number, note);
	gnuplot_variable(panel->script, "days", panel->number, days);
	gnuplot_variable(panel->script, "unit", panel->number, series->unit);
	gnuplot_variable(panel->script, "file", panel->number, panel->tsv);
	fprintf(panel->script, "entries_%zu = %zu\n", panel->number, series->count);
	write_changes(panel->script, series, panel->number);
	free(days);
	free(last);
	free(first);
	free(note);
	free(title);
	return write_tsv(series, panel->directory, panel->tsv, error);
}

int history_draw(const struct history_series *series, size_t count, const char *directory, const char *name,
		 struct error *error)
{
	static const char *const kinds[] = {"svg", NULL};
	char *sources = figure_sources(), *source = memory_format("%s/history.gnuplot", sources);
	const struct gnuplot_job job = {.directory = directory, .name = name, .source = source, .kinds = kinds};
	const struct gnuplot_panels panels = {.count = count, .write = write_panel, .context = series};
	int status;

	if (count == 0 || count > HISTORY_PANELS_MAX)
		status =
		    error_set(error, STATUS_USAGE,
			      "%zu series do not fit on one picture, 1 to %d do: choose by NAME:PARAM=VALUE and -s",
			      count, HISTORY_PANELS_MAX);
	else
		status = figure_make_directory(directory, error);
	if (status == 0)
		status = gnuplot_draw_panels(&job, &panels, error);
	free(source);
	free(sources);
	return status;
}
