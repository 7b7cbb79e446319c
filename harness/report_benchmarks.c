/* SPDX-License-Identifier: MIT */
/* The report's pictures of every row, machine by machine: see report_section.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "report_boots.h"
#include "report_html.h"
#include "report_plot.h"
#include "report_section.h"
#include "subject.h"

/*
 * What the lines of all pictures of time order together may weigh, what a bucket does in a run of this size, and how many
 * of them a line has at least and at most: there is room for a bucket every two places.
 */
enum { ORDER_BYTES = 700000, BUCKET_BYTES = 16, BUCKETS_MIN = 24, BUCKETS_MAX = 212 };

/* The rows of one point, for all subjects. */
struct point {
	const struct summary_row *rows;
	size_t count;
};

static struct point point_at(const struct summary *summary, size_t index)
{
	struct point point = {.rows = &summary->rows[index]};

	while (index + point.count < summary->row_count &&
	       strcmp(point.rows[point.count].benchmark, point.rows->benchmark) == 0 &&
	       strcmp(point.rows[point.count].params, point.rows->params) == 0)
		point.count++;
	return point;
}

/* Blue shades for Aerokernels, orange ones for Linux; the same subject looks the same in every picture. */
static const char *subject_style(const struct summary *summary, const char *subject)
{
	static const char *const styles[2][4] = {{"a0", "a1", "a2", "a3"}, {"l0", "l1", "l2", "l3"}};
	const struct store_plan *plan = &summary->store->plan;
	char machine[SUBJECT_NAME_MAX], other[SUBJECT_NAME_MAX];
	size_t place = 0;

	figure_machine(subject, machine, sizeof(machine));
	for (size_t s = 0; s < plan->subject_count && strcmp(plan->subjects[s], subject) != 0; s++) {
		bool neighbour = strcmp(figure_machine(plan->subjects[s], other, sizeof(other)), machine) == 0;

		place += neighbour && plan->subjects[s][0] == subject[0];
	}
	return styles[strncmp(subject, "linux@", 6) == 0][place % 4];
}

/* The lines of the point's rows on a machine; lines has room for all rows. Returns how many there are. */
static size_t point_lines(const struct summary *summary, const struct point *point, const char *machine,
			  struct plot_line *lines)
{
	const struct store_plan *plan = &summary->store->plan;
	size_t count = 0;

	for (size_t i = 0; i < point->count && !figure_is_elsewhere(plan, machine); i++) {
		const struct summary_row *row = &point->rows[i];

		if (figure_is_on(plan, row->subject, machine))
			lines[count++] = (struct plot_line){row, subject_style(summary, row->subject)};
	}
	return count;
}

/* --- One point on one machine ------------------------------------------------------------------------------------------- */

static void line_row(FILE *file, const struct plot_line *line)
{
	const struct summary_row *row = line->row;
	char *runs = reading_runs(row);

	fprintf(file, "<tr><th scope=\"row\"><i class=\"k %s\"></i>", line->style);
	html_text(file, row->subject);
	fputs("</th>", file);
	html_number(file, row->p50);
	html_number(file, row->iqr);
	html_number(file, row->p99);
	html_number(file, row->p999);
	html_number(file, row->max);
	html_number_text(file, NAN, runs);
	fputs("</tr>\n", file);
	free(runs);
}

static void machine_write(FILE *file, const struct plot *plot, const char *machine)
{
	char *caption = memory_format("%s, %s per operation", machine, plot->lines->row->unit);
	struct report_boots *boots = report_boots_make(plot->lines, plot->line_count);
	struct plot own = *plot;
	char *label;

	fputs("<div class=\"machine\">\n", file);
	html_table_begin(file, caption, "subject|p50|IQR|p99|p99.9|max|runs×n");
	for (size_t i = 0; i < plot->line_count; i++)
		line_row(file, &plot->lines[i]);
	html_table_end(file);
	fputs("<div class=\"plots\">\n", file);
	own.label = label = memory_format("Distribution on %s, %s", machine, plot->lines->row->unit);
	plot_distribution(file, &own);
	free(label);
	own.label = label = memory_format("Samples in time order on %s, %s", machine, plot->lines->row->unit);
	plot_order(file, &own);
	free(label);
	label = memory_format("Autocorrelation on %s", machine);
	report_boots_correlogram(file, boots, label);
	free(label);
	fputs("</div>\n", file);
	report_boots_table(file, boots, machine);
	report_boots_free(boots);
	fputs("</div>\n", file);
	free(caption);
}

/* --- One point ------------------------------------------------------------------------------------------------------------ */

/* The medians on the first machine that has any, to be read without opening the point. */
static void point_gist(FILE *file, const struct plot_line *lines, size_t count)
{
	char number[64];

	fputs(" <small>", file);
	for (size_t i = 0; i < count; i++) {
		html_text(file, i > 0 ? " · " : "");
		html_text(file, lines[i].row->subject);
		putc(' ', file);
		html_text(file, output_number(number, sizeof(number), lines[i].row->p50));
	}
	putc(' ', file);
	html_text(file, lines[0].row->unit);
	fputs("</small>", file);
}

static void point_write(FILE *file, const struct summary *summary, const struct point *point, size_t bucket_limit)
{
	struct plot_line *lines = memory_new(point->count, sizeof(*lines));
	char *name = reading_row_name(point->rows);
	const char *machine;
	bool opened = false;

	for (size_t m = 0; (machine = figure_machine_at(m)) != NULL; m++) {
		struct plot plot = {.lines = lines, .bucket_limit = bucket_limit};

		plot.line_count = point_lines(summary, point, machine, lines);
		if (plot.line_count == 0)
			continue;
		if (!opened) {
			fputs("<details class=\"point\" id=\"", file);
			html_anchor(file, name);
			fputs("\" data-name=\"", file);
			html_text(file, name);
			fputs("\"><summary>", file);
			html_text(file, name);
			point_gist(file, lines, plot.line_count);
			fputs("</summary>\n", file);
		}
		opened = true;
		machine_write(file, &plot, machine);
	}
	fputs(opened ? "</details>\n" : "", file);
	free(name);
	free(lines);
}

/* --- All of them ---------------------------------------------------------------------------------------------------------- */

static const char *benchmark_about(const struct summary *summary, const struct point *point)
{
	for (size_t i = 0; i < point->count; i++) {
		const struct stream_bench *bench =
		    summary_bench(summary, point->rows[i].subject, point->rows[i].benchmark);

		if (bench != NULL && bench->about != NULL)
			return bench->about;
	}
	return "";
}

/* The more lines a run has, the coarser they are, so that the page's size has a bound. */
static size_t bucket_limit_of(const struct summary *summary)
{
	size_t fair = ORDER_BYTES / BUCKET_BYTES / (summary->row_count + 1);

	return fair < BUCKETS_MIN ? BUCKETS_MIN : fair > BUCKETS_MAX ? BUCKETS_MAX : fair;
}

void report_benchmarks(FILE *file, const struct summary *summary)
{
	size_t bucket_limit = bucket_limit_of(summary);
	const char *benchmark = NULL;

	fputs("<section id=\"benchmarks\">\n<h2>Every benchmark, sample by sample</h2>\n", file);
	fputs("<ul>\n", file);
	html_element(file, "li",
		     "Left: the distribution of the samples of all boots. The value is on a logarithmic axis, the "
		     "share of samples at "
		     "or below it on one that is logarithmic at both ends; drawn as far as 10 samples support it, with "
		     "a dot for "
		     "the smallest and the largest.");
	html_format(file, "li",
		    "Middle: the samples in the order they were taken. They are more than there is room for, so "
		    "neighbours share "
		    "one of at most %zu buckets of each line: the shaded area goes from the smallest to the largest "
		    "sample of the "
		    "bucket, so that no outlier is lost, and the line through its median.",
		    bucket_limit);
	report_boots_legend(file);
	fputs("</ul>\n", file);
	plot_shared(file);
	report_boots_shared(file);
	for (size_t i = 0; i < summary->row_count;) {
		struct point point = point_at(summary, i);

		if (benchmark == NULL || strcmp(benchmark, point.rows->benchmark) != 0) {
			benchmark = point.rows->benchmark;
			html_element(file, "h3", benchmark);
			html_element(file, "p class=\"about\"", benchmark_about(summary, &point));
		}
		point_write(file, summary, &point, bucket_limit);
		i += point.count;
	}
	fputs("</section>\n", file);
}
