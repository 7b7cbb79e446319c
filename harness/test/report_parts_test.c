/* SPDX-License-Identifier: MIT */
/* Parts of the report that need no whole run: tables of boots, words of outcomes, what was not measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "report_boots.h"
#include "report_cell.h"
#include "report_section.h"

/* Fills an estimate: an interval without low and high is none. */
static void estimate_set(struct compare_row *row, enum stats_statistic statistic, double ratio, double low, double high)
{
	row->estimates[statistic] = (struct compare_estimate){.ratio = ratio, .low = low, .high = high};
}

static char *outcome_text(const struct report_pairs *pairs, const struct compare_row *a, const struct compare_row *b,
			  enum stats_statistic statistic)
{
	const struct compare_row *const rows[] = {a, b};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	report_outcome_cell(file, pairs, rows, statistic);
	fclose(file);
	return text;
}

static void outcome_is_a_word_and_says_where(void **state)
{
	struct compare compares[2] = {{.subject_a = "aerokernel@qemu", .subject_b = "linux@qemu"},
				      {.subject_a = "aerokernel@qemu", .subject_b = "linux@qemu:tuned"}};
	struct report_pairs pairs = {compares, 2};
	struct compare_row above = {0}, below = {0}, open = {0}, unclaimed = {0}, equal = {.exact = true};
	char *text;

	(void)state;
	estimate_set(&above, STATS_LOCATION, 3, 2, 4);
	estimate_set(&above, STATS_SPREAD, 3, 2, 4);
	estimate_set(&below, STATS_LOCATION, .5, .4, .6);
	estimate_set(&open, STATS_LOCATION, 1.1, .9, 1.3);
	estimate_set(&unclaimed, STATS_LOCATION, 7, NAN, NAN);
	estimate_set(&equal, STATS_LOCATION, 1, NAN, NAN);
	text = outcome_text(&pairs, &above, &above, STATS_LOCATION);
	assert_string_equal(text, "<td class=\"words\"><span class=\"word good\">Aerokernel less</span> </td>");
	free(text);
	text = outcome_text(&pairs, &above, NULL, STATS_SPREAD);
	assert_string_equal(text, "<td class=\"words\"><span class=\"word good\">Aerokernel steadier</span> </td>");
	free(text);
	text = outcome_text(&pairs, &open, &below, STATS_LOCATION);
	assert_string_equal(text, "<td class=\"words\"><span class=\"word\">undecided on qemu</span> "
				  "<span class=\"word bad\">Linux less on qemu:tuned</span> </td>");
	free(text);
	text = outcome_text(&pairs, &equal, &unclaimed, STATS_LOCATION);
	assert_string_equal(text, "<td class=\"words\"><span class=\"word same\">equal on qemu</span> "
				  "<span class=\"word\">no claim on qemu:tuned</span> </td>");
	free(text);
	text = outcome_text(&pairs, NULL, NULL, STATS_LOCATION);
	assert_string_equal(text, "<td class=\"words\">–</td>");
	free(text);
}

/* The table of boots and the correlogram of one line. */
static char *boots_row(const struct plot_line *line)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct report_boots *boots = report_boots_make(line, 1);

	report_boots_table(file, boots, "host");
	report_boots_correlogram(file, boots, "correlation");
	fclose(file);
	report_boots_free(boots);
	return text;
}

/* Samples that go up and down by turns depend on nothing but their turn; a staircase on their neighbours. */
static void boots_tell_detours_and_dependence(void **state)
{
	enum { N = 1000 };
	static uint32_t turns[N], stairs[N];
	struct summary_run runs[2] = {{.samples = turns, .n = N, .p50 = 12.5}, {.samples = stairs, .n = N, .p50 = 600}};
	struct summary_row row = {.subject = "linux@host", .unit = "ticks", .runs = runs, .run_count = 1};
	struct plot_line line = {&row, "l0"};
	char *text;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		turns[i] = i % 2 == 0 ? 100 : i % 200 == 1 ? 201 : 100 - (i % 2);
		stairs[i] = 100 + i / 100 * 100;
	}
	text = boots_row(&line);
	assert_non_null(strstr(text, "<td class=\"boots\">12.5</td>"));
	assert_non_null(strstr(text, "<td class=\"boots\">0.5\u00a0%</td>")); /* 5 of 1000 */
	assert_non_null(strstr(text, "<td class=\"boots\">1,000</td>"));
	assert_null(strstr(text, "dependent"));
	assert_non_null(strstr(text, "<path class=\"c l0\" d=\"M41 ")); /* lag 1, and then the others */
	free(text);
	row.run_count = 2;
	runs[0] = runs[1];
	text = boots_row(&line);
	assert_non_null(strstr(text, "<td class=\"boots\">600 in each of 2</td>"));
	assert_non_null(strstr(text, "<td class=\"boots\">1.00 in each of 2</td>"));
	assert_non_null(strstr(text, "in each of 2 <span class=\"word\">dependent</span>"));
	assert_non_null(strstr(text, "<path class=\"c l0\" d=\"M41 8L51 ")); /* near 1 at first */
	free(text);
}

/* A row for each subject and reason, in which everything is named that it holds for. */
static void what_is_missing_is_told_once_for_each_reason(void **state)
{
	enum { POINTS = 3 };
	static struct summary_note notes[POINTS + 1];
	struct summary some = {.notes = notes, .note_count = POINTS + 1};
	char *text = NULL, *params[POINTS];
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	for (int i = 0; i < POINTS; i++) {
		params[i] = memory_format("parties=%d", 4 << i);
		notes[i] = (struct summary_note){.kind = "skipped",
						 .subject = "linux@host",
						 .benchmark = "barrier_spin",
						 .params = params[i],
						 .reason = "fewer CPUs than threads"};
	}
	notes[POINTS] = (struct summary_note){.kind = "failed", .subject = "linux@host", .reason = "it ended early"};
	report_absent(file, &some);
	fclose(file);
	assert_non_null(strstr(text, "<td class=\"long\">barrier_spin parties=4, barrier_spin parties=8, "
				     "barrier_spin parties=16</td><td>skipped</td>\n"
				     "<td class=\"long\">fewer CPUs than threads</td>\n"));
	assert_non_null(strstr(text, "<td class=\"long\">everything</td><td>failed</td>\n"));
	for (int i = 0; i < POINTS; i++)
		free(params[i]);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outcome_is_a_word_and_says_where),
	    cmocka_unit_test(boots_tell_detours_and_dependence),
	    cmocka_unit_test(what_is_missing_is_told_once_for_each_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
