/* SPDX-License-Identifier: MIT */
/* Cells of outcomes: see report_cell.h. */
#include "report_cell.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "compare_cell.h"
#include "memory.h"
#include "report_html.h"

/* In the order in which they stand in a cell. */
enum outcome { OUTCOME_ABOVE, OUTCOME_EQUAL, OUTCOME_OPEN, OUTCOME_UNCLAIMED, OUTCOME_BELOW, OUTCOMES };

void report_ratio_cell(FILE *file, const struct compare_row *row, enum stats_statistic statistic)
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

/* OUTCOMES: the statistic is not known. */
static enum outcome outcome_of(const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	int doubtless = compare_beyond_doubt(row, statistic);

	if (estimate->floored)
		return OUTCOME_EQUAL;
	if (!isfinite(estimate->ratio))
		return OUTCOMES;
	if (doubtless != 0)
		return doubtless > 0 ? OUTCOME_ABOVE : OUTCOME_BELOW;
	if (row->exact)
		return OUTCOME_EQUAL;
	return isfinite(estimate->low) ? OUTCOME_OPEN : OUTCOME_UNCLAIMED;
}

static const char *outcome_word(enum outcome outcome, enum stats_statistic statistic)
{
	static const char *const words[2][OUTCOMES] = {
	    {"Aerokernel less", "equal", "undecided", "no claim", "Linux less"},
	    {"Aerokernel steadier", "equal", "undecided", "no claim", "Linux steadier"}};

	return words[statistic == STATS_SPREAD][outcome];
}

/* " on sim, qemu": the pairs whose row has the outcome; allocated. known: how many have any; same: how many this one. */
static char *outcome_places(const struct report_pairs *pairs, const enum outcome *outcomes, enum outcome outcome,
			    size_t *same)
{
	char *where = memory_text("");

	*same = 0;
	for (size_t i = 0; i < pairs->count; i++) {
		char *machine, *longer;

		if (outcomes[i] != outcome)
			continue;
		machine = report_pair_name(&pairs->compares[i]);
		longer = memory_format("%s%s%s", where, *same > 0 ? ", " : " on ", machine);
		++*same;
		free(machine);
		free(where);
		where = longer;
	}
	return where;
}

void report_outcome_cell(FILE *file, const struct report_pairs *pairs, const struct compare_row *const *rows,
			 enum stats_statistic statistic)
{
	static const char *const classes[OUTCOMES] = {"word good", "word same", "word", "word", "word bad"};
	enum outcome *outcomes = memory_new(pairs->count, sizeof(*outcomes));
	size_t known = 0, same;

	for (size_t i = 0; i < pairs->count; i++) {
		outcomes[i] = rows[i] != NULL ? outcome_of(rows[i], statistic) : OUTCOMES;
		known += outcomes[i] != OUTCOMES;
	}
	fputs("<td class=\"words\">", file);
	fputs(known == 0 ? "–" : "", file);
	for (int outcome = 0; outcome < OUTCOMES; outcome++) {
		char *where = outcome_places(pairs, outcomes, (enum outcome)outcome, &same);

		if (same > 0) {
			fprintf(file, "<span class=\"%s\">", classes[outcome]);
			html_text(file, outcome_word((enum outcome)outcome, statistic));
			html_text(file, same < known ? where : "");
			fputs("</span> ", file);
		}
		free(where);
	}
	fputs("</td>", file);
	free(outcomes);
}

const struct compare_row *report_row_like(const struct compare *compare, const struct summary_row *row)
{
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct summary_row *own = compare->rows[i].a;

		if (strcmp(own->benchmark, row->benchmark) == 0 && strcmp(own->params, row->params) == 0)
			return &compare->rows[i];
	}
	return NULL;
}
