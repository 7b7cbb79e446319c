/* SPDX-License-Identifier: MIT */
/* The report's section on events: what each operation counted, and what could not be counted. See report_section.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counter_table.h"
#include "memory.h"
#include "output.h"
#include "report_html.h"
#include "report_section.h"

/* A row opens the table's row of its point, or brings an event into the headings, if it is the subject's first such. */
enum newness { NEW_POINT, NEW_EVENT };

static bool row_is_first(const struct counter_rows *rows, size_t index, enum newness what)
{
	const struct counter_row *row = &rows->rows[index];

	for (size_t i = 0; i < index; i++) {
		const struct counter_row *other = &rows->rows[i];

		if (strcmp(other->subject, row->subject) != 0)
			continue;
		if (what == NEW_EVENT
			? strcmp(other->event, row->event) == 0
			: strcmp(other->benchmark, row->benchmark) == 0 && strcmp(other->params, row->params) == 0)
			return false;
	}
	return true;
}

static char *headings_of(const struct counter_rows *rows, const char *subject)
{
	char *headings = memory_text("");

	for (size_t i = 0; i < rows->count; i++) {
		char *longer;

		if (strcmp(rows->rows[i].subject, subject) != 0 || !row_is_first(rows, i, NEW_EVENT))
			continue;
		longer = memory_format("%s|%s|least to most", headings, rows->rows[i].event);
		free(headings);
		headings = longer;
	}
	return headings;
}

/* The median over boots, and how far boots lie apart; of how many, where some did not count. */
static void event_cells(FILE *file, const struct counter_row *row)
{
	char low[64], high[64], *range;

	html_number(file, row != NULL ? row->median : NAN);
	if (row == NULL || row->boots == 0) {
		html_number_text(file, NAN, "–");
		return;
	}
	range = memory_format("%s to %s", output_number(low, sizeof(low), row->low),
			      output_number(high, sizeof(high), row->high));
	if (row->unknown > 0) {
		char *part = memory_format("%s in %zu of %zu boots", range, row->boots, row->boots + row->unknown);

		free(range);
		range = part;
	}
	html_number_text(file, NAN, range);
	free(range);
}

static void point_row(FILE *file, const struct counter_rows *rows, size_t index)
{
	const struct counter_row *point = &rows->rows[index];
	char *name = memory_format("%s%s%s", point->benchmark, point->params[0] != '\0' ? " " : "", point->params);

	fputs("<tr>", file);
	html_name(file, name);
	for (size_t i = 0; i < rows->count; i++) {
		const struct counter_row *row = &rows->rows[i];

		if (strcmp(row->subject, point->subject) == 0 && row_is_first(rows, i, NEW_EVENT))
			event_cells(file, counter_find(rows, point, row->event));
	}
	fputs("</tr>\n", file);
	free(name);
}

static void subject_table(FILE *file, const struct counter_rows *rows, const char *subject)
{
	char *caption = memory_format("%s, events per operation", subject), *headings = headings_of(rows, subject);

	html_details(file, "%s", subject);
	html_table_begin(file, caption, headings);
	for (size_t i = 0; i < rows->count; i++) {
		if (strcmp(rows->rows[i].subject, subject) == 0 && row_is_first(rows, i, NEW_POINT))
			point_row(file, rows, i);
	}
	html_table_end(file);
	fputs("</details>\n", file);
	free(headings);
	free(caption);
}

static void absences(FILE *file, const struct counter_rows *rows)
{
	if (rows->absence_count == 0)
		return;
	fputs("<ul>\n", file);
	for (size_t i = 0; i < rows->absence_count; i++) {
		const struct counter_absence *absence = &rows->absences[i];

		html_format(file, "li", "%s: %s not available here: %s",
			    absence->subject != NULL ? absence->subject : "Every subject", absence->events,
			    absence->reason);
	}
	fputs("</ul>\n", file);
}

void report_counters(FILE *file, const struct summary *summary)
{
	struct counter_rows rows;
	const char *last = "";

	counter_rows_make(&rows, summary);
	fputs("<section id=\"counters\">\n<h2>Counters</h2>\n", file);
	if (!rows.asked)
		html_element(file, "p",
			     "This run was not asked to count events: aerobench run --events instructions,cycles does, "
			     "each point once more in a pass of its own.");
	else if (rows.count > 0)
		html_element(
		    file, "p",
		    "Events per operation, of a benchmark's whole loop on all CPUs, less those of the control "
		    "(clock_read): the median over boots, and the least and the most of any boot. They were counted "
		    "in passes of their own, apart from the samples of every other table.");
	absences(file, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		if (strcmp(rows.rows[i].subject, last) != 0)
			subject_table(file, &rows, rows.rows[i].subject);
		last = rows.rows[i].subject;
	}
	fputs("</section>\n", file);
	counter_rows_free(&rows);
}
