/* SPDX-License-Identifier: MIT */
/* TSVs and the script that draws them: see figure_script.h. */
#include "figure_script.h"

#include <stdlib.h>
#include <string.h>

#include "figure_caption.h"
#include "figure_data.h"
#include "figure_match.h"
#include "figure_ratio.h"
#include "figure_reference.h"
#include "gnuplot.h"
#include "memory.h"
#include "subject.h"

/* Whether some series has more than one place on x: one number of CPUs makes no figure over CPUs. */
static bool block_has_axis(const struct figure_block *block)
{
	for (size_t i = 0; i < block->series_count; i++) {
		const struct figure_series *series = &block->series[i];

		if (series->points[0].x != series->points[series->point_count - 1].x)
			return true;
	}
	return false;
}

/* Whether the machine has something of the figure's required data. */
static bool machine_shows(const struct figure *figure, const struct summary *summary, const char *machine)
{
	bool shows = false;

	for (size_t i = 0; i < figure->data_count && !shows; i++) {
		struct figure_block block;

		if (!figure->data[i].required)
			continue;
		if (figure->data[i].kind == FIGURE_RATIO) {
			shows = figure_ratio_exists(&figure->data[i], summary, machine);
			continue;
		}
		figure_block_make(&block, &figure->data[i], summary, machine);
		shows = block.series_count > 0 && (figure->data[i].kind != FIGURE_CPUS || block_has_axis(&block));
		figure_block_free(&block);
	}
	return shows;
}

const char **figure_machines(const struct figure *figure, const struct summary *summary, size_t *count)
{
	const char **machines = memory_new(SUBJECT_MACHINES, sizeof(*machines)), *machine;

	*count = 0;
	for (size_t i = 0; (machine = figure_machine_at(i)) != NULL; i++) {
		if (!figure_is_elsewhere(&summary->store->plan, machine) && machine_shows(figure, summary, machine))
			machines[(*count)++] = machine;
	}
	return machines;
}

static const char *machine_unit(const struct summary *summary, const char *machine)
{
	char own[SUBJECT_NAME_MAX];

	for (size_t i = 0; i < summary->row_count; i++) {
		if (strcmp(figure_machine(summary->rows[i].subject, own, sizeof(own)), machine) == 0)
			return summary->rows[i].unit;
	}
	return "";
}

/* --- The files ----------------------------------------------------------------------------------------------------- */

/* One data on one machine: its TSV, and the variables that say what is in it. */
struct script_part {
	const struct figure *figure;
	const struct figure_data *data;
	const struct summary *summary;
	const struct reference *reference;
	const char *machine;
	const char *directory;
	FILE *script;
};

static const struct figure_data *part_other(const struct script_part *part)
{
	for (size_t i = 0; i < part->figure->data_count; i++) {
		if (strcmp(part->figure->data[i].name, part->data->axis) == 0)
			return &part->figure->data[i];
	}
	return NULL;
}

/* NAME_MACHINE_WHAT[_NUMBER] = 'text' */
static void part_string(const struct script_part *part, const char *what, size_t number, const char *text)
{
	fprintf(part->script, "%s_%s_%s", part->data->name, part->machine, what);
	if (number > 0)
		fprintf(part->script, "_%zu", number);
	fputs(" = ", part->script);
	gnuplot_string(part->script, text);
	putc('\n', part->script);
}

static void part_variables(const struct script_part *part, const struct figure_block *block, const char *tsv)
{
	const char *name = part->data->name, *machine = part->machine;

	fprintf(part->script, "%s_%s = '%s'\n%s_%s_series = %zu\n%s_%s_labels = %zu\n%s_%s_styles = '", name, machine,
		tsv, name, machine, block->series_count, name, machine, block->label_count, name, machine);
	for (size_t i = 0; i < block->series_count; i++)
		fprintf(part->script, i > 0 ? " %u" : "%u", block->series[i].style);
	fputs("'\n", part->script);
	part_string(part, "common", 0, block->common != NULL ? block->common : "");
	for (size_t i = 0; i < block->series_count; i++)
		part_string(part, "brief", i + 1, block->series[i].brief != NULL ? block->series[i].brief : "");
	for (size_t i = 0; i < block->label_count; i++)
		part_string(part, "label", i + 1, block->labels[i]);
}

static void part_write_tsv(const struct script_part *part, struct figure_block *block, FILE *tsv)
{
	if (part->data->kind == FIGURE_RATIO) {
		figure_ratio_write(tsv, part->data, part->summary, part->machine, block);
	} else if (part->data->kind == FIGURE_REFERENCE) {
		struct figure_block other;

		figure_block_make(&other, part_other(part), part->summary, part->machine);
		figure_reference_write(tsv, part->reference, &other, part->machine, block);
		figure_block_free(&other);
	} else {
		figure_block_make(block, part->data, part->summary, part->machine);
		figure_data_write(tsv, part->data->kind, block);
	}
}

static int part_write(const struct script_part *part, struct error *error)
{
	char *name = memory_format("%s.%s.%s.tsv", part->figure->name, part->data->name, part->machine);
	FILE *tsv = gnuplot_open(part->directory, name, error);
	int status = tsv == NULL ? (int)STATUS_FAILED : 0;

	if (status == 0) {
		struct figure_block block = {0};

		part_write_tsv(part, &block, tsv);
		part_variables(part, &block, name);
		figure_block_free(&block);
		status = gnuplot_close(tsv, name, error);
	}
	free(name);
	return status;
}

static void script_head(FILE *file, const struct figure *figure, const struct summary *summary,
			const char *const *machines, size_t machine_count)
{
	char *caption = figure_caption(figure, summary, machines, machine_count);
	size_t lines = 1;

	for (const char *at = caption; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	fprintf(file,
		"# Made by: aerobench plot %s --run %s\n# Draws the SVG and the PNG again: gnuplot %s.gnuplot, "
		"in this directory.\n",
		figure->name, summary->store->id, figure->name);
	gnuplot_variable(file, "title", 0, figure->title);
	gnuplot_variable(file, "caption", 0, caption);
	fprintf(file, "caption_lines = %zu\nmachines = '", lines);
	for (size_t i = 0; i < machine_count; i++)
		fprintf(file, i > 0 ? " %s" : "%s", machines[i]);
	fputs("'\n", file);
	for (size_t i = 0; i < machine_count; i++) {
		fprintf(file, "unit_%s = ", machines[i]);
		gnuplot_string(file, machine_unit(summary, machines[i]));
		putc('\n', file);
	}
	free(caption);
}

/* The script runs in another directory: it names the .gp files absolutely. */
static void script_tail(FILE *file, const struct figure *figure)
{
	char *source = realpath(figure->path, NULL), *style;

	if (source == NULL)
		source = memory_text(figure->path);
	style = memory_format("%.*sstyle.gnuplot", (int)(strrchr(source, '/') + 1 - source), source);
	gnuplot_variable(file, "style", 0, style);
	fprintf(file, "format = 'svg'\npicture = '%s.svg'\n", figure->name);
	gnuplot_load(file, source);
	fprintf(file, "format = 'png'\npicture = '%s.png'\n", figure->name);
	gnuplot_load(file, source);
	free(style);
	free(source);
}

static int script_parts(struct script_part *part, const char *const *machines, size_t machine_count,
			struct error *error)
{
	int status = 0;

	for (size_t d = 0; d < part->figure->data_count; d++) {
		for (size_t m = 0; m < machine_count && status == 0; m++) {
			part->data = &part->figure->data[d];
			part->machine = machines[m];
			status = part_write(part, error);
		}
	}
	return status;
}

int figure_script_write(const struct figure *figure, const struct summary *summary, const struct reference *reference,
			const char *directory, struct error *error)
{
	struct script_part part = {
	    .figure = figure, .summary = summary, .reference = reference, .directory = directory};
	size_t machine_count;
	const char **machines = figure_machines(figure, summary, &machine_count);
	char *name = memory_format("%s.gnuplot", figure->name);
	int status = STATUS_FAILED;

	part.script = gnuplot_open(directory, name, error);
	if (part.script != NULL) {
		script_head(part.script, figure, summary, machines, machine_count);
		status = script_parts(&part, machines, machine_count, error);
		script_tail(part.script, figure);
		if (gnuplot_close(part.script, name, error) != 0)
			status = STATUS_FAILED;
	}
	free(name);
	free(machines);
	return status;
}
