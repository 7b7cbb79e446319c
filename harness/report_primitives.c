/* SPDX-License-Identifier: MIT */
/* The table of primitives: see report_primitives.h. */
#include "report_primitives.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "reading.h"
#include "report_cell.h"
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
	const struct compare_row **rows = memory_new(pairs->count, sizeof(*rows));

	for (size_t i = 0; i < pairs->count; i++)
		rows[i] = row_named(&pairs->compares[i], headlines[index].row);
	fputs("<tr><th scope=\"row\"><a href=\"#", file);
	html_anchor(file, headlines[index].row);
	fputs("\">", file);
	html_text(file, headlines[index].words);
	fputs("</a></th>", file);
	report_outcome_cell(file, pairs, rows, STATS_LOCATION);
	for (size_t i = 0; i < pairs->count; i++) {
		report_ratio_cell(file, rows[i], STATS_LOCATION);
		report_ratio_cell(file, rows[i], STATS_SPREAD);
	}
	fputs("</tr>\n", file);
	free(rows);
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
	html_table_begin(
	    file,
	    "Linux / Aerokernel, with the 95 % interval; exact: counts that repeat; =: both below the clock's grain",
	    headings);
	for (size_t h = 0; h < HEADLINES; h++) {
		if (primitive_known(pairs, h))
			primitive_write(file, pairs, h);
	}
	html_table_end(file);
	free(headings);
}
