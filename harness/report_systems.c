/* SPDX-License-Identifier: MIT */
/*
 * The report's table across systems: each row of an Aerokernel with every Linux of its machine side by side, stock and
 * tuned, as ratios of medians, spreads and tails, and the outcome in words. See report_section.h.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "reading.h"
#include "report_cell.h"
#include "report_html.h"
#include "report_pairs.h"
#include "report_section.h"

/* The comparisons with one Aerokernel, from `first` on; the array is the caller's, the comparisons stay pairs'. */
static struct report_pairs group_of(const struct report_pairs *pairs, size_t first)
{
	struct report_pairs group = {.compares = memory_new(pairs->count, sizeof(*group.compares))};

	for (size_t i = first; i < pairs->count; i++) {
		if (strcmp(pairs->compares[i].subject_a, pairs->compares[first].subject_a) == 0)
			group.compares[group.count++] = pairs->compares[i];
	}
	return group;
}

static bool opens_group(const struct report_pairs *pairs, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(pairs->compares[i].subject_a, pairs->compares[index].subject_a) == 0)
			return false;
	}
	return true;
}

/* A row of the comparison at `index` that none before it has. */
static bool row_is_new(const struct report_pairs *group, size_t index, const struct summary_row *row)
{
	for (size_t i = 0; i < index; i++) {
		if (report_row_like(&group->compares[i], row) != NULL)
			return false;
	}
	return true;
}

static char *group_headings(const struct report_pairs *group)
{
	char *headings = memory_text("|<by median|<by spread|Aerokernel p50");

	for (size_t i = 0; i < group->count; i++) {
		const char *subject = group->compares[i].subject_b;
		char *longer = memory_format("%s|%s median|spread|tail", headings, subject);

		free(headings);
		headings = longer;
	}
	return headings;
}

static void group_row(FILE *file, const struct report_pairs *group, const struct summary_row *row)
{
	const struct compare_row **rows = memory_new(group->count, sizeof(*rows));
	char *name = reading_row_name(row);

	for (size_t i = 0; i < group->count; i++)
		rows[i] = report_row_like(&group->compares[i], row);
	fputs("<tr>", file);
	html_row_name(file, name);
	report_outcome_cell(file, group, rows, STATS_LOCATION);
	report_outcome_cell(file, group, rows, STATS_SPREAD);
	html_number(file, row->p50);
	for (size_t i = 0; i < group->count; i++) {
		report_ratio_cell(file, rows[i], STATS_LOCATION);
		report_ratio_cell(file, rows[i], STATS_SPREAD);
		report_ratio_cell(file, rows[i], STATS_TAIL);
	}
	fputs("</tr>\n", file);
	free(name);
	free(rows);
}

/* "aerokernel@qemu and linux@qemu, linux@qemu:tuned"; allocated. */
static char *group_name(const struct report_pairs *group)
{
	char *name = memory_format("%s and ", group->compares[0].subject_a);

	for (size_t i = 0; i < group->count; i++) {
		char *longer = memory_format("%s%s%s", name, i > 0 ? ", " : "", group->compares[i].subject_b);

		free(name);
		name = longer;
	}
	return name;
}

static void group_write(FILE *file, const struct report_pairs *group)
{
	char *headings = group_headings(group), *name = group_name(group);
	char *caption = memory_format(
	    "%s: the Aerokernel in %s per operation, the others as Linux / Aerokernel with the 95 %% interval "
	    "below. Spread: p75 − p25. Tail: p99 − p50, judged from 1,000 samples a boot on.",
	    name, group->compares[0].unit);

	html_element(file, "h3", name);
	html_table_begin(file, caption, headings);
	for (size_t i = 0; i < group->count; i++) {
		for (size_t j = 0; j < group->compares[i].row_count; j++) {
			if (row_is_new(group, i, group->compares[i].rows[j].a))
				group_row(file, group, group->compares[i].rows[j].a);
		}
	}
	html_table_end(file);
	free(caption);
	free(name);
	free(headings);
}

int report_systems(FILE *file, const struct summary *summary, struct error *error)
{
	struct report_pairs pairs;
	int status = report_pairs_load(&pairs, summary, error);

	fputs("<section id=\"systems\">\n<h2>Row by row</h2>\n", file);
	if (pairs.count == 0)
		html_element(file, "p", "No machine of this run has numbers of both systems.");
	for (size_t i = 0; i < pairs.count; i++) {
		struct report_pairs group;

		if (!opens_group(&pairs, i))
			continue;
		group = group_of(&pairs, i);
		group_write(file, &group);
		free(group.compares);
	}
	fputs("</section>\n", file);
	report_pairs_free(&pairs);
	return status;
}
