/* SPDX-License-Identifier: MIT */
/*
 * `aerobench compare`: two systems on one machine, or two runs of one subject. Without subjects, a run is asked for Linux
 * against the Aerokernel on each machine that has both.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "compare_text.h"
#include "import_file.h"
#include "import_show.h"
#include "memory.h"
#include "paths.h"
#include "reading.h"
#include "shift.h"
#include "subject.h"

/* The smallest change that counts where no history has taught a larger one (measuring.md §6, "Margin is learned"). */
#define COMPARE_MARGIN_DEFAULT 0.03

enum { OPTION_MARGIN = 0x2000, OPTION_DETAILS, OPTION_MARKDOWN, OPTION_SHIFT };

enum form { FORM_TABLES, FORM_DETAILS, FORM_MARKDOWN, FORM_SHIFT };

/* One RUN or RUN:SUBJECT, loaded. */
struct side {
	char *run;
	char *subject; /* NULL: not said */
	struct store store;
	struct summary summary;
	bool loaded;
};

struct comparison {
	struct reading reading;
	enum form form;
	const char *shift;  /* --shift */
	const char *output; /* -o; NULL: build/figures */
	double margin;
	struct side sides[2];
	size_t side_count;
	struct compare *compares;
	size_t compare_count;
	size_t systems; /* the first so many are of two systems, the others of two versions: another table */
};

static void compare_help(const char *program)
{
	printf(
	    "Usage: %s [OPTION…] [RUN]\n"
	    "  or:  %s [OPTION…] -s SUBJECT -s SUBJECT [RUN]\n"
	    "  or:  %s [OPTION…] RUN[:SUBJECT] RUN[:SUBJECT]\n"
	    "  or:  %s [OPTION…] RUN IMPORT\n"
	    "Compares location, spread and tail. With one RUN (default: latest): Linux with the Aerokernel on each\n"
	    "machine that has both and each other build with its subject, or the second subject with the first. With\n"
	    "two: B with A, for each subject in both. An import (aerobench import) stands beside RUN's rows, "
	    "unjudged.\n\n"
	    "      --margin PERCENT  smallest change that counts in a verdict (default: 3)\n"
	    "      --details         every statistic of every row: p10 and deviation too, p values, dependence\n"
	    "      --markdown        tables for a README: ratios of medians, spreads and tails\n"
	    "%s%s",
	    program, program, program, program, reading_ns_help, reading_help);
}

/* --- Sides -------------------------------------------------------------------------------------------------------- */

/* "RUN:SUBJECT" at the colon behind which a subject stands; a path may have colons too. */
static void side_split(struct side *side, const char *text)
{
	struct subject subject;

	*side = (struct side){.run = memory_text(text)};
	for (char *colon = strchr(side->run, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
		if (subject_parse(&subject, colon + 1, NULL) == 0) {
			*colon = '\0';
			side->subject = memory_text(subject.name);
			return;
		}
	}
}

static int side_load(struct comparison *comparison, struct side *side, struct error *error)
{
	int status = reading_load(&comparison->reading, side->run, &side->store, &side->summary, error);

	side->loaded = status == 0;
	if (status == 0 && side->subject != NULL) {
		for (size_t i = 0; i < side->store.plan.subject_count; i++) {
			if (strcmp(side->store.plan.subjects[i], side->subject) == 0)
				return 0;
		}
		status = error_set(error, STATUS_USAGE, "run %s has no subject '%s'; the nearest is '%s'",
				   side->store.id, side->subject,
				   subject_nearest(side->subject, (const char *const *)side->store.plan.subjects,
						   side->store.plan.subject_count));
	}
	return status;
}

static int add(struct comparison *comparison, size_t side_a, const char *a, size_t side_b, const char *b,
	       struct error *error)
{
	struct compare_side from = {&comparison->sides[side_a].summary, a};
	struct compare_side to = {&comparison->sides[side_b].summary, b};
	int status;

	comparison->compares =
	    memory_grow(comparison->compares, comparison->compare_count, sizeof(*comparison->compares));
	status = compare_make(&comparison->compares[comparison->compare_count], from, to, comparison->margin, error);
	if (status == 0)
		comparison->compare_count++;
	return status;
}

/* --- What to compare ---------------------------------------------------------------------------------------------- */

/* Linux with the Aerokernel on the same hardware, or a build with the same subject of the programs beside this one. */
static bool belong_together(const struct subject *a, const struct subject *b, bool systems)
{
	struct subject other = *b;

	if (systems)
		return subject_is_pair(a, b);
	subject_set_build(&other, "");
	return a->build[0] == '\0' && b->build[0] != '\0' && strcmp(a->name, other.name) == 0;
}

/* Every two subjects of the run that belong together and have rows. */
static int add_together(struct comparison *comparison, bool systems, struct error *error)
{
	const struct store_plan *plan = &comparison->sides[0].store.plan;
	const struct summary *summary = &comparison->sides[0].summary;
	int status = 0;

	for (size_t i = 0; i < plan->subject_count; i++) {
		struct subject a, b;

		if (subject_parse(&a, plan->subjects[i], NULL) != 0 || summary_first(summary, a.name) == NULL)
			continue;
		for (size_t j = 0; j < plan->subject_count && status == 0; j++) {
			if (subject_parse(&b, plan->subjects[j], NULL) == 0 && summary_first(summary, b.name) != NULL &&
			    belong_together(&a, &b, systems))
				status = add(comparison, 0, plan->subjects[i], 0, plan->subjects[j], error);
		}
	}
	return status;
}

static int add_all(struct comparison *comparison, struct error *error)
{
	int status = add_together(comparison, true, error);

	comparison->systems = comparison->compare_count;
	if (status == 0)
		status = add_together(comparison, false, error);
	if (status != 0 || comparison->compare_count > 0)
		return status;
	return error_set(
	    error, STATUS_USAGE,
	    "run %s has no machine with numbers of both systems, nor of two builds: name two subjects with "
	    "-s, or two runs",
	    comparison->sides[0].store.id);
}

static int add_named(struct comparison *comparison, struct error *error)
{
	char **subjects = comparison->reading.subjects;
	struct subject a, b;

	if (comparison->reading.select.subject_count != 2)
		return error_set(error, STATUS_USAGE, "name two subjects of one run with -s, or none");
	if (subject_parse(&a, subjects[0], NULL) != 0 || subject_parse(&b, subjects[1], NULL) != 0 ||
	    a.system != b.system)
		comparison->systems = 1;
	return add(comparison, 0, subjects[0], 0, subjects[1], error);
}

/* B with A: the subjects that were named, else each that both have. */
static int add_runs(struct comparison *comparison, struct error *error)
{
	struct side *a = &comparison->sides[0], *b = &comparison->sides[1];

	if (a->subject != NULL || b->subject != NULL)
		return add(comparison, 0, a->subject != NULL ? a->subject : b->subject, 1,
			   b->subject != NULL ? b->subject : a->subject, error);
	for (size_t i = 0; i < a->store.plan.subject_count; i++) {
		const char *subject = a->store.plan.subjects[i];
		int status = 0;

		if (summary_first(&a->summary, subject) != NULL && summary_first(&b->summary, subject) != NULL)
			status = add(comparison, 0, subject, 1, subject, error);
		if (status != 0)
			return status;
	}
	if (comparison->compare_count > 0)
		return 0;
	if (a->store.plan.subject_count == 1 && b->store.plan.subject_count == 1)
		return add(comparison, 0, a->store.plan.subjects[0], 1, b->store.plan.subjects[0], error);
	return error_set(error, STATUS_USAGE, "runs %s and %s have no subject in common: name one each, as RUN:SUBJECT",
			 a->store.id, b->store.id);
}

static int compare_choose(struct comparison *comparison, struct error *error)
{
	if (comparison->side_count == 2)
		return add_runs(comparison, error);
	if (comparison->sides[0].subject != NULL)
		return error_set(error, STATUS_USAGE,
				 "%s has nothing to be compared with: name a second side, as RUN:SUBJECT",
				 comparison->sides[0].subject);
	if (comparison->reading.select.subject_count > 0)
		return add_named(comparison, error);
	return add_all(comparison, error);
}

/* --- Output ------------------------------------------------------------------------------------------------------- */

static int comparison_shift(const struct comparison *comparison, struct error *error)
{
	char *directory = comparison->output != NULL ? memory_text(comparison->output) : paths_in_root("build/figures");
	struct shift_request request = {.compares = comparison->compares,
					.count = comparison->compare_count,
					.benchmark = comparison->shift,
					.directory = directory,
					.seed = comparison->sides[0].store.plan.seed};
	int status = comparison->reading.json
			 ? output_json(shift_report_json(&request), error)
			 : shift_report(stdout, &request, output_colored(stdout, comparison->reading.color), error);

	free(directory);
	return status;
}

static json_t *comparison_json(const struct comparison *comparison)
{
	json_t *array = json_array(), *runs = json_array();

	for (size_t i = 0; i < comparison->compare_count; i++)
		json_array_append_new(array, compare_json(&comparison->compares[i]));
	for (size_t i = 0; i < comparison->side_count; i++) {
		const struct store *store = &comparison->sides[i].store;
		json_t *doctor = json_object_get(store->run, "doctor");

		json_array_append_new(runs, json_pack("{s:s, s:O*, s:O*}", "run", store->id, "verdict",
						      json_object_get(doctor, "verdict"), "machines",
						      json_object_get(doctor, "machines")));
	}
	return json_pack("{s:s, s:o, s:o}", "schema", "aerobench.compare/2", "runs", runs, "comparisons", array);
}

static void comparison_table(const struct comparison *comparison, size_t which, bool bold)
{
	const struct compare *compare = &comparison->compares[which];

	if (comparison->form == FORM_DETAILS)
		compare_print_details(stdout, compare, bold);
	else if (comparison->form == FORM_MARKDOWN)
		compare_print_markdown(stdout, compare);
	else if (which < comparison->systems)
		compare_print_systems(stdout, compare, bold);
	else
		compare_print_versions(stdout, compare, bold);
}

static void comparison_print(const struct comparison *comparison)
{
	bool bold = output_colored(stdout, comparison->reading.color), tables = comparison->form != FORM_MARKDOWN;

	for (size_t i = 0; i < comparison->side_count && tables; i++) {
		if (comparison->side_count > 1)
			printf("%s: ", i == 0 ? "A" : "B");
		reading_heading(stdout, &comparison->sides[i].summary);
	}
	for (size_t i = 0; i < comparison->compare_count; i++)
		comparison_table(comparison, i, bold);
	if (!tables)
		return;
	compare_print_legend(stdout, comparison->compares, comparison->compare_count,
			     comparison->form == FORM_DETAILS || comparison->systems < comparison->compare_count);
	if (comparison->side_count == 1)
		reading_notes(stdout, &comparison->sides[0].summary);
}

/* --- The command -------------------------------------------------------------------------------------------------- */

static int margin_parse(struct comparison *comparison, const char *text, struct error *error)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end != '\0' || !(percent > 0 && percent <= 1000))
		return error_set(error, STATUS_USAGE, "--margin '%s' is not a percentage above 0 and up to 1000", text);
	comparison->margin = percent / 100;
	return 0;
}

static int option_take(struct comparison *comparison, int option, char **argv, struct error *error)
{
	switch (option) {
	case OPTION_MARGIN:
		return margin_parse(comparison, optarg, error);
	case OPTION_DETAILS:
	case OPTION_MARKDOWN:
		comparison->form = option == OPTION_DETAILS ? FORM_DETAILS : FORM_MARKDOWN;
		return 0;
	case OPTION_SHIFT:
		comparison->form = FORM_SHIFT;
		comparison->shift = optarg;
		return reading_option(&comparison->reading, 'b', argv, error);
	case 'o':
		comparison->output = optarg;
		return 0;
	default:
		return reading_option(&comparison->reading, option, argv, error);
	}
}

static int comparison_options(struct comparison *comparison, int argc, char **argv, struct error *error)
{
	static const struct option options[] = {READING_LONG,
						READING_NS_LONG,
						{"margin", required_argument, NULL, OPTION_MARGIN},
						{"details", no_argument, NULL, OPTION_DETAILS},
						{"markdown", no_argument, NULL, OPTION_MARKDOWN},
						{"shift", required_argument, NULL, OPTION_SHIFT},
						{"output", required_argument, NULL, 'o'},
						{NULL, 0, NULL, 0}};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT "o:", options, NULL)) != -1)
		status = option_take(comparison, option, argv, error);
	if (status != 0 || comparison->reading.help)
		return status;
	if (argc - optind > 2)
		return error_set(error, STATUS_USAGE, "at most two sides: RUN[:SUBJECT] RUN[:SUBJECT]");
	if (argc == optind)
		side_split(&comparison->sides[comparison->side_count++], "latest");
	while (optind < argc)
		side_split(&comparison->sides[comparison->side_count++], argv[optind++]);
	if (comparison->side_count == 2 && comparison->reading.select.subject_count > 0)
		return error_set(error, STATUS_USAGE, "-s is for one run; with two write RUN:SUBJECT");
	return 0;
}

static int comparison_run(struct comparison *comparison, struct error *error)
{
	struct side *sides = comparison->sides;
	int status = 0;

	if (comparison->side_count == 2 && import_file_exists(paths_results(comparison->reading.results), sides[1].run))
		return import_beside_run(&comparison->reading, sides[1].run, sides[0].run, error);
	for (size_t i = 0; i < comparison->side_count && status == 0; i++)
		status = side_load(comparison, &comparison->sides[i], error);
	if (status == 0)
		status = compare_choose(comparison, error);
	if (status != 0)
		return status;
	if (comparison->form == FORM_SHIFT) {
		status = comparison_shift(comparison, error);
		return status == 0 ? output_finish(error) : status;
	}
	if (comparison->reading.json)
		return output_json(comparison_json(comparison), error);
	comparison_print(comparison);
	return output_finish(error);
}

static void comparison_free(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->compare_count; i++)
		compare_free(&comparison->compares[i]);
	free(comparison->compares);
	for (size_t i = 0; i < comparison->side_count; i++) {
		struct side *side = &comparison->sides[i];

		if (side->loaded)
			reading_unload(&side->store, &side->summary);
		free(side->run);
		free(side->subject);
	}
	reading_free(&comparison->reading);
}

static int compare_main(int argc, char **argv)
{
	struct comparison comparison = {.margin = COMPARE_MARGIN_DEFAULT};
	struct error error = {0};
	int status = comparison_options(&comparison, argc, argv, &error);

	if (status == 0 && comparison.reading.help)
		compare_help(argv[0]);
	else if (status == 0)
		status = comparison_run(&comparison, &error);
	if (status != 0)
		error_print(&error);
	comparison_free(&comparison);
	return status;
}

COMMAND(compare, .summary = "two systems, or two runs, with intervals and verdicts", .run = compare_main);
