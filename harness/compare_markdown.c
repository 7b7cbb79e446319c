/* SPDX-License-Identifier: MIT */
/* A comparison as GitHub's Markdown: see compare_text.h. */
#include <stdlib.h>
#include <string.h>

#include "compare_cell.h"
#include "compare_text.h"
#include "memory.h"
#include "output.h"
#include "reading.h"

/* A cell: '|' would end it, '<' and '>' could begin markup. */
static void cell(FILE *file, const char *text)
{
	fputc(' ', file);
	for (; *text != '\0'; text++) {
		if (*text == '|')
			fputs("\\|", file);
		else if (*text == '<')
			fputs("&lt;", file);
		else if (*text == '>')
			fputs("&gt;", file);
		else
			fputc(*text, file);
	}
	fputs(" |", file);
}

static void number(FILE *file, double value)
{
	char text[64];

	cell(file, output_number(text, sizeof(text), value));
}

/* "3.67× (1.32–5.76)"; of exact counts and without an interval the ratio alone. */
static void ratio(FILE *file, const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	char *factor = compare_ratio_text(estimate), *interval = compare_interval_text(row, statistic);
	bool bare = row->exact || estimate->floored || strcmp(interval, "–") == 0;
	/* Parentheses mean doubt elsewhere; here the interval itself is there. */
	char *plain =
	    memory_format("%.*s", (int)(strlen(factor) - 2 * (factor[0] == '(')), factor + (factor[0] == '('));
	char *text = bare ? memory_text(plain) : memory_format("%s (%s)", plain, interval);

	cell(file, text);
	free(text);
	free(plain);
	free(interval);
	free(factor);
}

void compare_print_markdown(FILE *file, const struct compare *compare)
{
	const char *a = compare_system_name(compare->subject_a), *b = compare_system_name(compare->subject_b);
	bool exact = true;

	if (strcmp(a, b) == 0) {
		a = compare->subject_a;
		b = compare->subject_b;
	}
	fprintf(file, "\n**%s against %s**, %s per operation\n\n", compare->subject_b, compare->subject_a,
		compare->unit);
	fprintf(
	    file,
	    "| benchmark | %s p50 | %s p50 | ratio of medians | of spreads (IQR) | of tails (p99 − p50) | runs×n |\n",
	    b, a);
	fputs("|---|---:|---:|---:|---:|---:|---:|\n", file);
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *row = &compare->rows[i];
		char *name = compare_row_text(compare, row), *runs = compare_runs_text(row, false);

		exact &= row->exact;
		fputc('|', file);
		cell(file, name);
		number(file, row->estimates[STATS_LOCATION].b);
		number(file, row->estimates[STATS_LOCATION].a);
		ratio(file, row, STATS_LOCATION);
		ratio(file, row, STATS_SPREAD);
		ratio(file, row, STATS_TAIL);
		cell(file, runs);
		fputc('\n', file);
		free(runs);
		free(name);
	}
	fprintf(file,
		"\nRatios are %s / %s%s. =: both sides are at the grain of the clock; > and <: one is, a bound.\n", b,
		a,
		exact ? ", of exact counts of executed instructions: lengths of path, not times"
		      : ", with their 95 % intervals over pairs of boots (none: fewer than six pairs, or a tail of "
			"fewer than 1,000 samples a boot)");
	if (compare->computer != NULL)
		fprintf(file, "\n%s and %s: %s.\n", compare->subject_a, compare->subject_b, compare->computer);
}
