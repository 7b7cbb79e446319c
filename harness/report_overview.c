/* SPDX-License-Identifier: MIT */
/* The report's first screen: which system costs more, by how much, how sure, how fit. See report_section.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "compare_cell.h"
#include "figure_match.h"
#include "figure_ratio.h"
#include "memory.h"
#include "reading.h"
#include "report_html.h"
#include "report_section.h"
#include "stats.h"
#include "subject.h"
#include "verdict.h"

/* The smallest margin of measuring.md §6: as in the section of the comparison. */
static const double overview_margin = 0.03;

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

/* A comparison for each pair of subjects on one machine. */
struct overview {
	struct compare *compares;
	size_t count;
};

static void overview_free(struct overview *overview)
{
	for (size_t i = 0; i < overview->count; i++)
		compare_free(&overview->compares[i]);
	free(overview->compares);
}

static int overview_add(struct overview *overview, const struct summary *summary, const struct figure_pair *pair,
			struct error *error)
{
	int status;

	overview->compares = memory_grow(overview->compares, overview->count, sizeof(*overview->compares));
	status = compare_make(&overview->compares[overview->count], (struct compare_side){summary, pair->base},
			      (struct compare_side){summary, pair->other}, overview_margin, error);
	overview->count += status == 0;
	return status;
}

static int overview_load(struct overview *overview, const struct summary *summary, struct error *error)
{
	const char *machine;
	int status = 0;

	*overview = (struct overview){0};
	for (size_t m = 0; (machine = figure_machine_at(m)) != NULL && status == 0; m++) {
		size_t count;
		struct figure_pair *pairs = figure_pairs(summary, machine, &count);

		for (size_t i = 0; i < count && status == 0; i++) {
			if (figure_pair_has_rows(summary, &pairs[i]))
				status = overview_add(overview, summary, &pairs[i], error);
		}
		free(pairs);
	}
	return status;
}

/* "qemu", or "qemu:tuned against qemu:poll" where the options differ. Allocated. */
static char *pair_name(const struct compare *compare)
{
	const char *a = strchr(compare->subject_a, '@') + 1, *b = strchr(compare->subject_b, '@') + 1;

	return strchr(a, ':') == NULL || strcmp(a, b) == 0 ? memory_text(b) : memory_format("%s against %s", b, a);
}

/* --- A card for each pair ------------------------------------------------------------------------------------------------- */

struct gist {
	size_t above, below, open; /* rows beyond doubt, and the others */
	double low, middle, high;  /* quartiles of the ratios of all rows; NaN without any */
};

static struct gist gist_of(const struct compare *compare, enum stats_statistic statistic)
{
	double *ratios = memory_new(compare->row_count, sizeof(*ratios));
	struct gist gist = {0};
	size_t known = 0;

	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *row = &compare->rows[i];
		const struct compare_estimate *estimate = &row->estimates[statistic];
		int doubtless = estimate->floored ? 0 : compare_beyond_doubt(row, statistic);

		gist.above += doubtless > 0;
		gist.below += doubtless < 0;
		gist.open += doubtless == 0;
		if (isfinite(estimate->ratio) && !estimate->floored)
			ratios[known++] = estimate->ratio;
	}
	stats_sort(ratios, known);
	gist.low = stats_quantile(ratios, known, .25);
	gist.middle = stats_quantile(ratios, known, .5);
	gist.high = stats_quantile(ratios, known, .75);
	free(ratios);
	return gist;
}

static void card_fitness(FILE *file, const json_t *run, const char *machine)
{
	static const char *const classes[] = {
	    [VERDICT_UNKNOWN] = "word", [VERDICT_FIT] = "word good", [VERDICT_UNFIT] = "word bad"};
	const json_t *reasons;
	enum verdict_kind kind = verdict_of(run, machine, &reasons);
	char *word = verdict_word(run, machine);

	fprintf(file, "<a class=\"%s\" href=\"#verdict\">", classes[kind]);
	html_text(file, word);
	fputs("</a>", file);
	free(word);
}

static void card_line(FILE *file, const struct compare *compare, enum stats_statistic statistic, const char *what)
{
	struct gist gist = gist_of(compare, statistic);

	if (gist.above + gist.below == 0) {
		html_format(file, "p", "%s: no row is beyond doubt.", what);
		return;
	}
	html_format(file, "p", "%s: Linux above in %zu rows beyond doubt, below in %zu; %zu equal or undecided.", what,
		    gist.above, gist.below, gist.open);
}

/* Why the machine is unfit, in its first reason; all of them are in the section of the verdict. */
static void card_reason(FILE *file, const json_t *run, const char *machine)
{
	const json_t *reasons;
	const char *first;

	if (verdict_of(run, machine, &reasons) == VERDICT_FIT || reasons == NULL)
		return;
	first = json_string_value(json_array_get(reasons, 0));
	html_format(file, "p class=\"about\"", "Shape, not latency: %s%s", first != NULL ? first : "?",
		    json_array_size(reasons) > 1 ? ", and more." : ".");
}

static void card_write(FILE *file, const struct compare *compare, const json_t *run)
{
	struct gist gist = gist_of(compare, STATS_LOCATION);
	char machine[SUBJECT_NAME_MAX], *name = pair_name(compare);
	char *low = compare_factor_text(gist.low), *high = compare_factor_text(gist.high);
	char *middle = compare_factor_text(gist.middle);

	fputs("<li>\n<h3>", file);
	html_text(file, name);
	putc(' ', file);
	card_fitness(file, run, figure_machine(compare->subject_a, machine, sizeof(machine)));
	fputs("</h3>\n", file);
	if (isfinite(gist.middle)) {
		fputs("<p class=\"big\">", file);
		html_format(file, "b", "%s×", middle);
		html_format(file, "small", " as many %s on Linux", compare->unit);
		fputs("</p>\n", file);
		html_format(file, "p", "In the middle of %zu rows; half of them are between %s× and %s×.",
			    compare->row_count, low, high);
	}
	card_line(file, compare, STATS_LOCATION, "Median");
	card_line(file, compare, STATS_SPREAD, "Spread (IQR)");
	card_reason(file, run, machine);
	fputs("</li>\n", file);
	free(middle);
	free(high);
	free(low);
	free(name);
}

/* --- The table of primitives ------------------------------------------------------------------------------------------------ */

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

static char *table_headings(const struct overview *overview)
{
	char *headings = memory_text("primitive");

	for (size_t i = 0; i < overview->count; i++) {
		char *name = pair_name(&overview->compares[i]);
		char *longer = memory_format("%s|%s median|%s spread", headings, name, name);

		free(name);
		free(headings);
		headings = longer;
	}
	return headings;
}

static void table_write(FILE *file, const struct overview *overview)
{
	char *headings = table_headings(overview);

	html_table_begin(file, "Linux / Aerokernel, with the 95 % interval; exact: counts that repeat", headings);
	for (size_t h = 0; h < HEADLINES; h++) {
		bool known = false;

		for (size_t i = 0; i < overview->count; i++)
			known |= row_named(&overview->compares[i], headlines[h].row) != NULL;
		if (!known)
			continue;
		fputs("<tr><th scope=\"row\"><a href=\"#", file);
		html_anchor(file, headlines[h].row);
		fputs("\">", file);
		html_text(file, headlines[h].words);
		fputs("</a></th>", file);
		for (size_t i = 0; i < overview->count; i++) {
			const struct compare_row *row = row_named(&overview->compares[i], headlines[h].row);

			sure_cell(file, row, STATS_LOCATION);
			sure_cell(file, row, STATS_SPREAD);
		}
		fputs("</tr>\n", file);
	}
	html_table_end(file);
	free(headings);
}

int report_overview(FILE *file, const struct summary *summary, struct error *error)
{
	struct overview overview;
	int status = overview_load(&overview, summary, error);

	fputs("<section id=\"overview\">\n<h2>How much more Linux costs</h2>\n", file);
	if (overview.count == 0) {
		html_element(file, "p", "No machine of this run has numbers of both systems.");
	} else {
		fputs("<div class=\"split\">\n<ul class=\"cards\">\n", file);
		for (size_t i = 0; i < overview.count; i++)
			card_write(file, &overview.compares[i], summary->store->run);
		fputs("</ul>\n", file);
		table_write(file, &overview);
		fputs("</div>\n", file);
	}
	fputs("</section>\n", file);
	overview_free(&overview);
	return status;
}
