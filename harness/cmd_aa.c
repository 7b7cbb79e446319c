/* SPDX-License-Identifier: MIT */
/*
 * `aerobench aa`: measures subjects against themselves and says how often the tests of a comparison alarm here without a
 * cause. What it finds is stored, and decides whether tier 2 of the gate may arm and by which margins (aa.h).
 */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aa.h"
#include "aa_check.h"
#include "aa_measure.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "stats_pair.h"
#include "stats_plan.h"
#include "subject.h"

enum { OPTION_PAIRS = 0x2000, OPTION_SETS, OPTION_FROM, OPTION_FILE, OPTION_BUILD, OPTION_PASS };
/* As many pairs as the gate's first look (stats_looks): so that one of up to 1,638 tests can alarm after Holm. */
enum { PAIRS_DEFAULT = 16, PAIRS_MAX = 100, SETS_MAX = 500 };

struct aa_options {
	struct reading reading;
	size_t pairs, sets;
	const char *from; /* NULL: measure */
	const char *file; /* NULL: aa_path() */
	struct aa_measure measure;
};

/* Options that go to `aerobench run` as they are. */
static const char *const aa_passed[] = {"samples", "warmup", "seed", "cpus", "timeout", "words"};

static void aa_help(const char *program)
{
	printf(
	    "Usage: %s [OPTION…] -s SUBJECT…\n"
	    "  or:  %s [OPTION…] --from RUN\n"
	    "Pairs each subject with itself and counts how often the tests of a comparison alarm without a cause;\n"
	    "learns the margins below which a change here is noise. With --build the two sides are two builds of one\n"
	    "commit, so that another layout of the same code is part of the noise; a second build with another "
	    "layout:\n"
	    "cmake -B build/layout -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-falign-loops=32\n\n"
	    "      --pairs N      pairs of a set, as many as a comparison will have, %d to %d (default: %d)\n"
	    "      --sets N       comparisons, %d to %d (default: %d; margins take %d, over all checks)\n"
	    "      --from RUN     evaluate this run instead of measuring\n"
	    "      --build NAME=DIR  the other side is this build; given twice: both sides are\n"
	    "      --file FILE    where checks are kept (default: results/history/aa/MACHINE.jsonl)\n"
	    "      --samples N, --warmup N, --seed N, --cpus N, --timeout TIME  as for aerobench run\n"
	    "      --dry-run      tell what would run and how long it would take\n"
	    "%s\n"
	    "Exit status: 0 tier 2 of the gate may arm, 1 it may not, or measuring failed, 2 usage or too few boots,\n"
	    "77 nothing can run here.\n",
	    program, program, STATS_PAIRS_MIN, PAIRS_MAX, PAIRS_DEFAULT, AA_SETS_MIN, SETS_MAX, AA_SETS_MIN,
	    STATS_MARGIN_HISTORY, reading_help);
}

/* --- Options ------------------------------------------------------------------------------------------------------ */

static int number_parse(size_t *number, const char *name, const char *text, size_t least, size_t most,
			struct error *error)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < least || value > most)
		return error_set(error, STATUS_USAGE, "--%s '%s' is not a whole number from %zu to %zu", name, text,
				 least, most);
	*number = value;
	return 0;
}

static int option_take(struct aa_options *options, int option, char **argv, struct error *error)
{
	switch (option) {
	case OPTION_PAIRS:
		return number_parse(&options->pairs, "pairs", optarg, STATS_PAIRS_MIN, PAIRS_MAX, error);
	case OPTION_SETS:
		return number_parse(&options->sets, "sets", optarg, AA_SETS_MIN, SETS_MAX, error);
	case OPTION_FROM:
		options->from = optarg;
		return 0;
	case OPTION_FILE:
		options->file = optarg;
		return 0;
	case OPTION_BUILD:
		if (options->measure.build_count == 2)
			return error_set(error, STATUS_USAGE, "two sides: at most two --build");
		options->measure.builds[options->measure.build_count++] = optarg;
		return 0;
	case 'n':
		options->measure.dry_run = true;
		return 0;
	default:
		break;
	}
	if (option < OPTION_PASS)
		return reading_option(&options->reading, option, argv, error);
	aa_measure_pass(&options->measure, aa_passed[option - OPTION_PASS], optarg);
	return 0;
}

static int options_check(const struct aa_options *options, int argc, char **argv, struct error *error)
{
	if (optind < argc)
		return error_set(error, STATUS_USAGE, "unexpected argument '%s': a run is named by --from",
				 argv[optind]);
	if (options->from == NULL && options->reading.select.subject_count == 0)
		return error_set(error, STATUS_USAGE, "name what to measure by -s, or a run by --from");
	for (size_t i = 0; options->from == NULL && i < options->reading.select.subject_count; i++) {
		struct subject subject;

		if (subject_parse(&subject, options->reading.subjects[i], error) != 0)
			return (int)error->status;
		if (!subject_is_timed(&subject))
			return error_set(error, STATUS_USAGE,
					 "%s counts instructions, which repeat exactly: nothing alarms by chance there",
					 subject.name);
	}
	if (options->from != NULL &&
	    (options->measure.build_count > 0 || options->measure.passed_count > 0 || options->measure.dry_run))
		return error_set(error, STATUS_USAGE, "--from measures nothing: leave the options of measuring out");
	return 0;
}

static int options_parse(struct aa_options *options, int argc, char **argv, struct error *error)
{
	static const struct option table[] = {READING_LONG,
					      {"pairs", required_argument, NULL, OPTION_PAIRS},
					      {"sets", required_argument, NULL, OPTION_SETS},
					      {"from", required_argument, NULL, OPTION_FROM},
					      {"file", required_argument, NULL, OPTION_FILE},
					      {"build", required_argument, NULL, OPTION_BUILD},
					      {"dry-run", no_argument, NULL, 'n'},
					      {"samples", required_argument, NULL, OPTION_PASS},
					      {"warmup", required_argument, NULL, OPTION_PASS + 1},
					      {"seed", required_argument, NULL, OPTION_PASS + 2},
					      {"cpus", required_argument, NULL, OPTION_PASS + 3},
					      {"timeout", required_argument, NULL, OPTION_PASS + 4},
					      {"words", required_argument, NULL, OPTION_PASS + 5},
					      {NULL, 0, NULL, 0}};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT, table, NULL)) != -1)
		status = option_take(options, option, argv, error);
	if (status != 0 || options->reading.help)
		return status;
	return options_check(options, argc, argv, error);
}

static void options_free(struct aa_options *options)
{
	aa_measure_free(&options->measure);
	reading_free(&options->reading);
}

/* --- Evaluating --------------------------------------------------------------------------------------------------- */

/* What the command prints when it is done. */
struct outcome {
	json_t *checks, *plans; /* plans: of --dry-run */
	bool armed;
	bool headed; /* the run's heading is there */
};

static int store_check(const struct aa_options *options, const struct aa_check *check, json_t *line,
		       struct aa_record *record, struct error *error)
{
	char *path = options->file != NULL ? memory_text(options->file) : aa_path(check->subject);
	int status = aa_append(path, line, error);

	if (status == 0)
		status = aa_load(record, path, check->machine, check->subject, error);
	free(path);
	return status;
}

static int evaluate_pair(const struct aa_options *options, const struct summary *summary, const char *a, const char *b,
			 struct outcome *outcome, struct error *error)
{
	struct aa_check check;
	struct aa_record record = {0};
	int status = aa_check_make(&check, summary, a, b, options->pairs, error);

	if (status == 0) {
		json_t *line = aa_check_json(&check);

		status = store_check(options, &check, line, &record, error);
		outcome->armed &= check.all.armed;
		json_array_append_new(outcome->checks, line);
	}
	if (status == 0 && !options->reading.json && !outcome->headed)
		reading_heading(stdout, summary);
	outcome->headed = true;
	if (status == 0 && !options->reading.json)
		aa_check_print(stdout, &check, &record, output_colored(stdout, options->reading.color));
	aa_free(&record);
	aa_check_free(&check);
	return status;
}

/* The other build of the same subject in the plan, or the subject itself; NULL: it is the other build of one before. */
static const char *partner(const struct store_plan *plan, size_t place)
{
	struct subject subject, other;
	const char *found = plan->subjects[place];

	if (subject_parse(&subject, plan->subjects[place], NULL) != 0)
		return NULL;
	subject_set_build(&subject, "");
	for (size_t i = 0; i < plan->subject_count; i++) {
		if (i == place || subject_parse(&other, plan->subjects[i], NULL) != 0)
			continue;
		subject_set_build(&other, "");
		if (strcmp(other.name, subject.name) != 0)
			continue;
		if (i < place)
			return NULL;
		found = plan->subjects[i];
	}
	return found;
}

static bool wanted(const struct aa_options *options, const char *subject)
{
	const struct summary_select *select = &options->reading.select;

	for (size_t i = 0; i < select->subject_count; i++) {
		if (strcmp(select->subjects[i], subject) == 0)
			return true;
	}
	return options->from == NULL || select->subject_count == 0;
}

static bool timed(const char *name)
{
	struct subject subject;

	return subject_parse(&subject, name, NULL) == 0 && subject_is_timed(&subject);
}

/* Every subject of the run, or the ones that were named. What was not named and counts instructions is left out. */
static int evaluate(const struct aa_options *options, const char *run, struct outcome *outcome, struct error *error)
{
	struct reading whole = options->reading;
	struct summary summary;
	struct store store;
	size_t found = 0;
	int status;

	outcome->headed = false;
	whole.select.subject_count = 0;
	status = reading_load(&whole, run, &store, &summary, error);
	if (status != 0)
		return status;
	status = reading_refuse_cut(&store, NULL, error);
	for (size_t i = 0; i < store.plan.subject_count && status == 0; i++) {
		const char *subject = store.plan.subjects[i], *other = partner(&store.plan, i);
		bool named = options->from != NULL && options->reading.select.subject_count > 0;

		if (other == NULL || !wanted(options, subject) || (!named && !timed(subject)))
			continue;
		status = evaluate_pair(options, &summary, subject, other, outcome, error);
		found++;
	}
	if (status == 0 && found == 0)
		status = error_set(error, STATUS_USAGE, "run %s has no timed subject of these", store.id);
	reading_unload(&store, &summary);
	return status;
}

static int aa_run(struct aa_options *options, struct outcome *outcome, struct error *error)
{
	const struct reading *reading = &options->reading;
	int status = 0;

	if (options->from != NULL)
		return evaluate(options, options->from, outcome, error);
	options->measure.pairs = options->pairs * options->sets;
	options->measure.plans = options->measure.dry_run && reading->json ? outcome->plans : NULL;
	if (reading->results != NULL)
		aa_measure_pass(&options->measure, "results", reading->results);
	for (size_t i = 0; i < reading->select.benchmark_count; i++)
		aa_measure_pass(&options->measure, "benchmark", reading->benchmarks[i]);
	for (size_t i = 0; i < reading->select.subject_count && status == 0; i++) {
		char *run = NULL;

		status = aa_measure(&options->measure, reading->subjects[i], &run, error);
		if (status == 0 && !options->measure.dry_run)
			status = evaluate(options, run, outcome, error);
		free(run);
	}
	return status;
}

static json_t *outcome_json(const struct outcome *outcome, bool dry_run)
{
	return dry_run ? json_pack("{s:s, s:O}", "schema", "aerobench.aa_plans/1", "plans", outcome->plans)
		       : json_pack("{s:s, s:O}", "schema", "aerobench.aa_checks/1", "checks", outcome->checks);
}

static int aa_main(int argc, char **argv)
{
	struct aa_options options = {.pairs = PAIRS_DEFAULT, .sets = AA_SETS_MIN};
	struct outcome outcome = {.checks = json_array(), .plans = json_array(), .armed = true};
	struct error error = {0};
	int status = options_parse(&options, argc, argv, &error);

	if (status == 0 && options.reading.help) {
		aa_help(argv[0]);
	} else if (status == 0) {
		status = aa_run(&options, &outcome, &error);
		if (status == 0 && options.reading.json)
			status = output_json(outcome_json(&outcome, options.measure.dry_run), &error);
		else if (status == 0)
			status = output_finish(&error);
	}
	if (status != 0)
		error_print(&error);
	else if (!options.reading.help && !outcome.armed)
		status = STATUS_FAILED;
	json_decref(outcome.checks);
	json_decref(outcome.plans);
	options_free(&options);
	return status;
}

COMMAND(aa, .summary = "how often comparisons alarm here without a cause", .run = aa_main);
