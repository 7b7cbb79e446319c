/* SPDX-License-Identifier: MIT */
/* Ratios of two systems: see figure_ratio.h. */
#include "figure_ratio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "figure_match.h"
#include "memory.h"
#include "subject.h"

/* As small as compare_make() takes: verdicts are not drawn. */
static const double ratio_margin = 0.03;

/* Linux in its colours, the Aerokernel's variant in the shape (figure_series.h). */
static unsigned ratio_style(const struct figure_pair *pair)
{
	bool tuned = strstr(pair->other, "tuned") != NULL;

	return 10 * (FIGURE_COLORS_PER_SYSTEM + 1 + tuned) + 1 + (unsigned)(pair->base_index % FIGURE_SHAPES);
}

static bool data_wants(const struct figure_data *data, const struct summary_row *row, const struct summary *summary)
{
	for (size_t i = 0; i < data->item_count; i++) {
		if (figure_item_matches(&data->items[i], row, summary))
			return true;
	}
	return false;
}

/* The benchmark and the values of its parameters: numbers by name. */
static char *ratio_label(const struct summary_row *row)
{
	char *label = memory_text(row->benchmark);

	for (size_t i = 0; i < row->point->param_count; i++) {
		const struct stream_pair *param = &row->point->params[i];
		char *longer = memory_format("%s %s", label, param->value);

		if (!isnan(figure_row_number(row, param->key))) {
			free(longer);
			longer = memory_format("%s %s=%s", label, param->key, param->value);
		}
		free(label);
		label = longer;
	}
	return label;
}

static void write_number(FILE *file, double number)
{
	if (isnan(number))
		fputs("\tNaN", file);
	else
		fprintf(file, "\t%.7g", number);
}

/* A ratio of two spreads that are both at the clock's grain would be a ratio of nothing. */
static void write_estimate(FILE *file, const struct compare_estimate *estimate)
{
	bool nothing = estimate->a <= estimate->floor && estimate->b <= estimate->floor;

	write_number(file, nothing ? NAN : estimate->ratio);
	write_number(file, nothing ? NAN : estimate->low);
	write_number(file, nothing ? NAN : estimate->high);
}

/* Unknown stays unknown, which fmax() would not let it. */
static double raised(double number, double floor)
{
	return number < floor ? floor : number;
}

static void write_row(FILE *file, const struct compare_row *row, struct figure_block *block)
{
	char *label = ratio_label(row->a);
	double floor = row->estimates[STATS_LOCATION].floor;

	fprintf(file, "%s / %s\t%s\t%zu", row->b->subject, row->a->subject, label, figure_block_label(block, label));
	write_estimate(file, &row->estimates[STATS_LOCATION]);
	write_estimate(file, &row->estimates[STATS_SPREAD]);
	write_estimate(file, &row->estimates[STATS_TAIL]);
	write_number(file, raised(row->b->p999, floor) / raised(row->a->p999, floor));
	fprintf(file, "\t%zu\n", row->pairs);
	free(label);
}

static void write_pair(FILE *file, const struct figure_data *data, const struct summary *summary,
		       const struct figure_pair *pair, struct figure_block *block)
{
	struct compare compare;
	bool any = false;

	if (compare_make(&compare, (struct compare_side){summary, pair->base},
			 (struct compare_side){summary, pair->other}, ratio_margin, NULL) != 0)
		return;
	for (size_t i = 0; i < compare.row_count; i++) {
		if (!data_wants(data, compare.rows[i].a, summary))
			continue;
		if (!any)
			fprintf(
			    file,
			    "%s%s / %s\tlabel\tx\tp50\tlow\thigh\tiqr\tlow\thigh\tp99-p50\tlow\thigh\tp999\tpairs\n",
			    block->series_count > 0 ? "\n\n" : "", pair->other, pair->base);
		write_row(file, &compare.rows[i], block);
		any = true;
	}
	compare_free(&compare);
	if (!any)
		return;
	block->series = memory_grow(block->series, block->series_count, sizeof(*block->series));
	block->series[block->series_count++] = (struct figure_series){
	    .title = memory_format("%s / %s", pair->other, pair->base), .style = ratio_style(pair)};
}

void figure_ratio_write(FILE *file, const struct figure_data *data, const struct summary *summary, const char *machine,
			struct figure_block *block)
{
	size_t count;
	struct figure_pair *pairs = figure_pairs(summary, machine, &count);

	*block = (struct figure_block){0};
	for (size_t i = 0; i < count; i++)
		write_pair(file, data, summary, &pairs[i], block);
	free(pairs);
}

/* data NULL: any row. */
static bool pair_has(const struct figure_data *data, const struct summary *summary, const struct figure_pair *pair)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (strcmp(row->subject, pair->base) == 0 && (data == NULL || data_wants(data, row, summary)) &&
		    summary_find(summary, row->benchmark, pair->other, row->params) != NULL)
			return true;
	}
	return false;
}

bool figure_pair_has_rows(const struct summary *summary, const struct figure_pair *pair)
{
	return pair_has(NULL, summary, pair);
}

bool figure_ratio_exists(const struct figure_data *data, const struct summary *summary, const char *machine)
{
	size_t count;
	struct figure_pair *pairs = figure_pairs(summary, machine, &count);
	bool exists = false;

	for (size_t i = 0; i < count && !exists; i++)
		exists = pair_has(data, summary, &pairs[i]);
	free(pairs);
	return exists;
}

struct figure_pair *figure_pairs(const struct summary *summary, const char *machine, size_t *count)
{
	const struct store_plan *plan = &summary->store->plan;
	struct figure_pair *pairs = NULL;
	struct subject base, other;
	size_t base_index = 0;

	*count = 0;
	for (size_t b = 0; b < plan->subject_count; b++) {
		if (subject_parse(&base, plan->subjects[b], NULL) != 0 || base.system != SUBJECT_AEROKERNEL ||
		    strcmp(subject_machine_name(base.machine), machine) != 0)
			continue;
		for (size_t o = 0; o < plan->subject_count; o++) {
			if (subject_parse(&other, plan->subjects[o], NULL) != 0 || other.system != SUBJECT_LINUX ||
			    !subject_same_hardware(other.machine, base.machine) || other.cpus != base.cpus)
				continue;
			pairs = memory_grow(pairs, *count, sizeof(*pairs));
			pairs[(*count)++] = (struct figure_pair){plan->subjects[b], plan->subjects[o], base_index};
		}
		base_index++;
	}
	return pairs;
}
