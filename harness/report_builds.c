/* SPDX-License-Identifier: MIT */
/* The report's comparison of two builds, with verdicts: see report_section.h. */
#include <math.h>
#include <stdlib.h>

#include "compare_cell.h"
#include "reading.h"
#include "report_html.h"
#include "report_pairs.h"
#include "report_section.h"

static void build_ratio(FILE *file, const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	char *ratio = compare_ratio_text(estimate), *interval = compare_interval_text(row, statistic);
	bool said = isfinite(estimate->ratio) && !estimate->floored;

	html_number_text(file, said ? estimate->ratio : NAN, ratio);
	html_number_text(file, NAN, interval);
	free(interval);
	free(ratio);
}

/* Below the word of a row: what got better or worse, or what the location's test can see, or asks for. */
static void build_detail(FILE *file, const struct compare_row *row)
{
	static const enum stats_statistic judged[] = {STATS_LOCATION, STATS_SPREAD, STATS_TAIL};
	char *text;

	if (row->verdict != STATS_REGRESSED && row->verdict != STATS_IMPROVED) {
		text = compare_verdict_text(&row->estimates[STATS_LOCATION]);
		if (text[0] != '\0')
			html_format(file, "span class=\"sure\"", "location: %s", text);
		free(text);
		return;
	}
	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
		if (row->estimates[judged[i]].judgement.verdict == row->verdict)
			html_element(file, "span class=\"sure\"", stats_statistic_name(judged[i]));
	}
}

static void build_verdict(FILE *file, const struct compare_row *row)
{
	static const char *const classes[] = {[STATS_PASS] = "span class=\"word good\"",
					      [STATS_IMPROVED] = "span class=\"word good\"",
					      [STATS_REGRESSED] = "span class=\"word bad\"",
					      [STATS_INCONCLUSIVE] = "span class=\"word\"",
					      [STATS_SKIPPED] = "span"};

	fputs("<td>", file);
	html_element(file, classes[row->verdict], stats_verdict_name(row->verdict));
	build_detail(file, row);
	fputs("</td>", file);
}

static void build_row(FILE *file, const struct compare_row *row)
{
	char *name = reading_row_name(row->a), *runs = compare_runs_text(row, true);

	fputs("<tr>", file);
	html_row_name(file, name);
	build_verdict(file, row);
	html_number(file, row->a->p50);
	html_number(file, row->b->p50);
	build_ratio(file, row, STATS_LOCATION);
	build_ratio(file, row, STATS_SPREAD);
	build_ratio(file, row, STATS_TAIL);
	html_number_text(file, NAN, runs);
	fputs("</tr>\n", file);
	free(runs);
	free(name);
}

static void build_tally(FILE *file, const struct stats_tally *tally)
{
	fputs("<p>", file);
	for (int verdict = 0; verdict < STATS_VERDICTS; verdict++)
		fprintf(file, "%s%zu %s", verdict > 0 ? ", " : "", tally->count[verdict],
			stats_verdict_name((enum stats_verdict)verdict));
	fputs(".</p>\n", file);
}

static void build_pair(FILE *file, const struct compare *compare)
{
	html_format(file, "h3", "%s against %s", compare->subject_b, compare->subject_a);
	build_tally(file, &compare->tally);
	html_table_begin(file, "Ratios are build / other: above 1, the build costs or spreads more",
			 "|<verdict|p50|p50 of the build|median|95\u00a0%|IQR|95\u00a0%|p99−p50|95\u00a0%|runs×n");
	for (size_t i = 0; i < compare->row_count; i++)
		build_row(file, &compare->rows[i]);
	html_table_end(file);
}

int report_builds(FILE *file, const struct summary *summary, struct error *error)
{
	struct report_pairs pairs;
	int status = report_pairs_load_builds(&pairs, summary, error);

	fputs("<section id=\"builds\">\n<h2>Two builds of one system</h2>\n", file);
	if (pairs.count == 0)
		html_element(file, "p", "This run has one build of each system.");
	else
		html_format(
		    file, "p",
		    "Judged by location, spread and tail over pairs of boots, as one family of tests, with a margin "
		    "of %.0f %%: \"regressed\" and \"improved\" are significant and at least that large, \"pass\" "
		    "is an interval inside the margin. A gate asks for a second set of pairs besides.",
		    pairs.compares[0].margin * 100);
	for (size_t i = 0; i < pairs.count; i++)
		build_pair(file, &pairs.compares[i]);
	fputs("</section>\n", file);
	report_pairs_free(&pairs);
	return status;
}
