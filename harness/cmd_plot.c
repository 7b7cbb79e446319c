/* SPDX-License-Identifier: MIT */
/*
 * `aerobench plot`: draws figures from a run, says which it cannot draw and why, and checks what they are expected to
 * show. Reads raw streams only, so it may be repeated anywhere at any time.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "figure.h"
#include "figure_expect.h"
#include "figure_match.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "paths.h"
#include "summary.h"

static const char plot_help[] =
    "Usage: aerobench plot [OPTION…] [FIGURE…]\n"
    "Draws figures from a run, as SVG and PNG, with the TSVs they are drawn from. Without FIGURE: all that the run\n"
    "has the data for.\n\n"
    "  -r, --run RUN        an id, the beginning of one, \"latest\" (default) or a run's directory\n"
    "  -o, --output DIR     where to (default: build/figures in the project)\n"
    "      --results DIR    where runs are (default: $AEROBENCH_RESULTS or results/runs)\n"
    "      --list           the figures and what they show; draws nothing\n"
    "      --check          checks the run against plots/FIGURE.expect; draws nothing\n"
    "      --json           --list or --check as JSON\n"
    "  -h, --help\n\n"
    "Exit status: 0 drawn (or all claims hold) · 1 a claim does not hold · 2 usage or broken input · 77 nothing could\n"
    "be drawn or checked, or gnuplot is missing.\n";

struct plot_options {
	const char *run;
	const char *output;
	const char *results;
	bool list;
	bool check;
	bool json;
	bool help;
	char **names;
	size_t name_count;
};

/* What one call works on. */
struct plot_command {
	struct store store;
	struct summary summary;
	struct figure *figures;
	size_t count;
};

/* --- Drawing ---------------------------------------------------------------------------------------------------------- */

static int plot_draw(const struct plot_command *plot, const struct plot_options *options, struct error *error)
{
	char *directory = options->output != NULL ? memory_text(options->output) : paths_in_root("build/figures");
	size_t drawn = 0, skipped_count = 0;
	int status = 0;

	for (size_t i = 0; i < plot->count && status == 0; i++) {
		const struct figure *figure = &plot->figures[i];
		char *skipped;

		status = figure_draw(figure, &plot->summary, directory, &skipped, error);
		if (skipped != NULL)
			printf("%s: skipped: %s\n", figure->name, skipped);
		else if (status == 0)
			printf("%s/%s.svg\n", directory, figure->name);
		drawn += status == 0 && skipped == NULL;
		skipped_count += skipped != NULL;
		fflush(stdout);
		free(skipped);
	}
	free(directory);
	if (status == 0)
		status = output_finish(error);
	if (status != 0)
		return status;
	return drawn == 0 || (options->name_count > 0 && skipped_count > 0) ? STATUS_UNSUPPORTED : STATUS_OK;
}

/* --- Listing ---------------------------------------------------------------------------------------------------------- */

static int plot_list(const struct plot_command *plot, const struct plot_options *options, struct error *error)
{
	json_t *list = options->json ? json_array() : NULL;

	for (size_t i = 0; i < plot->count; i++) {
		const struct figure *figure = &plot->figures[i];

		if (list != NULL)
			json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "figure", figure->name, "title",
							      output_text_json(figure->title), "about",
							      output_text_json(figure->about)));
		else
			printf("%-22s %s\n", figure->name, figure->title);
	}
	if (list != NULL)
		return output_json(json_pack("{s:s, s:o}", "schema", "aerobench.figures/1", "figures", list), error);
	return output_finish(error);
}

/* --- Checking --------------------------------------------------------------------------------------------------------- */

struct plot_unchecked {
	char *machine, *detail;
	size_t claims;
};

struct plot_tally {
	size_t held, broken, unchecked;
	struct plot_unchecked *groups;
	size_t group_count;
	json_t *claims; /* NULL: print */
};

/* Counted by machine and reason, so that a machine that was not fit is one line. */
static void plot_unchecked_add(struct plot_tally *tally, const struct figure_claim *result)
{
	struct plot_unchecked *group = tally->groups;

	while (group < tally->groups + tally->group_count &&
	       (strcmp(group->machine, result->machine) != 0 || strcmp(group->detail, result->detail) != 0))
		group++;
	if (group == tally->groups + tally->group_count) {
		tally->groups = memory_grow(tally->groups, tally->group_count, sizeof(*tally->groups));
		group = &tally->groups[tally->group_count++];
		*group = (struct plot_unchecked){memory_text(result->machine), memory_text(result->detail), 0};
	}
	group->claims++;
}

static void plot_unchecked_print(struct plot_tally *tally)
{
	for (size_t i = 0; i < tally->group_count; i++) {
		printf("%zu unchecked on %s: %s\n", tally->groups[i].claims, tally->groups[i].machine,
		       tally->groups[i].detail);
		free(tally->groups[i].machine);
		free(tally->groups[i].detail);
	}
	free(tally->groups);
	tally->group_count = 0;
	tally->groups = NULL;
}

static void plot_tally_add(struct plot_tally *tally, const struct figure *figure, const struct figure_claim *result)
{
	const char *verdict = figure_expect_verdict(result->verdict);

	tally->held += result->verdict == EXPECT_HELD;
	tally->broken += result->verdict == EXPECT_BROKEN;
	tally->unchecked += result->verdict == EXPECT_UNCHECKED;
	if (tally->claims != NULL)
		json_array_append_new(tally->claims,
				      json_pack("{s:s, s:i, s:s, s:s, s:o, s:o}", "figure", figure->name, "line",
						(int)result->line, "machine", result->machine, "verdict", verdict,
						"claim", output_text_json(result->text), "detail",
						output_text_json(result->detail)));
	else if (result->verdict == EXPECT_UNCHECKED)
		plot_unchecked_add(tally, result);
	else
		printf("%-6s %s.expect:%u on %s: %s (%s)\n", verdict, figure->name, result->line, result->machine,
		       result->text, result->detail);
}

static int plot_check_figure(const struct plot_command *plot, const struct figure *figure, struct plot_tally *tally,
			     struct error *error)
{
	int base_len = (int)strlen(figure->path) - 3;
	char *path = memory_format("%.*s.expect", base_len, figure->path);
	struct figure_expect expect;
	int status = figure_expect_check(&expect, path, &plot->summary, error);

	for (size_t i = 0; i < expect.count && status == 0; i++)
		plot_tally_add(tally, figure, &expect.results[i]);
	figure_expect_free(&expect);
	free(path);
	return status;
}

static int plot_check(const struct plot_command *plot, const struct plot_options *options, struct error *error)
{
	struct plot_tally tally = {.claims = options->json ? json_array() : NULL};
	int status = 0;

	for (size_t i = 0; i < plot->count && status == 0; i++)
		status = plot_check_figure(plot, &plot->figures[i], &tally, error);
	plot_unchecked_print(&tally);
	if (status != 0) {
		json_decref(tally.claims);
		return status;
	}
	if (options->json)
		status = output_json(json_pack("{s:s, s:s, s:I, s:I, s:I, s:o}", "schema", "aerobench.expect/1", "run",
					       plot->store.id, "held", (json_int_t)tally.held, "broken",
					       (json_int_t)tally.broken, "unchecked", (json_int_t)tally.unchecked,
					       "claims", tally.claims),
				     error);
	else
		printf("%zu held, %zu broken, %zu unchecked\n", tally.held, tally.broken, tally.unchecked);
	if (status == 0 && !options->json)
		status = output_finish(error);
	if (status != 0)
		return status;
	if (tally.broken > 0)
		return STATUS_FAILED;
	return tally.held == 0 ? STATUS_UNSUPPORTED : STATUS_OK;
}

/* --- The command -------------------------------------------------------------------------------------------------------- */

static int plot_parse(int argc, char **argv, struct plot_options *options, struct error *error)
{
	static const struct option known[] = {
	    {"run", required_argument, NULL, 'r'},     {"output", required_argument, NULL, 'o'},
	    {"results", required_argument, NULL, 'R'}, {"list", no_argument, NULL, 'l'},
	    {"check", no_argument, NULL, 'c'},         {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'h'},          {0}};

	opterr = 0;
	optind = 0;
	for (int option; (option = getopt_long(argc, argv, ":r:o:h", known, NULL)) != -1;) {
		switch (option) {
		case 'r':
			options->run = optarg;
			break;
		case 'o':
			options->output = optarg;
			break;
		case 'R':
			options->results = optarg;
			break;
		case ':':
		case '?':
			return parse_refused(option, argv, error);
		default:
			options->list |= option == 'l';
			options->check |= option == 'c';
			options->json |= option == 'j';
			options->help |= option == 'h';
		}
	}
	options->names = argv + optind;
	options->name_count = (size_t)(argc - optind);
	if (options->json && !options->list && !options->check)
		return error_set(error, STATUS_USAGE, "--json belongs to --list or --check");
	return 0;
}

static int plot_run(const struct plot_options *options, struct error *error)
{
	static const struct summary_select everything;
	struct plot_command plot = {0};
	char *sources = figure_sources();
	int status = figure_list(&plot.figures, &plot.count, sources, options->names, options->name_count, error);

	if (status == 0 && options->list) {
		status = plot_list(&plot, options, error);
	} else if (status == 0) {
		status = store_open(&plot.store, paths_results(options->results), options->run, error);
		if (status == 0) {
			status = summary_load(&plot.summary, &plot.store, &everything, error);
			if (status == 0) {
				status = options->check ? plot_check(&plot, options, error)
							: plot_draw(&plot, options, error);
				summary_free(&plot.summary);
			}
			store_close(&plot.store);
		}
	}
	figure_list_free(plot.figures, plot.count);
	free(sources);
	return status;
}

static int cmd_plot(int argc, char **argv)
{
	struct plot_options options = {.run = "latest"};
	struct error error = {STATUS_OK, ""};
	int status = plot_parse(argc, argv, &options, &error);

	if (status == 0 && options.help) {
		fputs(plot_help, stdout);
		return STATUS_OK;
	}
	if (status == 0)
		status = plot_run(&options, &error);
	return error.status != STATUS_OK ? error_print(&error) : status;
}

COMMAND(plot, .summary = "draw figures from a run, check what they are expected to show", .run = cmd_plot);
