/* SPDX-License-Identifier: MIT */
/* The report as a whole: see report.h. */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figure.h"
#include "import_show.h"
#include "memory.h"
#include "report_aa.h"
#include "report_html.h"
#include "report_section.h"
#include "report_svg.h"

/* --- Preparing -------------------------------------------------------------------------------------------------------- */

/* A whole small file as text, or NULL with the error set. */
static char *read_text(const char *directory, const char *name, struct error *error)
{
	char *path = memory_format("%s/%s", directory, name), *text = NULL;
	FILE *file = fopen(path, "re");
	size_t size = 0;
	bool good = false;

	if (file != NULL) {
		good = getdelim(&text, &size, '\0', file) >= 0 || (feof(file) && !ferror(file));
		fclose(file);
	}
	if (!good) {
		error_set_errno(error, STATUS_USAGE, "cannot read", path);
		free(text);
		text = NULL;
	}
	free(path);
	return text;
}

static void prepare_figure(struct report *report, const struct figure *figure, const char *directory)
{
	struct error error = {STATUS_OK, ""};
	char *name = memory_format("%s.svg", figure->name);
	struct report_figure *out;

	report->figures = memory_grow(report->figures, report->figure_count, sizeof(*report->figures));
	out = &report->figures[report->figure_count++];
	*out = (struct report_figure){.name = memory_text(figure->name),
				      .title = memory_text(figure->title),
				      .about = memory_text(figure->about)};
	if (figure_draw(figure, report->summary, directory, &out->problem, &error) == 0 && out->problem == NULL)
		out->svg = read_text(directory, name, &error);
	if (error.status != STATUS_OK)
		out->problem = memory_text(error.text);
	figure_remove(directory, figure->name);
	free(name);
}

static int prepare_figures(struct report *report, const char *sources, struct error *error)
{
	const char *temporary = getenv("TMPDIR");
	char *directory = memory_format("%s/aerobench-report.XXXXXX", temporary != NULL ? temporary : P_tmpdir);
	struct figure *figures;
	size_t count;
	int status = figure_list(&figures, &count, sources, NULL, 0, error);

	if (status == 0 && mkdtemp(directory) == NULL)
		status = error_set_errno(error, STATUS_FAILED, "cannot make", directory);
	if (status == 0) {
		for (size_t i = 0; i < count; i++)
			prepare_figure(report, &figures[i], directory);
		rmdir(directory);
	}
	figure_list_free(figures, count);
	free(directory);
	return status;
}

int report_prepare(struct report *report, const struct summary *summary, struct error *error)
{
	char *sources = figure_sources();
	char *values = memory_format("%s/reference_values.tsv", sources);
	char *limits = memory_format("%s/budgets.tsv", sources);
	int status;

	*report = (struct report){.summary = summary};
	status = reference_read(&report->reference, values, error);
	if (status == 0)
		status = budgets_read(&report->budgets, limits, error);
	if (status == 0) {
		report->style = read_text(sources, "report.css", error);
		report->script = read_text(sources, "report.js", error);
		status = error->status;
	}
	if (status == 0)
		status = prepare_figures(report, sources, error);
	free(limits);
	free(values);
	free(sources);
	return status;
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->figure_count; i++) {
		free(report->figures[i].name);
		free(report->figures[i].title);
		free(report->figures[i].about);
		free(report->figures[i].svg);
		free(report->figures[i].problem);
	}
	free(report->figures);
	reference_free(&report->reference);
	budgets_free(&report->budgets);
	free(report->style);
	free(report->script);
	*report = (struct report){0};
}

/* --- Writing ------------------------------------------------------------------------------------------------------------ */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && text[0] != '\0' ? text : "unknown";
}

/* Sections in their order: an id and what the bar calls it. */
static const char *const sections[][2] = {
    {"overview", "Overview"},     {"verdict", "Fitness"}, {"reading", "Reading"},     {"systems", "Rows"},
    {"comparison", "Comparison"}, {"builds", "Builds"},   {"budgets", "Budgets"},     {"figures", "Figures"},
    {"benchmarks", "Benchmarks"}, {"cold", "Cold"},       {"counters", "Counters"},   {"distributions", "All numbers"},
    {"elsewhere", "Elsewhere"},   {"aa", "A/A"},          {"absent", "Not measured"}, {"environment", "Environment"},
    {"sources", "Sources"},
};

/* Nothing may be fetched, run or sent that is not in the page: Content Security Policy Level 3, section 6. */
static const char policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'";

static void write_bar(FILE *file, const struct store_plan *plan)
{
	fputs("<div class=\"bar\">\n<nav aria-label=\"Sections\">", file);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		fprintf(file, "<a href=\"#%s\">%s</a> ", sections[i][0], sections[i][1]);
	fputs("</nav>\n<div class=\"filter\" role=\"search\" aria-label=\"Filter rows\">"
	      "<label for=\"filter-words\">Filter</label>"
	      "<input type=\"search\" id=\"filter-words\" placeholder=\"wake same\" autocomplete=\"off\">"
	      "<select id=\"filter-subject\" aria-label=\"Subject\"><option value=\"\">all subjects</option>",
	      file);
	for (size_t s = 0; s < plan->subject_count; s++)
		html_element(file, "option", plan->subjects[s]);
	fputs("</select><output id=\"filter-found\"></output></div>\n"
	      "<p id=\"said\" class=\"unseen\" aria-live=\"polite\"></p>\n</div>\n",
	      file);
}

static void write_head(FILE *file, const struct report *report)
{
	const struct store *store = report->summary->store;
	const json_t *system = json_object_get(json_object_get(store->run, "doctor"), "system");

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"",
	      file);
	fprintf(file, "%s\">\n", policy);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n",
	      file);
	html_format(file, "title", "Aerobench: Linux against the Aerokernel, run %s", store->id);
	fprintf(file, "<style>\n%s</style>\n</head>\n<body>\n<header>\n", report->style);
	html_element(file, "h1", "Linux against the Aerokernel");
	html_format(file, "p", "Run %s of %s, commit %s. Processor: %s. %s. Hypervisor: %s.", store->id,
		    text_of(store->run, "created"), text_of(json_object_get(store->run, "versions"), "aerobench"),
		    text_of(system, "cpu_model"), text_of(system, "kernel"), text_of(system, "hypervisor"));
	fputs("</header>\n", file);
	write_bar(file, &store->plan);
	fputs("<main>\n", file);
}

static void write_reading(FILE *file)
{
	fputs("<section id=\"reading\">\n<h2>How to read this page</h2>\n<ul>\n", file);
	html_element(
	    file, "li",
	    "A subject is SYSTEM@MACHINE. The same benchmark source runs on both systems; only pairs on the same "
	    "machine are compared.");
	html_element(
	    file, "li",
	    "sim counts executed instructions of all CPUs on one virtual clock: exact, repeatable, a length of "
	    "path and never a time. qemu is emulation in host time: shape, not latency. host is this Linux itself.");
	html_element(
	    file, "li",
	    "Ratios are Linux / Aerokernel: above 1, Linux costs more or spreads more. With at least 6 rounds they "
	    "are Hodges-Lehmann estimates over rounds (boots taken back to back) with their 95 % interval; "
	    "a coloured ratio is one whose interval leaves 1 out, or of exact counts. With fewer rounds, ratios "
	    "without a claim.");
	html_element(
	    file, "li",
	    "IQR is p75 − p25. The tail is p99 − p50. > and < mean that one side is finer than the clock's grain, "
	    "= that both are; a ratio in brackets has an interval that holds 1.");
	html_element(
	    file, "li",
	    "What reading the clock costs, the median of clock_read, is subtracted from medians, percentiles, means, "
	    "minima and maxima alike; spreads are differences and keep what they are.");
	html_element(
	    file, "li",
	    "Words: \"less\" and \"steadier\" are beyond doubt, \"equal\" is equal counts or both sides below the "
	    "clock's grain, \"undecided\" has an interval that holds 1, \"no claim\" has no interval, because fewer "
	    "than 6 rounds were run.");
	html_element(file, "li", "runs×n: boots times samples of a boot. exact: the same in every boot.");
	fputs("</ul>\n</section>\n", file);
}

static void write_figure(FILE *file, const struct report_figure *figure)
{
	fputs("<figure id=\"", file);
	html_text(file, figure->name);
	fputs("\">\n<div class=\"scroll card\" role=\"region\" tabindex=\"0\" aria-label=\"", file);
	html_text(file, figure->title);
	fputs("\">\n", file);
	report_svg(file, figure->svg, figure->name, figure->title);
	fputs("</div>\n<figcaption><b>", file);
	html_text(file, figure->title);
	fputs("</b>. ", file);
	html_text(file, figure->about);
	fputs("</figcaption>\n</figure>\n", file);
}

static void write_undrawn(FILE *file, const struct report *report, size_t undrawn)
{
	html_details(file,
		     undrawn == 1 ? "%zu figure that is not drawn, and why" : "%zu figures that are not drawn, and why",
		     undrawn);
	fputs("<ul>\n", file);
	for (size_t i = 0; i < report->figure_count; i++) {
		const struct report_figure *figure = &report->figures[i];

		if (figure->svg != NULL)
			continue;
		fputs("<li><b>", file);
		html_text(file, figure->title);
		fputs("</b>. ", file);
		html_text(file, figure->about);
		fputs(" <em>Not drawn: ", file);
		html_text(file, figure->problem != NULL ? figure->problem : "no reason is known");
		fputs("</em></li>\n", file);
	}
	fputs("</ul>\n</details>\n", file);
}

static void write_figures(FILE *file, const struct report *report)
{
	size_t undrawn = 0;

	fputs("<section id=\"figures\">\n<h2>Figures</h2>\n", file);
	for (size_t i = 0; i < report->figure_count; i++) {
		undrawn += report->figures[i].svg == NULL;
		if (report->figures[i].svg != NULL)
			write_figure(file, &report->figures[i]);
	}
	if (undrawn > 0)
		write_undrawn(file, report, undrawn);
	fputs("</section>\n", file);
}

/* The imports that are kept beside the run: of the same directory, so that the same files give the same page. */
static int write_imports(FILE *file, const struct summary *summary, struct error *error)
{
	char *results = memory_format("%s/..", summary->store->path);
	int status = import_report(file, results, error);

	free(results);
	return status;
}

int report_write(FILE *file, const struct report *report, struct error *error)
{
	const struct summary *summary = report->summary;
	int status;

	write_head(file, report);
	status = report_overview(file, summary, error);
	report_verdict(file, summary);
	write_reading(file);
	if (status == 0)
		status = report_systems(file, summary, error);
	if (status == 0)
		status = report_comparison(file, summary, error);
	if (status == 0)
		status = report_builds(file, summary, error);
	if (status == 0)
		status = report_budgets(file, summary, &report->budgets, error);
	write_figures(file, report);
	report_benchmarks(file, summary);
	report_cold(file, summary);
	report_counters(file, summary);
	report_distributions(file, summary);
	report_elsewhere(file, summary, &report->reference);
	if (status == 0)
		status = write_imports(file, summary, error);
	if (status == 0)
		status = report_aa(file, summary, error);
	report_absent(file, summary);
	report_environment(file, summary);
	report_sources(file, summary);
	fprintf(file, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", report->script);
	return status;
}
