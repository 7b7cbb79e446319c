/* SPDX-License-Identifier: MIT */
/* Items to series: see figure_series.h. */
#include "figure_series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "memory.h"
#include "stats.h"
#include "subject.h"

/* Parameters that the item leaves open, the difference of series, and the divisor; skip is the axis. */
static char *point_label(const struct figure_item *item, const struct summary_row *row, const char *skip)
{
	char *label = memory_text(row->benchmark), *longer;

	for (size_t i = 0; i < row->point->param_count; i++) {
		const struct stream_pair *pair = &row->point->params[i];
		const char *wanted = figure_item_param(item, pair->key);
		bool series = strcmp(pair->key, "series") == 0;

		if (skip != NULL && strcmp(pair->key, skip) == 0)
			continue;
		if (wanted != NULL && !series && strcmp(wanted, "max") != 0)
			continue; /* fixed by the figure, whose text says so */
		if (series)
			longer = memory_format("%s %s", label, wanted != NULL ? wanted : pair->value);
		else if (isnan(figure_row_number(row, pair->key)))
			longer = memory_format("%s %s", label, pair->value);
		else
			longer = memory_format("%s %s=%s", label, pair->key, pair->value);
		free(label);
		label = longer;
	}
	if (item->divisor == 1)
		return label;
	longer = memory_format("%s/%u", label, item->divisor);
	free(label);
	return longer;
}

/* Names come from a stream: what would break a TSV must not. */
static char *label_clean(char *label)
{
	for (char *at = label; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	}
	return label;
}

/* What is known while the series of one subject are made. */
struct series_maker {
	struct figure_block *block;
	const struct figure_data *data;
	const struct summary *summary;
	const char *subject;
	const char *family; /* the name of its series: in FIGURE_CPUS without its number of CPUs */
	unsigned color;
};

size_t figure_block_label(struct figure_block *block, const char *label)
{
	for (size_t i = 0; i < block->label_count; i++) {
		if (strcmp(block->labels[i], label) == 0)
			return i + 1;
	}
	memory_texts_add(&block->labels, &block->label_count, label);
	return block->label_count;
}

/* The subject's series of this name, made if it is new. */
static struct figure_series *maker_series(struct series_maker *maker, const char *what, size_t shape)
{
	struct figure_block *block = maker->block;
	struct figure_series *series;

	for (size_t i = 0; i < block->series_count; i++) {
		series = &block->series[i];
		if (strcmp(series->subject, maker->family) == 0 && strcmp(series->what, what) == 0)
			return series;
	}
	block->series = memory_grow(block->series, block->series_count, sizeof(*block->series));
	series = &block->series[block->series_count++];
	*series = (struct figure_series){
	    .subject = memory_text(maker->family),
	    .what = memory_text(what),
	    .title = memory_format("%s%s%s", maker->family, what[0] != '\0' ? " " : "", what),
	    .style = 10 * maker->color + 1 + (unsigned)(shape % FIGURE_SHAPES),
	};
	return series;
}

/* Where a row stands on the axis of FIGURE_SCALE and FIGURE_CPUS; NaN: nowhere. */
static double point_axis(const struct series_maker *maker, const struct summary_row *row)
{
	if (maker->data->kind == FIGURE_CPUS)
		return figure_row_cpus(row, maker->summary);
	return figure_row_number(row, maker->data->axis);
}

static bool has_axis(const struct figure_data *data)
{
	return data->kind == FIGURE_SCALE || data->kind == FIGURE_CPUS;
}

/* Which series a point belongs to, and where it is on x, is all that the kinds differ in. */
static void maker_add(struct series_maker *maker, size_t item_index, struct figure_point point)
{
	const struct figure_data *data = maker->data;
	const struct figure_item *item = &data->items[item_index];
	struct figure_series *series;

	point.label = label_clean(point_label(item, point.row, data->axis));
	point.x = (double)figure_block_label(maker->block, point.label);
	if (has_axis(data)) {
		size_t shape = data->item_count > 1 ? item_index : (size_t)point.x - 1;

		series = maker_series(maker, point.label, shape);
		point.x = point_axis(maker, point.row);
	} else if (data->kind == FIGURE_ECDF) {
		series = maker_series(maker, point.label, (size_t)point.x - 1);
	} else {
		series = maker_series(maker, "", 0);
	}
	series->points = memory_grow(series->points, series->point_count, sizeof(*series->points));
	series->points[series->point_count++] = point;
}

/* Whether the item picks the row; then it is a point. */
static bool maker_picks(const struct series_maker *maker, const struct figure_item *item, const struct summary_row *row,
			struct figure_point *point)
{
	if (!figure_item_matches(item, row, maker->summary))
		return false;
	*point = (struct figure_point){
	    .row = row, .minus = figure_item_minus(item, row, maker->summary), .divisor = item->divisor};
	return point->minus != NULL || !figure_item_is_difference(item);
}

static void maker_add_item(struct series_maker *maker, size_t item_index)
{
	const struct figure_item *item = &maker->data->items[item_index];

	for (size_t i = 0; i < maker->summary->row_count; i++) {
		const struct summary_row *row = &maker->summary->rows[i];
		struct figure_point point;

		if (strcmp(row->subject, maker->subject) != 0 || !maker_picks(maker, item, row, &point))
			continue;
		if (has_axis(maker->data) && isnan(point_axis(maker, row)))
			continue;
		maker_add(maker, item_index, point);
	}
}

/* The labels of a machine in the order of the items, whichever subject has them. */
static void maker_label(struct series_maker *maker, const char *machine)
{
	const struct store_plan *plan = &maker->summary->store->plan;

	for (size_t item = 0; item < maker->data->item_count; item++) {
		for (size_t i = 0; i < maker->summary->row_count; i++) {
			const struct summary_row *row = &maker->summary->rows[i];
			struct figure_point point;
			char *label;

			if (!figure_is_on(plan, row->subject, machine) ||
			    !maker_picks(maker, &maker->data->items[item], row, &point))
				continue;
			label = label_clean(point_label(&maker->data->items[item], row, maker->data->axis));
			figure_block_label(maker->block, label);
			free(label);
		}
	}
}

/* The variant's own colour, or the next free one of its system. */
static unsigned subject_color(const char *name, bool used[2 * FIGURE_COLORS_PER_SYSTEM + 1])
{
	struct subject subject;
	unsigned first = 1, color;

	if (subject_parse(&subject, name, NULL) != 0)
		subject = (struct subject){.system = SUBJECT_LINUX};
	if (subject.system == SUBJECT_LINUX)
		first += FIGURE_COLORS_PER_SYSTEM;
	color = first + (subject.tuned || subject.lean || subject.poll);
	while (used[color] && color < first + FIGURE_COLORS_PER_SYSTEM - 1)
		color++;
	used[color] = true;
	return color;
}

/* Whether the words of text include this one. */
static bool text_has_word(const char *text, const char *word, size_t len)
{
	while (*text != '\0') {
		size_t own = strcspn(text, " ");

		if (own == len && memcmp(text, word, len) == 0)
			return true;
		text += own + strspn(text + own, " ");
	}
	return false;
}

static bool block_shares_word(const struct figure_block *block, const char *word, size_t len)
{
	for (size_t i = 0; i < block->series_count; i++) {
		if (!text_has_word(block->series[i].what, word, len))
			return false;
	}
	return true;
}

/* The words of text that all series share, or those that they do not, behind begin; allocated. */
static char *block_words(const struct figure_block *block, const char *begin, const char *text, bool shared)
{
	char *words = memory_text(begin);

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (block_shares_word(block, text, len) == shared) {
			char *longer = memory_format("%s%s%.*s", words, words[0] != '\0' ? " " : "", (int)len, text);

			free(words);
			words = longer;
		}
		text += len + strspn(text + len, " ");
	}
	return words;
}

static void block_abbreviate(struct figure_block *block)
{
	block->common = block_words(block, "", block->series_count > 0 ? block->series[0].what : "", true);
	for (size_t i = 0; i < block->series_count; i++) {
		struct figure_series *series = &block->series[i];

		series->brief = block_words(block, series->subject, series->what, false);
	}
}

static int point_order(const void *left, const void *right)
{
	const struct figure_point *a = left, *b = right;

	return (a->x > b->x) - (a->x < b->x);
}

/* A series of this family, or NULL: its subjects share a colour. */
static const struct figure_series *block_family(const struct figure_block *block, const char *family)
{
	for (size_t i = 0; i < block->series_count; i++) {
		if (strcmp(block->series[i].subject, family) == 0)
			return &block->series[i];
	}
	return NULL;
}

void figure_block_make(struct figure_block *block, const struct figure_data *data, const struct summary *summary,
		       const char *machine)
{
	struct series_maker maker = {.block = block, .data = data, .summary = summary};
	const struct store_plan *plan = &summary->store->plan;
	bool used[2 * FIGURE_COLORS_PER_SYSTEM + 1] = {false};
	char family[SUBJECT_NAME_MAX];

	*block = (struct figure_block){0};
	maker_label(&maker, machine);
	for (size_t s = 0; s < plan->subject_count; s++) {
		const char *subject = plan->subjects[s];
		const struct figure_series *sibling;

		if (!figure_is_on(plan, subject, machine))
			continue;
		maker.subject = subject;
		maker.family = data->kind == FIGURE_CPUS ? figure_family(subject, family) : subject;
		sibling = block_family(block, maker.family);
		maker.color = sibling != NULL ? sibling->style / 10 : subject_color(maker.family, used);
		for (size_t i = 0; i < data->item_count; i++)
			maker_add_item(&maker, i);
		if (data->kind == FIGURE_CPUS && block_family(block, maker.family) == NULL)
			used[maker.color] = false; /* the next of the family takes it */
	}
	block_abbreviate(block);
	for (size_t i = 0; i < block->series_count && has_axis(data); i++)
		qsort(block->series[i].points, block->series[i].point_count, sizeof(struct figure_point), point_order);
}

void figure_block_free(struct figure_block *block)
{
	for (size_t i = 0; i < block->series_count; i++) {
		for (size_t p = 0; p < block->series[i].point_count; p++)
			free(block->series[i].points[p].label);
		free(block->series[i].points);
		free(block->series[i].subject);
		free(block->series[i].what);
		free(block->series[i].title);
		free(block->series[i].brief);
	}
	memory_texts_free(block->labels, block->label_count);
	free(block->common);
	free(block->series);
	*block = (struct figure_block){0};
}

/*
 * Sample by sample within each round that both rows have, of exact rows within the first; a trial whose parts came in
 * the wrong order counts as 0. Never more than the row's n.
 */
static size_t samples_subtract(uint32_t *out, const struct figure_point *point)
{
	size_t n = 0;

	for (size_t r = 0; r < (point->row->exact ? 1 : point->row->run_count); r++) {
		const struct summary_run *run = &point->row->runs[r], *minus = NULL;

		for (size_t m = 0; m < point->minus->run_count; m++) {
			if (point->minus->runs[m].round == run->round)
				minus = &point->minus->runs[m];
		}
		for (size_t i = 0; minus != NULL && i < run->n && i < minus->n; i++) {
			uint32_t a = run->samples[i], b = minus->samples[i];

			out[n++] = a > b ? a - b : 0;
		}
	}
	return n;
}

struct figure_samples figure_point_samples(const struct figure_point *point)
{
	struct figure_samples samples = {
	    .sorted = memory_new(point->row->n, sizeof(uint32_t)),
	    .n = point->row->n,
	    .scale = point->row->scale / point->divisor,
	    .subtracted = point->minus == NULL ? point->row->subtracted / point->divisor : 0,
	    .least = (isnan(point->row->grain) ? point->row->scale : point->row->grain) / point->divisor,
	};

	if (point->minus == NULL) {
		memcpy(samples.sorted, point->row->sorted, samples.n * sizeof(uint32_t));
		return samples;
	}
	samples.n = samples_subtract(samples.sorted, point);
	stats_sort_u32(samples.sorted, samples.n);
	return samples;
}

double figure_samples_number(const struct figure_samples *samples, double raw)
{
	double number = raw * samples->scale - samples->subtracted;

	return samples->subtracted > 0 && number < samples->least ? samples->least : number;
}
