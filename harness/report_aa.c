/* SPDX-License-Identifier: MIT */
/* The report's section on A/A self-checks: see report_aa.h. */
#include "report_aa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aa.h"
#include "memory.h"
#include "report_html.h"
#include "subject.h"

static void alarms_row(FILE *file, const char *name, const struct aa_alarms *alarms)
{
	char *interval = memory_format("%.1f–%.1f %%", alarms->rate.low * 100, alarms->rate.high * 100);

	fputs("<tr>", file);
	html_name(file, name);
	html_number(file, (double)alarms->trials);
	html_number(file, (double)alarms->alarms);
	if (alarms->trials > 0) {
		char *rate = memory_format("%.1f %%", alarms->rate.rate * 100);

		html_number_text(file, alarms->rate.rate, rate);
		free(rate);
	} else {
		html_number_text(file, NAN, "–");
	}
	html_number_text(file, NAN, interval);
	fputs("</tr>\n", file);
	free(interval);
}

static void alarms_table(FILE *file, const struct aa_record *record)
{
	char *caption = memory_format("%zu sets of %zu pairs of boots of %s, taken %s at commit %s, %s.", record->sets,
				      record->pairs, record->subject, record->created, record->commit, record->fitness);

	html_table_begin(file, caption, "test|trials|false alarms|rate|90 % interval");
	for (int i = 0; i < STATS_STATISTICS; i++)
		alarms_row(file, stats_statistic_name((enum stats_statistic)i), &record->statistics[i]);
	alarms_row(file, "all tests", &record->all);
	alarms_row(file, "whole sets, after Holm", &record->suites);
	html_table_end(file);
	free(caption);
}

static void margin_cell(FILE *file, const struct aa_test *test)
{
	char *text = test != NULL ? aa_margin_text(test->margin, test->comparisons) : memory_text("–");

	html_number_text(file, test != NULL ? test->margin : NAN, text);
	free(text);
}

/* A row for each point, in the order of the record. */
static void margins_table(FILE *file, const struct aa_record *record)
{
	html_details(file, "Margins: a smaller change than this is noise");
	html_table_begin(file, "Learned from these and earlier sets; a margin takes 20 of them.",
			 "benchmark|location|undisturbed|spread|tail|deviation");
	for (size_t i = 0; i < record->test_count; i++) {
		const struct aa_test *test = &record->tests[i];
		bool first = true;
		char *name;

		for (size_t j = 0; j < i && first; j++)
			first = strcmp(record->tests[j].benchmark, test->benchmark) != 0 ||
				strcmp(record->tests[j].params, test->params) != 0;
		if (!first)
			continue;
		name = memory_format("%s %s", test->benchmark, test->params);
		fputs("<tr>", file);
		html_name(file, name);
		for (int j = 0; j < STATS_STATISTICS; j++)
			margin_cell(file, aa_find(record, test->benchmark, test->params, (enum stats_statistic)j));
		fputs("</tr>\n", file);
		free(name);
	}
	html_table_end(file);
	fputs("</details>\n", file);
}

/* At time 0 no check is too old: the page is about this run, and is the same whenever it is made. */
static void record_verdict(FILE *file, const struct aa_record *record)
{
	char *reason;

	if (aa_arms(record, 0, &reason))
		html_format(
		    file, "p",
		    "%s: no more than %.0f false alarms in 100 tests, as far as so many sets can tell; the gate "
		    "may judge times of it here.",
		    record->subject, AA_ALPHA * 100);
	else
		html_format(file, "p", "%s: the gate does not judge times of it here: %s.", record->subject, reason);
	free(reason);
}

static int record_print(FILE *file, const char *subject, const char *machine, struct error *error)
{
	char *path = aa_path(subject);
	struct aa_record record = {0};
	bool own;
	int status = machine != NULL ? aa_load(&record, path, machine, subject, error) : 0;

	own = record.json != NULL;
	if (status == 0 && !own)
		status = aa_load(&record, path, NULL, subject, error);
	if (status == 0 && record.json == NULL)
		html_format(file, "p", "No self-check is kept here: aerobench aa -s %s makes one.", subject);
	if (status == 0 && record.json != NULL && own)
		record_verdict(file, &record);
	if (status == 0 && record.json != NULL && !own)
		html_format(
		    file, "p",
		    "No self-check of this run's configuration (%s): aerobench aa -s %s makes one. Below, for what "
		    "it is worth, the latest of another configuration (%s); the gate does not go by it.",
		    machine != NULL ? machine : "unknown", subject, record.machine);
	if (status == 0 && record.json != NULL) {
		alarms_table(file, &record);
		margins_table(file, &record);
	}
	aa_free(&record);
	free(path);
	return status;
}

static int subject_print(FILE *file, const struct summary *summary, const char *subject, struct error *error)
{
	char *machine = aa_machine(summary, subject);
	int status;

	html_element(file, "h3", subject);
	status = record_print(file, subject, machine, error);
	free(machine);
	return status;
}

int report_aa(FILE *file, const struct summary *summary, struct error *error)
{
	const struct store_plan *plan = &summary->store->plan;
	size_t shown = 0;
	int status = 0;

	fputs("<section id=\"aa\">\n<h2>A/A self-check</h2>\n", file);
	html_element(
	    file, "p",
	    "Boots of one subject against boots of the same subject, through the tests of a comparison: every "
	    "alarm is false. The tests of one set share its boots, so that the interval goes by sets and not by "
	    "trials; its lower end is a one-sided 95 % bound.");
	for (size_t i = 0; i < plan->subject_count && status == 0; i++) {
		struct subject subject;

		if (subject_parse(&subject, plan->subjects[i], NULL) != 0 || !subject_is_timed(&subject) ||
		    subject.build[0] != '\0' || summary_first(summary, plan->subjects[i]) == NULL)
			continue;
		status = subject_print(file, summary, plan->subjects[i], error);
		shown++;
	}
	if (shown == 0)
		html_element(file, "p", "This run has no times: counts of instructions repeat exactly.");
	fputs("</section>\n", file);
	return status;
}
