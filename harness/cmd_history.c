/* SPDX-License-Identifier: MIT */
/*
 * `aerobench history`: appends runs to the history of their machine, and shows how points have moved since. Advice, not
 * a verdict: `aerobench gate` decides.
 */
#include "command.h"

#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gate_baseline.h"
#include "history.h"
#include "history_draw.h"
#include "memory.h"
#include "paths.h"
#include "reading.h"
#include "table.h"

enum { HISTORY_FILE = READING_NS + 1, HISTORY_PLOT, HISTORY_MARKS = 24 };

struct history_options {
	struct reading reading;
	const char *file;
	const char *output; /* --output; NULL: build/figures */
	bool plot;
};

static void history_help(const char *program)
{
	printf("Usage: %s add [OPTION…] [RUN]\n"
	       "       %s [OPTION…] [NAME[:PARAM=VALUE…]…]\n"
	       "Appends a run (default: latest) to the history of the machines it ran on; or shows the history of "
	       "points, with\n"
	       "the changes of level that stand out of its noise (at least %d entries on each side). With a name every "
	       "entry is\n"
	       "listed.\n\n"
	       "      --file FILE    this history (default: results/history/MACHINE.jsonl)\n"
	       "      --plot         draws them too, changes marked: history.svg, at most %d series\n"
	       "  -o, --output DIR   where to (default: build/figures in the project)\n"
	       "%s\n"
	       "Exit status: 0, 1 a subject has failed boots or the file cannot be written, 2 usage or broken input, "
	       "77 gnuplot\n"
	       "is missing.\n",
	       program, program, STATS_CHANGE_SIDE, HISTORY_PANELS_MAX, reading_help);
}

/* --- Adding -------------------------------------------------------------------------------------------------------- */

/* The file of a subject: --file, or results/history/MACHINE.jsonl, whose directory is made. Allocated. */
static int file_of(const struct history_options *options, const char *subject, char **path, struct error *error)
{
	char *directory;
	const char *at = strchr(subject, '@');
	int status = 0;

	if (options->file != NULL) {
		*path = memory_text(options->file);
		return 0;
	}
	directory = paths_in_root("results/history");
	if (mkdir(directory, 0777) != 0 && errno != EEXIST)
		status = error_set_errno(error, STATUS_FAILED, "cannot create", directory);
	*path = memory_format("%s/%.*s.jsonl", directory, at != NULL ? (int)strcspn(at + 1, ":") : 0,
			      at != NULL ? at + 1 : "");
	free(directory);
	return status;
}

static int add_subject(const struct history_options *options, const struct summary *summary, const char *subject,
		       bool *failed, struct error *error)
{
	json_t *line = history_entry_make(summary, subject);
	size_t appended;
	char *path;
	int status;

	if (line == NULL) {
		error_warn("%s: run %s has no numbers of it, or a failed boot: not added", subject, summary->store->id);
		*failed = true;
		return 0;
	}
	status = file_of(options, subject, &path, error);
	if (status == 0)
		status = history_append(path, &line, 1, &appended, error);
	if (status == 0)
		printf("%s: run %s %s %s\n", subject, summary->store->id, appended > 0 ? "added to" : "is already in",
		       paths_recorded(path));
	free(path);
	json_decref(line);
	return status;
}

static int add(const struct history_options *options, const char *run, struct error *error)
{
	struct reading whole = options->reading;
	struct summary summary;
	struct store store;
	bool failed = false;
	int status;

	whole.select.benchmark_count = 0; /* of a run everything is kept */
	status = reading_load(&whole, run, &store, &summary, error);
	if (status != 0)
		return status;
	for (size_t i = 0; i < store.plan.subject_count && status == 0; i++) {
		const char *subject = store.plan.subjects[i];
		bool wanted = whole.select.subject_count == 0;

		for (size_t j = 0; j < whole.select.subject_count; j++)
			wanted |= strcmp(whole.select.subjects[j], subject) == 0;
		if (wanted)
			status = reading_refuse_cut(&store, subject, error);
		if (wanted && status == 0)
			status = add_subject(options, &summary, subject, &failed, error);
	}
	if (status == 0)
		status = output_finish(error);
	reading_unload(&store, &summary);
	return status != 0 ? status : failed ? STATUS_FAILED : STATUS_OK;
}

/* --- Showing -------------------------------------------------------------------------------------------------------- */

/* The last medians between their minimum and maximum, as eight heights. Allocated. */
static char *trend(const struct history_series *series)
{
	static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	size_t first = series->count > HISTORY_MARKS ? series->count - HISTORY_MARKS : 0, size;
	double low = INFINITY, high = -INFINITY;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = first; i < series->count; i++) {
		low = fmin(low, series->values[i].p50);
		high = fmax(high, series->values[i].p50);
	}
	for (size_t i = first; i < series->count; i++) {
		double place = high > low ? (series->values[i].p50 - low) / (high - low) : 0;

		fputs(heights[(size_t)(place * 7.999)], file);
	}
	fclose(file);
	return text;
}

static void show_changes(const struct history_series *series)
{
	for (size_t i = 0; i < series->change_count; i++) {
		const struct stats_change *change = &series->changes[i];
		const struct history_entry *entry = series->values[change->at].entry;

		printf("%s %s%s%s: changed by %+.3g %% at commit %s, run %s (p = %.3g)\n", series->subject,
		       series->benchmark, series->params[0] != '\0' ? " " : "", series->params,
		       100 * (exp(change->shift.estimate) - 1), entry->commit, entry->run, change->p);
	}
}

static void show_table(const struct history_series *series, size_t count, bool bold)
{
	static const char *const headings[] = {"",       "entries", "first p50", "last p50", "change",
					       "lowest", "highest", "steps",     "trend"};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
	const char *subject = "", *machine = "";
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < count; i++) {
		const struct history_series *one = &series[i];
		double first = one->values[0].p50, last = one->values[one->count - 1].p50, low = first, high = first;
		char *section = memory_format("%s, configuration %s, %s", one->subject, one->machine, one->unit);
		char *marks = trend(one);

		if (strcmp(subject, one->subject) != 0 || strcmp(machine, one->machine) != 0)
			table_section(&table, section);
		subject = one->subject;
		machine = one->machine;
		for (size_t j = 0; j < one->count; j++) {
			low = fmin(low, one->values[j].p50);
			high = fmax(high, one->values[j].p50);
		}
		table_format(&table, "%s%s%s", one->benchmark, one->params[0] != '\0' ? " " : "", one->params);
		table_format(&table, "%zu", one->count);
		table_number(&table, first);
		table_number(&table, last);
		if (first > 0 && last != first)
			table_format(&table, "%+.3g %%", 100 * (last / first - 1));
		else
			table_cell(&table, "–");
		table_number(&table, low);
		table_number(&table, high);
		if (strcmp(one->unit, "instructions") == 0)
			table_format(&table, "%zu", one->steps);
		else
			table_cell(&table, "–");
		table_cell(&table, marks);
		free(marks);
		free(section);
	}
	table_print(&table, stdout, bold);
	table_free(&table);
}

static void show_entries(const struct history_series *series)
{
	printf("\n%s %s%s%s, configuration %s, %s\n", series->subject, series->benchmark,
	       series->params[0] != '\0' ? " " : "", series->params, series->machine, series->unit);
	for (size_t i = 0; i < series->count; i++) {
		const struct history_value *value = &series->values[i];
		char p50[64], iqr[64], max[64];

		printf("  %s  %-20s  %s  p50 %s  IQR %s  max %s  %s\n", value->entry->created, value->entry->commit,
		       value->entry->run, output_number(p50, sizeof(p50), value->p50),
		       output_number(iqr, sizeof(iqr), value->iqr), output_number(max, sizeof(max), value->max),
		       value->entry->fitness);
	}
}

static int read_files(const struct history_options *options, struct history *history, struct error *error)
{
	char *pattern;
	glob_t files = {0};
	int status = 0;

	if (options->file != NULL)
		return history_read(history, options->file, error);
	pattern = paths_in_root("results/history/*.jsonl");
	if (glob(pattern, 0, NULL, &files) != 0)
		status = error_set(error, STATUS_USAGE, "no history %s: begin one by: aerobench history add",
				   paths_recorded(pattern));
	for (size_t i = 0; i < files.gl_pathc && status == 0; i++)
		status = history_read(history, files.gl_pathv[i], error);
	globfree(&files);
	free(pattern);
	return status;
}

/* Entries of subjects that -s does not name go. */
static void select_subjects(const struct reading *reading, struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->count; i++) {
		bool wanted = reading->select.subject_count == 0;

		for (size_t j = 0; j < reading->select.subject_count; j++)
			wanted |= strcmp(reading->subjects[j], history->entries[i].subject) == 0;
		if (wanted)
			history->entries[kept++] = history->entries[i];
		else
			json_decref(history->entries[i].json);
	}
	history->count = kept;
}

static int plot_series(const struct history_options *options, const struct history_series *series, size_t count,
		       struct error *error)
{
	char *directory = options->output != NULL ? memory_text(options->output) : paths_in_root("build/figures");
	int status = history_draw(series, count, directory, "history", error);

	if (status == 0 && !options->reading.json)
		printf("%s/history.svg\n", directory);
	free(directory);
	return status;
}

static int show_series(const struct reading *reading, const struct history_series *series, size_t count, bool listed,
		       struct error *error)
{
	if (reading->json)
		return output_json(history_json(series, count), error);
	show_table(series, count, output_colored(stdout, reading->color));
	for (size_t i = 0; i < count && listed; i++)
		show_entries(&series[i]);
	putchar('\n');
	for (size_t i = 0; i < count; i++)
		show_changes(&series[i]);
	puts("Changes are advice: a history mixes the program with what happened to the computer. steps: how often a "
	     "count "
	     "of\ninstructions differed from the one before.");
	return output_finish(error);
}

static int show(const struct history_options *options, char *const *names, size_t name_count, struct error *error)
{
	struct history history = {0};
	struct history_series *series = NULL;
	size_t count = 0;
	int status = read_files(options, &history, error);

	if (status == 0) {
		select_subjects(&options->reading, &history);
		history_sort(&history);
		count = history_series_make(&history, names, name_count, &series);
		if (count == 0)
			status = error_set(error, STATUS_USAGE,
					   "the history has no such point: see aerobench history without a name");
		else
			status = show_series(&options->reading, series, count, name_count > 0, error);
		if (status == 0 && options->plot)
			status = plot_series(options, series, count, error);
	}
	history_series_free(series, count);
	history_free(&history);
	return status;
}

/* --- The command ----------------------------------------------------------------------------------------------------- */

static int dispatch(const struct history_options *options, int count, char **words, struct error *error)
{
	const struct reading *reading = &options->reading;
	size_t all = reading->select.benchmark_count + (size_t)count;
	char **names;
	int status;

	if (count > 0 && strcmp(words[0], "add") == 0) {
		if (count > 2 || reading->select.benchmark_count > 0 || reading->json)
			return error_set(error, STATUS_USAGE,
					 "add takes one RUN as a whole: aerobench history add [RUN]");
		return add(options, count > 1 ? words[1] : "latest", error);
	}
	names = memory_new(all, sizeof(*names));
	for (size_t i = 0; i < all; i++)
		names[i] = i < (size_t)count ? words[i] : reading->benchmarks[i - (size_t)count];
	status = show(options, names, all, error);
	free(names);
	return status;
}

static int history_main(int argc, char **argv)
{
	static const struct option long_options[] = {READING_LONG,
						     {"file", required_argument, NULL, HISTORY_FILE},
						     {"plot", no_argument, NULL, HISTORY_PLOT},
						     {"output", required_argument, NULL, 'o'},
						     {NULL, 0, NULL, 0}};
	struct history_options options = {0};
	struct error error = {0};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT "o:", long_options, NULL)) != -1) {
		if (option == HISTORY_FILE)
			options.file = optarg;
		else if (option == HISTORY_PLOT)
			options.plot = true;
		else if (option == 'o')
			options.output = optarg;
		else
			status = reading_option(&options.reading, option, argv, &error);
	}
	if (status == 0 && options.reading.help)
		history_help(argv[0]);
	else if (status == 0)
		status = dispatch(&options, argc - optind, argv + optind, &error);
	if (error.status != STATUS_OK)
		error_print(&error);
	reading_free(&options.reading);
	return status;
}

COMMAND(history, .summary = "how points have moved, run after run", .run = history_main);
