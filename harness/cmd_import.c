/* SPDX-License-Identifier: MIT */
/* `aerobench import`: other programs' numbers, kept and shown beside ours. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "import_file.h"
#include "import_show.h"
#include "memory.h"
#include "paths.h"
#include "reading.h"

enum { OPTION_FORMAT = 0x2000, OPTION_AS, OPTION_MAP, OPTION_UNIT, OPTION_LIST, OPTION_REMOVE, OPTION_SHOW };

struct importing {
	struct reading reading;
	struct import_request request;
	const char *remove, *show;
	bool list;
};

static void import_help(const char *program)
{
	printf("Usage: %s [OPTION…] --as NAME FILE\n"
	       "  or:  %s --show NAME [OPTION…] [RUN]\n"
	       "  or:  %s --list | --remove NAME\n"
	       "Keeps numbers that another program measured, so that they can stand beside ours. They have no raw "
	       "samples:\n"
	       "they are labelled as imported, shown with what they are made of, never paired and never judged.\n\n"
	       "      --as NAME         what to call it\n"
	       "      --format FORMAT   what FILE is (default: recognised):\n",
	       program, program, program);
	for (size_t i = 0; i < import_format_count; i++)
		printf("                          %-17s %s\n", import_formats[i].name, import_formats[i].about);
	printf("      --map THEIRS=BENCHMARK[:PARAM=VALUE…]\n"
	       "                        which of our points a row of FILE stands beside; may be repeated. A row that "
	       "is named\n                        as a benchmark is needs none\n"
	       "      --unit us|ns      what 1 is in cyclictest's table (default: us; with its -N: ns)\n"
	       "      --show NAME       its numbers; with RUN beside that run's, ticks as nanoseconds\n"
	       "      --list            all imports\n"
	       "      --remove NAME\n%s",
	       reading_help);
}

static int parse_map(struct importing *importing, const char *text, struct error *error)
{
	/* Their names may hold '=', ours do so only behind ':'. */
	const char *colon = strchr(text, ':'), *equals = NULL;

	for (const char *at = strchr(text, '='); at != NULL; at = strchr(at + 1, '=')) {
		if (equals == NULL || colon == NULL || at < colon)
			equals = at;
	}
	if (equals == NULL || equals == text || equals[1] == '\0')
		return error_set(error, STATUS_USAGE, "--map %s: use THEIRS=BENCHMARK[:PARAM=VALUE…]", text);
	importing->request.maps =
	    memory_grow(importing->request.maps, importing->request.map_count, sizeof(*importing->request.maps));
	importing->request.maps[importing->request.map_count++] =
	    (struct import_map){memory_format("%.*s", (int)(equals - text), text), memory_text(equals + 1)};
	return 0;
}

static int parse_unit(struct importing *importing, const char *text, struct error *error)
{
	if (strcmp(text, "us") != 0 && strcmp(text, "ns") != 0)
		return error_set(error, STATUS_USAGE, "--unit %s: use us or ns", text);
	importing->request.unit_ns = strcmp(text, "us") == 0 ? 1000 : 1;
	return 0;
}

static int parse_option(struct importing *importing, int option, char **argv, struct error *error)
{
	switch (option) {
	case OPTION_FORMAT:
		importing->request.format = optarg;
		return 0;
	case OPTION_AS:
		importing->request.name = optarg;
		return 0;
	case OPTION_MAP:
		return parse_map(importing, optarg, error);
	case OPTION_UNIT:
		return parse_unit(importing, optarg, error);
	case OPTION_LIST:
		importing->list = true;
		return 0;
	case OPTION_REMOVE:
		importing->remove = optarg;
		return 0;
	case OPTION_SHOW:
		importing->show = optarg;
		return 0;
	default:
		return reading_option(&importing->reading, option, argv, error);
	}
}

static int import_list(const char *results, struct error *error)
{
	char **names;
	size_t count;
	int status = import_file_list(results, &names, &count, error);

	for (size_t i = 0; i < count; i++) {
		struct import_file file;

		if (status == 0) {
			status = import_file_open(&file, results, names[i], error);
			if (status == 0)
				printf("%s: %s, %s, %zu rows, imported %s\n", file.name, file.source,
				       file.import.format, file.import.row_count, file.imported);
			import_file_free(&file);
		}
		free(names[i]);
	}
	free(names);
	return status;
}

static int import_show_one(struct importing *importing, const char *results, struct error *error)
{
	struct import_file file;
	int status = import_file_open(&file, results, importing->show, error);

	if (status == 0 && importing->reading.json)
		status = output_json(import_json(&file), error);
	else if (status == 0)
		import_show(stdout, &file, output_colored(stdout, importing->reading.color));
	import_file_free(&file);
	return status;
}

static int import_do(struct importing *importing, int count, char **words, struct error *error)
{
	const char *results = paths_results(importing->reading.results);

	if (count > 1)
		return error_set(error, STATUS_USAGE, "unexpected argument '%s': `aerobench import --help`", words[1]);
	if (importing->list)
		return import_list(results, error);
	if (importing->remove != NULL)
		return import_file_remove(results, importing->remove, error);
	if (importing->show != NULL && count > 0)
		return import_beside_run(&importing->reading, importing->show, words[0], error);
	if (importing->show != NULL)
		return import_show_one(importing, results, error);
	if (count == 0 || importing->request.name == NULL)
		return error_set(error, STATUS_USAGE, "FILE or --as NAME is missing: see 'aerobench import --help'");
	importing->request.path = words[0];
	if (import_file_add(results, &importing->request, error) != 0)
		return error->status;
	importing->show = importing->request.name;
	return import_show_one(importing, results, error);
}

static int import_main(int argc, char **argv)
{
	static const struct option options[] = {{"format", required_argument, NULL, OPTION_FORMAT},
						{"as", required_argument, NULL, OPTION_AS},
						{"map", required_argument, NULL, OPTION_MAP},
						{"unit", required_argument, NULL, OPTION_UNIT},
						{"list", no_argument, NULL, OPTION_LIST},
						{"remove", required_argument, NULL, OPTION_REMOVE},
						{"show", required_argument, NULL, OPTION_SHOW},
						READING_LONG,
						{NULL, 0, NULL, 0}};
	struct importing importing = {0};
	struct error error = {0};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT, options, NULL)) != -1)
		status = parse_option(&importing, option, argv, &error);
	if (status == 0 && importing.reading.help)
		import_help(argv[0]);
	else if (status == 0)
		status = import_do(&importing, argc - optind, argv + optind, &error);
	if (status != 0)
		error_print(&error);
	for (size_t i = 0; i < importing.request.map_count; i++) {
		free(importing.request.maps[i].row);
		free(importing.request.maps[i].point);
	}
	free(importing.request.maps);
	reading_free(&importing.reading);
	return status;
}

COMMAND(import, .summary = "other programs' numbers, to stand beside ours", .run = import_main);
