/* SPDX-License-Identifier: MIT */
/* The report's tables of single subjects: see report_section.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "reading.h"
#include "report_html.h"
#include "report_section.h"

static void row_name(FILE *file, const struct summary_row *row)
{
	char *name = reading_row_name(row);

	fputs("<tr>", file);
	html_row_name(file, name);
	free(name);
}

/* With ~ or Δ where the clock is too coarse for single operations. */
static void marked_median(FILE *file, const struct summary_row *row)
{
	char number[64], *text;

	if (!row->coarse) {
		html_number(file, row->p50);
		return;
	}
	text = memory_format("%s %s", output_number(number, sizeof(number), row->p50), row->by_difference ? "Δ" : "~");
	html_number_text(file, row->p50, text);
	free(text);
}

static void distribution_row(FILE *file, const struct summary_row *row)
{
	char *runs = reading_runs(row);

	row_name(file, row);
	html_number(file, row->min);
	marked_median(file, row);
	html_number(file, row->p90);
	html_number(file, row->p99);
	html_number(file, row->p999);
	html_number(file, row->max);
	html_number(file, row->mean);
	html_number(file, row->stddev);
	html_number(file, row->iqr);
	html_number(file, row->control);
	html_number_text(file, NAN, runs);
	fputs("</tr>\n", file);
	free(runs);
}

void report_distributions(FILE *file, const struct summary *summary)
{
	const struct store_plan *plan = &summary->store->plan;

	fputs("<section id=\"distributions\">\n<h2>Every row of every subject</h2>\n", file);
	html_element(
	    file, "p",
	    "\"control\" is the median of the empty measurement (clock_read) on the same subject, per operation of the "
	    "row: what reading the clock costs. It is subtracted from every number but the standard deviation and the "
	    "IQR, which are differences. ~: the median is below 20 grains of the clock, so percentiles are steps of "
	    "the clock. Δ: so it is, and p50 is (t(2n) − t(n)) / n of n and 2n operations back to back; single "
	    "operations cannot be timed, and have no distribution. A percentile that the number of samples does not "
	    "support is –. "
	    "Mean, standard deviation and maximum are shown because the papers print them; they are never tested.");
	for (size_t s = 0; s < plan->subject_count; s++) {
		const char *subject = plan->subjects[s];
		char *caption;

		if (summary_first(summary, subject) == NULL)
			continue;
		caption = memory_format("%s, %s per operation", subject, summary_first(summary, subject)->unit);
		html_details(file, "%s", subject);
		html_table_begin(file, caption, "|min|p50|p90|p99|p99.9|max|mean|std. dev.|IQR|control|runs×n");
		for (size_t i = 0; i < summary->row_count; i++) {
			if (strcmp(summary->rows[i].subject, subject) == 0)
				distribution_row(file, &summary->rows[i]);
		}
		html_table_end(file);
		fputs("</details>\n", file);
		free(caption);
	}
	fputs("</section>\n", file);
}

/* --- Cold --------------------------------------------------------------------------------------------------------------- */

/* The first row of each benchmark and point opens the line of all subjects. */
static bool row_opens_point(const struct summary *summary, size_t index)
{
	const struct summary_row *row = &summary->rows[index];

	for (size_t i = 0; i < index; i++) {
		if (strcmp(summary->rows[i].benchmark, row->benchmark) == 0 &&
		    strcmp(summary->rows[i].params, row->params) == 0)
			return false;
	}
	return true;
}

static void cold_row(FILE *file, const struct summary *summary, const struct summary_row *row)
{
	const struct store_plan *plan = &summary->store->plan;

	row_name(file, row);
	for (size_t s = 0; s < plan->subject_count; s++) {
		const struct summary_row *own;

		if (summary_first(summary, plan->subjects[s]) == NULL)
			continue;
		own = summary_find(summary, row->benchmark, plan->subjects[s], row->params);
		html_number(file, own != NULL ? own->cold : NAN);
		html_number(file, own != NULL ? own->cold / own->p50 : NAN);
	}
	fputs("</tr>\n", file);
}

void report_cold(FILE *file, const struct summary *summary)
{
	const struct store_plan *plan = &summary->store->plan;
	char *headings = memory_text(""), *longer;

	for (size_t s = 0; s < plan->subject_count; s++) {
		if (summary_first(summary, plan->subjects[s]) == NULL)
			continue;
		longer = memory_format("%s|%s|/\u00a0warm", headings, plan->subjects[s]);
		free(headings);
		headings = longer;
	}
	fputs("<section id=\"cold\">\n<h2>Cold costs</h2>\n", file);
	html_element(
	    file, "p",
	    "The first sample of a boot, per operation: the median over the boots, and how many times the warm "
	    "median it is. One value a boot, so no percentiles.");
	html_table_begin(file, "Cold costs of every row, each subject in its own unit", headings);
	for (size_t i = 0; i < summary->row_count; i++) {
		if (row_opens_point(summary, i))
			cold_row(file, summary, &summary->rows[i]);
	}
	html_table_end(file);
	fputs("</section>\n", file);
	free(headings);
}

/* --- From elsewhere ------------------------------------------------------------------------------------------------------ */

/* The median of this run's row that the value can stand beside, or NaN. */
static double value_neighbour(const struct summary *summary, const struct reference_value *value, const char *system)
{
	char *subject = memory_format("%s@%s", system, value->machine);
	const struct summary_row *row = summary_find(summary, value->benchmark, subject, value->params);

	free(subject);
	return row != NULL && strcmp(row->unit, value->unit) == 0 ? row->p50 : NAN;
}

void report_elsewhere(FILE *file, const struct summary *summary, const struct reference *reference)
{
	fputs("<section id=\"elsewhere\">\n<h2>Numbers from elsewhere</h2>\n", file);
	html_element(
	    file, "p",
	    "What others cost, for orientation, each with where it comes from. Where machine and unit are those of "
	    "this run, its medians stand beside. No check on this page or elsewhere depends on these numbers.");
	html_table_begin(file, "Reference values, medians",
			 "what|<system|value|this Aerokernel|this Linux|<unit|<machine|<grade|<source");
	for (size_t i = 0; i < reference->count; i++) {
		const struct reference_value *value = &reference->values[i];
		char *name =
		    memory_format("%s%s%s", value->benchmark, value->params[0] != '\0' ? " " : "", value->params);

		fputs("<tr>", file);
		html_name(file, name);
		html_element(file, "td", value->system);
		html_number(file, value->value);
		html_number(file, value_neighbour(summary, value, "aerokernel"));
		html_number(file, value_neighbour(summary, value, "linux"));
		html_element(file, "td", value->unit);
		html_element(file, "td", value->machine);
		html_element(file, "td", reference_grade_label(value->grade));
		html_element(file, "td class=\"long\"", value->source);
		fputs("</tr>\n", file);
		free(name);
	}
	html_table_end(file);
	fputs("</section>\n", file);
}
