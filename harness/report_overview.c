/* SPDX-License-Identifier: MIT */
/* The report's first screen: which system costs more, by how much, how sure, how fit. See report_section.h. */
#include <math.h>
#include <stdlib.h>

#include "compare_cell.h"
#include "figure_match.h"
#include "memory.h"
#include "report_html.h"
#include "report_pairs.h"
#include "report_primitives.h"
#include "report_section.h"
#include "stats.h"
#include "subject.h"
#include "verdict.h"

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
	char machine[SUBJECT_NAME_MAX], *name = report_pair_name(compare);
	char *low = compare_factor_text(gist.low), *high = compare_factor_text(gist.high);
	char *middle = compare_factor_text(gist.middle);

	fputs("<li>\n<h3>", file);
	html_text(file, name);
	putc(' ', file);
	card_fitness(file, run, figure_machine(compare->subject_a, machine, sizeof(machine)));
	fputs("</h3>\n", file);
	html_format(file, "p class=\"about\"", "%s against %s", compare->subject_b, compare->subject_a);
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

int report_overview(FILE *file, const struct summary *summary, struct error *error)
{
	struct report_pairs pairs;
	int status = report_pairs_load(&pairs, summary, error);

	fputs("<section id=\"overview\">\n<h2>How much more Linux costs</h2>\n", file);
	if (pairs.count == 0) {
		html_element(file, "p", "No machine of this run has numbers of both systems.");
	} else {
		fputs("<div class=\"split\">\n<ul class=\"cards\">\n", file);
		for (size_t i = 0; i < pairs.count; i++)
			card_write(file, &pairs.compares[i], summary->store->run);
		fputs("</ul>\n", file);
		report_primitives(file, &pairs);
		fputs("</div>\n", file);
	}
	fputs("</section>\n", file);
	report_pairs_free(&pairs);
	return status;
}
