/* SPDX-License-Identifier: MIT */
/* `aerobench export`: a run in another program's format, to standard output or whole into a file. */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "export.h"
#include "export_row.h"
#include "memory.h"
#include "reading.h"
#include "store_file.h"

enum { OPTION_FORMAT = 0x2000 };

struct exporting {
	struct reading reading;
	const char *format;
	const char *output; /* NULL: standard output */
};

static void export_help(const char *program)
{
	printf("Usage: %s --format FORMAT [OPTION…] [RUN]\n"
	       "Writes a run in another program's format. RUN is an id or its beginning, a directory, or latest (the "
	       "default).\n\n"
	       "      --format FORMAT   what to write:\n",
	       program);
	for (size_t i = 0; i < export_format_count; i++)
		printf("                          %-17s %s\n", export_formats[i].name, export_formats[i].about);
	printf("  -o, --output FILE     where to (default: standard output); a directory gets a file for each row\n"
	       "  -b, --benchmark NAME[:PARAM=VALUE…]  only these benchmarks or points; may be repeated\n"
	       "  -s, --subject SYSTEM@MACHINE         only these subjects; may be repeated\n"
	       "      --ns              ticks as nanoseconds, by the clock's calibrated rate; formats that know time "
	       "only\n                        do so without being asked\n"
	       "      --results DIR     where runs are kept (default: $AEROBENCH_RESULTS or results/runs)\n"
	       "  -h, --help\n");
}

/* Writes a summary into memory first: a file is whole or not there. */
static int export_text(const struct export_format *format, const struct summary *summary, char **text,
		       size_t *len_bytes, struct error *error)
{
	FILE *file = open_memstream(text, len_bytes);
	int status = format->write(file, summary, error);

	fclose(file);
	return status;
}

static int export_file(const struct export_format *format, const struct summary *summary, const char *path,
		       struct error *error)
{
	char *text = NULL;
	size_t len_bytes;
	int status = export_text(format, summary, &text, &len_bytes, error);

	if (status == 0)
		status = store_file_write(path, text, len_bytes, error);
	free(text);
	return status;
}

/* A file for each row: its name with what file systems mind as '_'. */
static int export_directory(const struct export_format *format, const struct summary *summary, const char *directory,
			    struct error *error)
{
	int status = summary->row_count == 0 ? export_nothing(format->name, error) : 0;

	for (size_t i = 0; i < summary->row_count && status == 0; i++) {
		struct summary one = *summary;
		char *name = export_row_name(&summary->rows[i]), *path;

		one.rows = &summary->rows[i];
		one.row_count = 1;
		for (char *at = name; *at != '\0'; at++) {
			if (strchr("/\\:*?\"<>| ,", *at) != NULL || *at < 0x21 || *at > 0x7e)
				*at = '_';
		}
		path = memory_format("%s/%s%s", directory, name, format->suffix);
		status = export_file(format, &one, path, error);
		free(path);
		free(name);
	}
	return status;
}

static int export_standard(const struct export_format *format, const struct summary *summary, struct error *error)
{
	char *text = NULL;
	size_t len_bytes;
	int status = export_text(format, summary, &text, &len_bytes, error);

	if (status == 0) {
		fwrite(text, 1, len_bytes, stdout);
		status = output_finish(error);
	}
	free(text);
	return status;
}

static int export_run(struct exporting *exporting, const char *run, struct error *error)
{
	const struct export_format *format;
	struct store store;
	struct summary summary;
	struct stat facts;
	int status;

	if (exporting->format == NULL)
		return error_set(error, STATUS_USAGE, "--format is missing: see 'aerobench export --help'");
	format = export_find(exporting->format, error);
	if (format == NULL)
		return error->status;
	exporting->reading.select.ns |= format->nanoseconds;
	status = reading_load(&exporting->reading, run, &store, &summary, error);
	if (status != 0)
		return status;
	if (exporting->output == NULL)
		status = export_standard(format, &summary, error);
	else if (stat(exporting->output, &facts) == 0 && S_ISDIR(facts.st_mode))
		status = export_directory(format, &summary, exporting->output, error);
	else
		status = export_file(format, &summary, exporting->output, error);
	reading_unload(&store, &summary);
	return status;
}

static int export_main(int argc, char **argv)
{
	static const struct option options[] = {{"format", required_argument, NULL, OPTION_FORMAT},
						{"output", required_argument, NULL, 'o'},
						READING_LONG,
						READING_NS_LONG,
						{NULL, 0, NULL, 0}};
	struct exporting exporting = {0};
	struct error error = {0};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT "o:", options, NULL)) != -1) {
		if (option == OPTION_FORMAT)
			exporting.format = optarg;
		else if (option == 'o')
			exporting.output = optarg;
		else
			status = reading_option(&exporting.reading, option, argv, &error);
	}
	if (status == 0 && exporting.reading.help)
		export_help(argv[0]);
	else if (status == 0 && exporting.reading.json)
		status = error_set(&error, STATUS_USAGE, "--json is `aerobench show --json`; here it is --format");
	else if (status == 0 && argc - optind > 1)
		status = error_set(&error, STATUS_USAGE, "one RUN at a time");
	else if (status == 0)
		status = export_run(&exporting, optind < argc ? argv[optind] : "latest", &error);
	if (status != 0)
		error_print(&error);
	reading_free(&exporting.reading);
	return status;
}

COMMAND(export, .summary = "a run in other programs' formats", .run = export_main);
