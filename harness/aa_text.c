/* SPDX-License-Identifier: MIT */
/* An A/A self-check as tables for people: see aa_check.h. */
#include "aa_check.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "reading.h"
#include "stats_plan.h"
#include "table.h"

/* The change for which numbers of pairs are planned, as in measuring.md §5, "Power found". */
#define TEXT_EFFECT 0.10

static void alarms_row(struct table *table, const char *name, struct aa_alarms alarms)
{
	table_cell(table, name);
	table_format(table, "%zu", alarms.trials);
	table_format(table, "%zu", alarms.alarms);
	if (alarms.trials == 0)
		table_cell(table, "–");
	else
		table_format(table, "%.1f %%", alarms.rate.rate * 100);
	table_format(table, "%.1f–%.1f %%", alarms.rate.low * 100, alarms.rate.high * 100);
}

static void print_alarms(FILE *file, const struct aa_check *check, bool bold)
{
	static const char *const headings[] = {"test", "trials", "false alarms", "rate", "90 %"};
	static const enum table_align align[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (int i = 0; i < STATS_STATISTICS; i++)
		alarms_row(&table, stats_statistic_name((enum stats_statistic)i), check->statistics[i]);
	alarms_row(&table, "all tests", (struct aa_alarms){check->all.trials, check->all.alarms, check->all.rate});
	alarms_row(&table, "whole sets, after Holm",
		   (struct aa_alarms){check->all.suites, check->all.suites_alarmed, check->all.suite_rate});
	table_print(&table, file, bold);
	table_free(&table);
}

static const struct aa_series *find(const struct aa_check *check, const struct summary_row *row,
				    enum stats_statistic statistic)
{
	for (size_t i = 0; i < check->series_count; i++) {
		if (check->series[i].row == row && check->series[i].statistic == statistic)
			return &check->series[i];
	}
	return NULL;
}

static void margin_cell(struct table *table, const struct aa_series *series, const struct aa_record *history)
{
	const struct aa_test *test = NULL;
	double margin = series != NULL ? series->margin : NAN;
	size_t comparisons = series != NULL ? series->trials : 0;
	char *text;

	if (series != NULL && history != NULL && history->json != NULL)
		test = aa_find(history, series->row->benchmark, series->row->params, series->statistic);
	if (test != NULL) {
		margin = test->margin;
		comparisons = test->comparisons;
	}
	text = series != NULL ? aa_margin_text(margin, comparisons) : memory_text("–");
	table_cell(table, text);
	free(text);
}

/* Pairs that find a change of the median of TEXT_EFFECT with power .8. */
static void pairs_cell(struct table *table, const struct aa_series *series)
{
	size_t pairs = series != NULL && !isnan(series->sd) ? stats_plan_power(series->sd, TEXT_EFFECT) : SIZE_MAX;

	if (pairs == SIZE_MAX)
		table_cell(table, "–");
	else
		table_format(table, "%zu", pairs);
}

static void print_margins(FILE *file, const struct aa_check *check, const struct aa_record *history, bool bold)
{
	static const char *const headings[] = {"margin", "location",  "undisturbed",   "spread",
					       "tail",   "deviation", "pairs for 10 %"};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < check->summary->row_count; i++) {
		const struct summary_row *row = &check->summary->rows[i];
		const struct aa_series *location = find(check, row, STATS_LOCATION);
		char *name;

		if (strcmp(row->subject, check->a) != 0)
			continue;
		name = reading_row_name(row);
		table_cell(&table, name);
		for (int j = 0; j < STATS_STATISTICS; j++)
			margin_cell(&table, find(check, row, (enum stats_statistic)j), history);
		pairs_cell(&table, location);
		free(name);
	}
	table_print(&table, file, bold);
	table_free(&table);
}

/* What was never tried is not said to be free of alarms: it has no margin either, and the gate leaves it alone. */
static void print_untried(FILE *file, const struct aa_check *check)
{
	for (int i = 0; i < STATS_STATISTICS; i++) {
		if (check->statistics[i].trials == 0)
			fprintf(
			    file,
			    "\n%s has had no trial (too few samples, or below the clock's grain): it is not gated.\n",
			    stats_statistic_name((enum stats_statistic)i));
	}
}

void aa_check_print(FILE *file, const struct aa_check *check, const struct aa_record *history, bool bold)
{
	fprintf(file, "\n%sA/A of %s%s%s, run %s: %zu sets of %zu pairs, %zu boots%s\n", bold ? "\033[1m" : "",
		check->a, strcmp(check->a, check->b) == 0 ? "" : " and ",
		strcmp(check->a, check->b) == 0 ? "" : check->b, check->summary->store->id, check->sets, check->pairs,
		check->boots, bold ? "\033[0m" : "");
	print_alarms(file, check, bold);
	fputc('\n', file);
	print_margins(file, check, history, bold);
	print_untried(file, check);
	if (check->all.suites == 0)
		fprintf(file,
			"\nNOT ARMED: with %zu pairs none of %zu tests can alarm after Holm, which shows nothing: take "
			"--pairs %zu\n",
			check->pairs, check->all.members, stats_plan_family(check->all.members, AA_ALPHA));
	else
		fprintf(file, "\n%s: the false-alarm rate %s above %.0f %% beyond doubt.\n",
			check->all.armed ? "Armed" : "NOT ARMED", check->all.armed ? "is not" : "is", AA_ALPHA * 100);
}
