/* SPDX-License-Identifier: MIT */
/*
 * `aerobench gate --baseline FILE [RUN]`: may this change go in? Reads a run (or makes one), checks that it is whole and
 * exact, holds its counts of instructions against a committed baseline, and says so by its exit status. --update writes
 * the baseline instead, with the reason, and shows what changed. `aerobench gate --base DIR` compares the times of two
 * builds instead: gate_timed_run.h.
 */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "gate_conform.h"
#include "gate_history.h"
#include "gate_measure.h"
#include "gate_timed_run.h"
#include "memory.h"
#include "parse.h"
#include "paths.h"
#include "plan.h"
#include "reading.h"
#include "record.h"
#include "store_file.h"

enum {
	GATE_BASELINE = READING_NS + 1,
	GATE_MEASURE,
	GATE_UPDATE,
	GATE_REASON,
	GATE_STRICT,
	GATE_CONFORMANCE,
	GATE_MARKDOWN,
	GATE_JUNIT,
	GATE_BASE,
	GATE_HEAD,
	GATE_TIMED,
	GATE_MARGIN,
	GATE_PAIRS,
	GATE_SAMPLES,
	GATE_SEED,
	GATE_BUDGET,
	GATE_EVEN_IF_UNFIT,
	GATE_TIMEOUT
};

struct gate_options {
	struct reading reading;
	struct gate_scope scope;
	const char *baseline, *reason, *markdown, *junit, *run;
	bool measure, update, strict, all, conformance;
	struct gate_measured measured; /* by --measure */
	struct gate_timed_command timed;
	bool retimed; /* --timed */
};

static void gate_help(const char *program)
{
	printf("Usage: %s --baseline FILE [OPTION…] [RUN]\n"
	       "       %s --base DIR [OPTION…]\n"
	       "       %s --timed [OPTION…] [RUN [SECOND-RUN]]\n"
	       "Counted: holds the instructions of a run (sim) against a committed baseline. RUN is an id or its "
	       "beginning, a\n"
	       "directory, or latest (the default). Timed: measures two builds as pairs and holds their times against "
	       "each\n"
	       "other; what regresses has to do so again in a second set of pairs. --timed judges such runs again, and "
	       "measures the\n"
	       "second set of a run that lacks it.\n\n"
	       "      --markdown FILE  write a summary for a pull request\n"
	       "      --junit FILE     write the verdicts for a CI system\n"
	       "      --strict         what is inconclusive, new, gone or not compared does not pass\n"
	       "  -a, --all            show what did not change, too\n"
	       "%s\n",
	       program, program, program, reading_help);
	printf(
	    "Counted:\n"
	    "      --baseline FILE  what the points cost, written by --update\n"
	    "      --measure        make the run now, as the baseline's was made\n"
	    "      --timeout TIME   bound on a boot of --measure, on silence (default: 10 and 3 times the expected)\n"
	    "      --conformance    test that the measured programs keep their contract, too\n"
	    "      --update         write the run's counts to FILE instead of judging them, and show the difference\n"
	    "      --reason TEXT    why the counts changed, for --update\n"
	    "Every change is reported. A median or mean that grows by more than 0.5 %% and by more than 2 instructions "
	    "of a "
	    "sample fails,\n"
	    "and so does a maximum where it was the median. A margin in FILE sets another bound, tighter or wider: "
	    "{\"point\":\n"
	    "\"NAME[:PARAM=VALUE…]\" or \"*\", \"statistic\": \"p50\", \"mean\" or \"max\", \"percent\": N, "
	    "\"instructions\": N, \"reason\": TEXT}, the\n"
	    "larger of both; \"judged\": false instead of both numbers: it is reported only; \"subject\": "
	    "\"SYSTEM@MACHINE\": for that one\n"
	    "only. The last that means a point holds.\n\n");
	printf("Timed:\n"
	       "      --base DIR       the programs before the change (a build's bin)\n"
	       "      --head DIR       those after it (default: beside this program)\n"
	       "      --margin P%%      the smallest change that counts (default: learned by aerobench aa)\n"
	       "      --pairs N        one look after N pairs, 6 to %d (default: looks after %zu and %zu)\n"
	       "      --samples N, --seed N, --budget TIME  as for aerobench run; the budget is for each set of pairs\n"
	       "      --even-if-unfit  gate, even where doctor or the A/A self-check says that it means nothing\n"
	       "Location, spread and tail of each point are tested; what fails is significant over all tests, at least "
	       "the\n"
	       "margin, and confirmed. Without -s it is linux@host.\n\n"
	       "Exit status: 0 no regression, 1 a regression or a failed check, 2 usage, broken input, or a file that "
	       "cannot be\n"
	       "written, 3 (--strict) something is inconclusive, 77 nothing was gated: another QEMU, compiler or "
	       "machine; times on a\n"
	       "machine that is unfit, 124 a boot or the conformance tests did not end in time, 130 interrupted.\n",
	       PLAN_RUNS_MAX, stats_looks[0].pairs, stats_looks[STATS_LOOKS - 1].pairs);
}

/* --- Results ------------------------------------------------------------------------------------------------------ */

/* Takes text. */
static void write_file(const char *path, char *text, struct error *error)
{
	store_file_write(path, text, strlen(text), error);
	free(text);
}

static void tell_remedy(const struct gate_options *options, const struct gate *gate)
{
	if (gate->correct && gate->tally.count[STATS_REGRESSED] > 0)
		printf("\nIf the growth is meant, commit it with its reason: aerobench gate --baseline %s --update "
		       "--reason TEXT %s\n",
		       options->baseline, gate->summary->store->id);
	else if (gate->correct && gate->tally.count[STATS_IMPROVED] > 0)
		printf("\n%zu improved by more than the margin. So that this is not lost again: aerobench gate "
		       "--baseline %s --update --reason TEXT %s\n",
		       gate->tally.count[STATS_IMPROVED], options->baseline, gate->summary->store->id);
	else if (gate->tally.count[STATS_SKIPPED] > 0 && gate->correct)
		printf("\nSkipped is not passed: gate with what the baseline was made with, or write one for this "
		       "machine by --update.\n");
}

static int tell_all(const struct gate_options *options, const struct gate *gate, const struct gate_advice *advice,
		    struct error *error)
{
	enum status verdict = gate_status(gate, options->strict);
	json_t *json;

	/* Each is tried, whatever became of the one before: a bad path must not hide the verdict. */
	if (options->markdown != NULL)
		write_file(options->markdown,
			   gate_advice_append(advice, gate_markdown(gate, options->baseline, verdict)), error);
	if (options->junit != NULL)
		write_file(options->junit, gate_junit(gate, options->strict), error);
	if (options->reading.json) {
		json = gate_json(gate, options->baseline, verdict);
		json_object_set_new(json, "history", gate_advice_json(advice));
		output_json(json, error);
	} else {
		reading_heading(stdout, gate->summary);
		gate_print(gate, stdout, options->all, output_colored(stdout, options->reading.color));
		tell_remedy(options, gate);
		gate_advice_print(advice, stdout, "  ");
		output_finish(error);
	}
	return error->status != STATUS_OK ? (int)error->status : (int)verdict;
}

static int tell(const struct gate_options *options, const struct gate *gate, struct error *error)
{
	const struct store_plan *plan = &gate->summary->store->plan;
	struct gate_advice advice;
	int status;

	gate_advice_make(&advice, plan->subjects, plan->subject_count);
	status = tell_all(options, gate, &advice, error);
	gate_advice_free(&advice);
	return status;
}

/* --- Update ------------------------------------------------------------------------------------------------------- */

/* The new baseline is only what has passed the checks and differs. */
static int update(const struct gate_options *options, struct gate *gate, struct error *error)
{
	struct gate_baseline merged;
	bool changed = gate->other_machine || gate->unsummed > 0;
	int status;

	if (!gate->correct) {
		gate_print(gate, stderr, false, false);
		fprintf(stderr, "aerobench: %s was not written: run %s has failed a check\n", options->baseline,
			gate->summary->store->id);
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < gate->finding_count; i++)
		changed |= gate->findings[i].changed || gate->findings[i].verdict == STATS_INCONCLUSIVE;
	gate_print(gate, stdout, options->all, output_colored(stdout, options->reading.color));
	if (!changed) {
		printf("%s is up to date and was not written\n", options->baseline);
		return output_finish(error);
	}
	gate_baseline_merge(&merged, gate->before, gate->after);
	status = gate_baseline_write(&merged, options->baseline, error);
	gate_baseline_free(&merged);
	if (status != 0)
		return status;
	printf("%s written from run %s: %s\n", options->baseline, gate->summary->store->id, options->reason);
	return output_finish(error);
}

/* --- The command -------------------------------------------------------------------------------------------------- */

/* Every subject in scope that has been measured. */
static int conform(const struct gate_options *options, struct gate *gate, struct error *error)
{
	const struct gate_scope *scope = &options->scope;
	int status = 0;

	for (size_t i = 0; i < gate->after->subject_count && status == 0; i++) {
		const char *name = gate->after->subjects[i].name;
		bool wanted = scope->subject_count == 0;

		for (size_t j = 0; j < scope->subject_count; j++)
			wanted |= strcmp(scope->subjects[j], name) == 0;
		if (wanted)
			status = gate_conform(gate, name, error);
	}
	return status;
}

static int judge(const struct gate_options *options, const struct gate_baseline *before, const char *run,
		 struct error *error)
{
	struct reading whole = options->reading;
	struct gate_baseline after;
	struct summary summary;
	struct store store;
	struct gate gate;
	int status;

	/* Checks are of whole subjects, so the selection is applied to what is judged, not to what is read. */
	whole.select.benchmark_count = 0;
	whole.select.subject_count = 0;
	status = reading_load(&whole, run, &store, &summary, error);
	if (status != 0)
		return status;
	gate_baseline_take(&after, &summary, options->reason);
	status = gate_judge(&gate, before, &after, &summary, &options->scope, error);
	gate.timed_out = options->measured.timed_out;
	if (status == 0 && options->conformance)
		status = conform(options, &gate, error);
	if (status == 0)
		status = options->update ? update(options, &gate, error) : tell(options, &gate, error);
	gate_free(&gate);
	gate_baseline_free(&after);
	reading_unload(&store, &summary);
	return status;
}

static int read_baseline(const struct gate_options *options, struct gate_baseline *before, struct error *error)
{
	*before = (struct gate_baseline){0};
	if (access(options->baseline, F_OK) == 0)
		return gate_baseline_read(before, options->baseline, error);
	if (options->update)
		return 0;
	return error_set(error, STATUS_USAGE,
			 "no baseline %s: write one by: aerobench gate --baseline %s --update --reason TEXT",
			 options->baseline, options->baseline);
}

/* The latest run judges what was measured, which need not be what was built since. */
static void warn_of_other_programs(const struct gate_options *options)
{
	struct error error = {0};
	struct store store;

	/* What cannot be opened is told by who judges it. */
	if (store_open(&store, paths_results(options->reading.results), options->run, &error) != 0)
		return;
	if (record_same_programs(store.run, &error) != 0)
		error_warn("the latest run, %s, is judged, but %s: --measure", store.id, error.text);
	store_close(&store);
}

static int gate_run(struct gate_options *options, struct error *error)
{
	struct gate_measured *measured = &options->measured;
	struct gate_baseline before;
	int status = read_baseline(options, &before, error);

	if (status == 0 && options->measure)
		status = gate_measure(&before, &options->scope, options->reading.results, measured, error);
	else if (status == 0 && strcmp(options->run, "latest") == 0)
		warn_of_other_programs(options);
	if (status == 0)
		status = judge(options, &before, measured->run != NULL ? measured->run : options->run, error);
	free(measured->run);
	gate_baseline_free(&before);
	return status;
}

static bool is_timed(const struct gate_options *options)
{
	const struct gate_timed_command *timed = &options->timed;

	return options->retimed || timed->base != NULL || timed->head != NULL || timed->pairs > 0 ||
	       timed->samples > 0 || timed->seed >= 0 || timed->budget_seconds > 0 || timed->judge.even_if_unfit ||
	       !isnan(timed->judge.margin);
}

static bool only_counted(const struct gate_options *options)
{
	return options->baseline != NULL || options->measure || options->measured.timeout_seconds > 0 ||
	       options->update || options->conformance || options->reason != NULL;
}

/* Options of the timed tier; count: words that are no options. */
static int check_timed(struct gate_options *options, int count, char **words, struct error *error)
{
	const struct reading *reading = &options->reading;
	struct gate_timed_command *timed = &options->timed;

	if (options->retimed == (timed->base != NULL))
		return error_set(error, STATUS_USAGE,
				 "name the programs before the change: aerobench gate --base DIR; or the runs to judge "
				 "again: --timed RUN");
	if (only_counted(options))
		return error_set(error, STATUS_USAGE,
				 "counts and times are gated by two commands: --baseline FILE, and --base DIR");
	if (count > (options->retimed ? 2 : 0))
		return error_set(error, STATUS_USAGE, "unexpected argument '%s'", words[options->retimed ? 2 : 0]);
	if (options->retimed && (timed->head != NULL || timed->pairs > 0 || timed->samples > 0 || timed->seed >= 0 ||
				 reading->select.benchmark_count > 0 || reading->select.subject_count > 0))
		return error_set(error, STATUS_USAGE, "--timed judges runs as they are: it selects nothing");
	timed->first = count > 0 ? words[0] : "latest";
	timed->second = count > 1 ? words[1] : NULL;
	timed->subjects = reading->subjects;
	timed->subject_count = reading->select.subject_count;
	timed->benchmarks = reading->benchmarks;
	timed->benchmark_count = reading->select.benchmark_count;
	timed->results = reading->results;
	timed->json = reading->json;
	timed->color = reading->color;
	timed->markdown = options->markdown;
	timed->junit = options->junit;
	timed->strict = options->strict;
	timed->all = options->all;
	return 0;
}

static int check_counted(struct gate_options *options, int count, struct error *error)
{
	const struct reading *reading = &options->reading;

	options->scope = (struct gate_scope){.any_machine = options->update,
					     .benchmarks = reading->benchmarks,
					     .benchmark_count = reading->select.benchmark_count,
					     .subjects = reading->subjects,
					     .subject_count = reading->select.subject_count};
	if (options->baseline == NULL)
		return error_set(error, STATUS_USAGE,
				 "what to hold against what? counts: aerobench gate --baseline FILE; times of two "
				 "builds: --base DIR");
	if (count > 1 || (count == 1 && options->measure))
		return error_set(error, STATUS_USAGE, "at most one RUN, and none with --measure, which makes it");
	if (options->update && (options->reason == NULL || options->reason[strspn(options->reason, " \t\n")] == '\0'))
		return error_set(error, STATUS_USAGE, "--update needs --reason TEXT: why have the counts changed?");
	if (options->update && (reading->json || options->markdown != NULL || options->junit != NULL))
		return error_set(error, STATUS_USAGE,
				 "--update judges nothing: leave out --json, --markdown and --junit");
	if (options->update && (reading->select.benchmark_count > 0 || reading->select.subject_count > 0))
		return error_set(error, STATUS_USAGE,
				 "--update takes the whole run: leave out -b and -s, and measure only what shall be "
				 "written");
	if (!options->measure && options->measured.timeout_seconds > 0)
		return error_set(error, STATUS_USAGE, "--timeout goes with --measure");
	if (!options->update && options->reason != NULL)
		return error_set(error, STATUS_USAGE, "--reason goes with --update");
	return 0;
}

static int timed_option(struct gate_options *options, int option, char **argv, struct error *error)
{
	struct gate_timed_command *timed = &options->timed;
	int64_t number = 0;
	int status = 0;

	switch (option) {
	case GATE_BASE:
		timed->base = optarg;
		return 0;
	case GATE_HEAD:
		timed->head = optarg;
		return 0;
	case GATE_TIMED:
		options->retimed = true;
		return 0;
	case GATE_EVEN_IF_UNFIT:
		timed->judge.even_if_unfit = true;
		return 0;
	case GATE_MARGIN:
		return parse_percentage("margin", optarg, &timed->judge.margin, error);
	case GATE_PAIRS:
		status = parse_number("pairs", optarg, STATS_PAIRS_MIN, PLAN_RUNS_MAX, &number, error);
		timed->pairs = (unsigned)number;
		return status;
	case GATE_SAMPLES:
		status = parse_number("samples", optarg, 1, PLAN_SAMPLES_MAX, &number, error);
		timed->samples = (unsigned)number;
		return status;
	case GATE_SEED:
		return parse_number("seed", optarg, 0, INT64_MAX, &timed->seed, error);
	case GATE_BUDGET:
		return parse_duration("budget", optarg, &timed->budget_seconds, error);
	default:
		return reading_option(&options->reading, option, argv, error);
	}
}

static int gate_option(struct gate_options *options, int option, char **argv, struct error *error)
{
	switch (option) {
	case 'a':
		options->all = true;
		return 0;
	case GATE_BASELINE:
		options->baseline = optarg;
		return 0;
	case GATE_MEASURE:
		options->measure = true;
		return 0;
	case GATE_CONFORMANCE:
		options->conformance = true;
		return 0;
	case GATE_UPDATE:
		options->update = true;
		return 0;
	case GATE_REASON:
		options->reason = optarg;
		return 0;
	case GATE_STRICT:
		options->strict = true;
		return 0;
	case GATE_MARKDOWN:
		options->markdown = optarg;
		return 0;
	case GATE_TIMEOUT:
		return parse_duration("timeout", optarg, &options->measured.timeout_seconds, error);
	case GATE_JUNIT:
		options->junit = optarg;
		return 0;
	default:
		return timed_option(options, option, argv, error);
	}
}

static int gate_main(int argc, char **argv)
{
	static const struct option long_options[] = {READING_LONG,
						     {"baseline", required_argument, NULL, GATE_BASELINE},
						     {"measure", no_argument, NULL, GATE_MEASURE},
						     {"timeout", required_argument, NULL, GATE_TIMEOUT},
						     {"conformance", no_argument, NULL, GATE_CONFORMANCE},
						     {"update", no_argument, NULL, GATE_UPDATE},
						     {"reason", required_argument, NULL, GATE_REASON},
						     {"strict", no_argument, NULL, GATE_STRICT},
						     {"all", no_argument, NULL, 'a'},
						     {"markdown", required_argument, NULL, GATE_MARKDOWN},
						     {"junit", required_argument, NULL, GATE_JUNIT},
						     {"base", required_argument, NULL, GATE_BASE},
						     {"head", required_argument, NULL, GATE_HEAD},
						     {"timed", no_argument, NULL, GATE_TIMED},
						     {"margin", required_argument, NULL, GATE_MARGIN},
						     {"pairs", required_argument, NULL, GATE_PAIRS},
						     {"samples", required_argument, NULL, GATE_SAMPLES},
						     {"seed", required_argument, NULL, GATE_SEED},
						     {"budget", required_argument, NULL, GATE_BUDGET},
						     {"even-if-unfit", no_argument, NULL, GATE_EVEN_IF_UNFIT},
						     {NULL, 0, NULL, 0}};
	struct gate_options options = {.run = "latest", .timed = {.judge = {.margin = NAN}, .seed = -1}};
	struct error error = {0};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, READING_SHORT "a", long_options, NULL)) != -1)
		status = gate_option(&options, option, argv, &error);
	if (optind < argc)
		options.run = argv[optind];
	if (status == 0 && options.reading.help) {
		gate_help(argv[0]);
	} else if (status == 0 && is_timed(&options)) {
		options.timed.argc = argc;
		options.timed.argv = argv;
		status = check_timed(&options, argc - optind, argv + optind, &error);
		if (status == 0)
			status = gate_timed_command(&options.timed, &error);
	} else if (status == 0) {
		status = check_counted(&options, argc - optind, &error);
		if (status == 0)
			status = gate_run(&options, &error);
	}
	/* 1 is a verdict, for which a file that cannot be written or a program that is not there must not pass. */
	if (error.status == STATUS_FAILED)
		error.status = STATUS_USAGE;
	if (error.status != STATUS_OK)
		status = error_print(&error);
	reading_free(&options.reading);
	return status;
}

COMMAND(gate, .summary = "may this change go in: counts against a baseline, times of two builds", .run = gate_main);
