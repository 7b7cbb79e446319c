/* SPDX-License-Identifier: MIT */
/* The table of primitives: see report_primitives.h. */
#include "report_primitives.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_cell.h"
#include "memory.h"
#include "reading.h"
#include "report_html.h"

/* The rows that stand for a primitive each, by reading_row_name(). */
static const struct {
	const char *words, *row;
} headlines[] = {
    {"Create a thread", "thread_create place=same"},
    {"Create, start and join a thread", "thread_join place=same"},
    {"Yield to another thread", "yield_pair"},
    {"Ping-pong on one CPU", "pingpong_same"},
    {"Ping-pong between two CPUs", "pingpong_cross"},
    {"Wake a thread on another CPU", "wake_cross"},
    {"Wake 4 waiters, until the last runs", "wake_all waiters=4 place=other last"},
    {"Signal a condition variable", "cond_signal place=other"},
    {"Broadcast to 4, until the last runs", "cond_broadcast waiters=4 place=other last"},
    {"Blocking barrier of 2", "barrier_block parties=2"},
    {"Lock and unlock a free mutex", "mutex_uncontended"},
};
enum { HEADLINES = sizeof(headlines) / sizeof(headlines[0]) };

const size_t report_primitive_count = HEADLINES;

const char *report_primitive_row(size_t index)
{
	return headlines[index].row;
}

static const struct compare_row *row_named(const struct compare *compare, const char *name)
{
	const struct compare_row *found = NULL;

	for (size_t i = 0; i < compare->row_count && found == NULL; i++) {
		char *own = reading_row_name(compare->rows[i].a);

		found = strcmp(own, name) == 0 ? &compare->rows[i] : NULL;
		free(own);
	}
	return found;
}

static void sure_cell(FILE *file, const struct compare_row *row, enum stats_statistic statistic)
{
	static const char *const classes[] = {" below", "", " above"};
	const struct compare_estimate *estimate = row != NULL ? &row->estimates[statistic] : NULL;
	char *ratio, *interval;

	if (estimate == NULL || !isfinite(estimate->ratio) || estimate->floored) {
		html_number_text(file, NAN, estimate != NULL && estimate->floored ? "=" : "–");
		return;
	}
	ratio = compare_ratio_text(estimate);
	interval = compare_interval_text(row, statistic);
	fprintf(file, "<td class=\"n ratio%s\" data-v=\"%.7g\">", classes[1 + compare_beyond_doubt(row, statistic)],
		estimate->ratio);
	html_text(file, ratio);
	html_element(file, "span class=\"sure\"", interval);
	fputs("</td>", file);
	free(interval);
	free(ratio);
}

/* One word for each outcome of the medians, with the machines it holds on where they differ. */
static void verdict_word_of(FILE *file, const struct report_pairs *pairs, const char *name, int outcome)
{
	static const char *const words[] = {"Linux less", "undecided", "Aerokernel less"};
	static const char *const classes[] = {"word bad", "word", "word good"};
	char *where = memory_text("");
	size_t known = 0, same = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct compare_row *row = row_named(&pairs->compares[i], name);
		bool holds = row != NULL && compare_beyond_doubt(row, STATS_LOCATION) == outcome;
		char *machine = report_pair_name(&pairs->compares[i]);
		char *longer = memory_format("%s%s%s", where, same > 0 ? ", " : " on ", machine);

		known += row != NULL;
		same += holds;
		free(machine);
		free(holds ? where : longer);
		where = holds ? longer : where;
	}
	if (same > 0) {
		fprintf(file, "<span class=\"%s\">", classes[1 + outcome]);
		html_text(file, words[1 + outcome]);
		html_text(file, same < known ? where : "");
		fputs("</span> ", file);
	}
	free(where);
}

static char *table_headings(const struct report_pairs *pairs)
{
	char *headings = memory_text("primitive|<by the median");

	for (size_t i = 0; i < pairs->count; i++) {
		char *name = report_pair_name(&pairs->compares[i]);
		char *longer = memory_format("%s|%s median|%s spread", headings, name, name);

		free(name);
		free(headings);
		headings = longer;
	}
	return headings;
}

static bool primitive_known(const struct report_pairs *pairs, size_t index)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (row_named(&pairs->compares[i], headlines[index].row) != NULL)
			return true;
	}
	return false;
}

static void primitive_write(FILE *file, const struct report_pairs *pairs, size_t index)
{
	fputs("<tr><th scope=\"row\"><a href=\"#", file);
	html_anchor(file, headlines[index].row);
	fputs("\">", file);
	html_text(file, headlines[index].words);
	fputs("</a></th><td class=\"words\">", file);
	for (int outcome = 1; outcome >= -1; outcome--)
		verdict_word_of(file, pairs, headlines[index].row, outcome);
	fputs("</td>", file);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct compare_row *row = row_named(&pairs->compares[i], headlines[index].row);

		sure_cell(file, row, STATS_LOCATION);
		sure_cell(file, row, STATS_SPREAD);
	}
	fputs("</tr>\n", file);
}

void report_primitives(FILE *file, const struct report_pairs *pairs)
{
	size_t known = 0;
	char *headings;

	for (size_t h = 0; h < HEADLINES; h++)
		known += primitive_known(pairs, h);
	if (known == 0)
		return;
	headings = table_headings(pairs);
	html_table_begin(file, "Linux / Aerokernel, with the 95 % interval; exact: counts that repeat", headings);
	for (size_t h = 0; h < HEADLINES; h++) {
		if (primitive_known(pairs, h))
			primitive_write(file, pairs, h);
	}
	html_table_end(file);
	free(headings);
}
