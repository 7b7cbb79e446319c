/* SPDX-License-Identifier: MIT */
/* `aerobench report`: one self-contained HTML page of a run. */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "figure.h"
#include "memory.h"
#include "output.h"
#include "parse.h"
#include "paths.h"
#include "report.h"
#include "summary.h"

static const char report_help[] =
    "Usage: aerobench report [OPTION…]\n"
    "Writes one HTML page about a run: how much more Linux costs than the Aerokernel and how sure that is, how fit "
    "the\n"
    "machines were, the comparison, the figures, the samples of every benchmark in time order and as distributions, "
    "and\n"
    "where every number comes from. The page needs no other file and no network, and lets nothing out; it can be "
    "sorted\n"
    "and filtered, and is complete without scripts. About 3 MB.\n\n"
    "  -r, --run RUN        an id, the beginning of one, \"latest\" (default) or a run's directory\n"
    "  -o, --output FILE    where to (default: build/report.html in the project)\n"
    "      --results DIR    where runs are (default: $AEROBENCH_RESULTS or results/runs)\n"
    "  -h, --help\n\n"
    "Without gnuplot the page has no figures and says so.\n";

struct report_options {
	const char *run;
	const char *output;
	const char *results;
	bool help;
};

/* Whole or not at all: the page is complete before it takes the name. */
static int report_save(const char *path, const char *page, size_t len_bytes, struct error *error)
{
	char *scratch = memory_format("%s.part", path);
	FILE *file = fopen(scratch, "we");
	bool good = file != NULL && fwrite(page, 1, len_bytes, file) == len_bytes;
	int status = 0;

	if (file != NULL)
		good = fclose(file) == 0 && good;
	if (!good || rename(scratch, path) != 0) {
		status = error_set_errno(error, STATUS_FAILED, "cannot write", path);
		unlink(scratch);
	}
	free(scratch);
	return status;
}

static int report_make_folder(const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int status;

	if (slash == NULL || slash == path)
		return 0;
	folder = memory_format("%.*s", (int)(slash - path), path);
	status = figure_make_directory(folder, error);
	free(folder);
	return status;
}

static int report_make(const struct summary *summary, const char *path, struct error *error)
{
	struct report report;
	char *page = NULL;
	size_t len_bytes;
	FILE *file;
	int status = report_make_folder(path, error);

	if (status != 0)
		return status;
	status = report_prepare(&report, summary, error);
	if (status == 0) {
		file = open_memstream(&page, &len_bytes);
		status = report_write(file, &report, error);
		fclose(file);
		if (status == 0)
			status = report_save(path, page, len_bytes, error);
		free(page);
	}
	report_free(&report);
	return status;
}

static int report_run(const struct report_options *options, struct error *error)
{
	static const struct summary_select everything;
	char *path = options->output != NULL ? memory_text(options->output) : paths_in_root("build/report.html");
	struct store store;
	struct summary summary;
	int status = store_open(&store, paths_results(options->results), options->run, error);

	if (status == 0) {
		status = summary_load(&summary, &store, &everything, error);
		if (status == 0) {
			status = report_make(&summary, path, error);
			summary_free(&summary);
		}
		store_close(&store);
	}
	if (status == 0) {
		puts(path);
		status = output_finish(error);
	}
	free(path);
	return status;
}

static int report_parse(int argc, char **argv, struct report_options *options, struct error *error)
{
	static const struct option known[] = {{"run", required_argument, NULL, 'r'},
					      {"output", required_argument, NULL, 'o'},
					      {"results", required_argument, NULL, 'R'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};

	opterr = 0;
	optind = 0;
	for (int option; (option = getopt_long(argc, argv, ":r:o:h", known, NULL)) != -1;) {
		if (option == ':' || option == '?')
			return parse_refused(option, argv, error);
		if (option == 'r')
			options->run = optarg;
		if (option == 'o')
			options->output = optarg;
		if (option == 'R')
			options->results = optarg;
		options->help |= option == 'h';
	}
	if (optind < argc)
		return error_set(error, STATUS_USAGE, "unexpected argument '%s'; see 'aerobench report --help'",
				 argv[optind]);
	return 0;
}

static int cmd_report(int argc, char **argv)
{
	struct report_options options = {.run = "latest"};
	struct error error = {STATUS_OK, ""};
	int status = report_parse(argc, argv, &options, &error);

	if (status == 0 && options.help) {
		fputs(report_help, stdout);
		return STATUS_OK;
	}
	if (status == 0)
		status = report_run(&options, &error);
	return error.status != STATUS_OK ? error_print(&error) : status;
}

COMMAND(report, .summary = "one self-contained HTML page of a run", .run = cmd_report);
