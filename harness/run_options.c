/* SPDX-License-Identifier: MIT */
/* The command line of `aerobench run`: see run_options.h. */
#include "run_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "memory.h"
#include "parse.h"
#include "plan.h"
#include "run_plan.h"
#include "subject.h"

enum {
	RUNS = 256,
	SAMPLES,
	WARMUP,
	SEED,
	CPUS,
	RESUME,
	DRY_RUN,
	BUDGET,
	QUICK,
	JSON,
	TIMEOUT,
	WORDS,
	BUILD,
	UNTIL,
	EVENTS
};

static const struct option long_options[] = {
    {"subject", required_argument, NULL, 's'},
    {"benchmark", required_argument, NULL, 'b'},
    {"build", required_argument, NULL, BUILD},
    {"runs", required_argument, NULL, RUNS},
    {"samples", required_argument, NULL, SAMPLES},
    {"warmup", required_argument, NULL, WARMUP},
    {"seed", required_argument, NULL, SEED},
    {"cpus", required_argument, NULL, CPUS},
    {"resume", required_argument, NULL, RESUME},
    {"dry-run", no_argument, NULL, DRY_RUN},
    {"budget", required_argument, NULL, BUDGET},
    {"until", required_argument, NULL, UNTIL},
    {"quick", no_argument, NULL, QUICK},
    {"results", required_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},
    {"json", no_argument, NULL, JSON},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"events", required_argument, NULL, EVENTS},
    {"words", required_argument, NULL, WORDS}, /* for tests: not in --help */
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

void run_options_help(const char *program)
{
	printf("Usage: %s [OPTION…]\n"
	       "Measures: boots each subject several times, interleaved, and stores the raw samples as a run.\n\n"
	       "  -s, --subject SYSTEM@MACHINE[:OPTION,…]  what to measure; may be repeated (default:",
	       program);
	for (size_t i = 0; i < subject_defaults_count; i++)
		printf(" %s", subject_defaults[i]);
	printf(")\n"
	       "  -b, --benchmark NAME[:PARAM=VALUE…]  which benchmarks; may be repeated (default: all but those\n"
	       "                     that 'aerobench list' marks as run by -b)\n"
	       "      --build NAME=DIR  subjects with the option build=NAME are the programs of DIR (a build's bin)\n"
	       "      --runs N       boots of each subject, 1 to %d (default: %d; subjects that count instructions "
	       "repeat\n"
	       "                     exactly and are booted %d times at most)\n"
	       "      --samples N    per point, 1 to %d (default: by subject, see --dry-run)\n"
	       "      --warmup N     warm-up samples per point, 0 to %d (default: 200 or a tenth of the samples)\n"
	       "      --seed N       order of boots and of points, random delays (default: random, stored)\n"
	       "      --cpus N       of each subject, 1 to %d (default: 2)\n"
	       "      --quick        a smoke run: few samples, few boots\n"
	       "      --until P%%     as many boots as it takes until the 95 %% interval of each median over boots is "
	       "within\n"
	       "                     P %% either way; looked at after %s boots, or at the last of --runs N\n"
	       "      --events LIST  count these too, each point once more in a pass of its own: instructions,\n"
	       "                     cycles, LLC-misses, page-faults … ('aerobench doctor --events'); an event that\n"
	       "                     a system cannot count is reported with the reason, the others are counted\n"
	       "      --budget TIME  at most this long (90s, 5m, 1h): fewer boots of each subject\n"
	       "      --timeout TIME bound on one boot, and on silence (default: 10 and 3 times the expected; -b: 10)\n"
	       "      --dry-run      tell what would run and how long it would take\n"
	       "      --resume RUN   go on with an interrupted run; boots that are done are not repeated\n"
	       "  -o, --results DIR  where runs are kept (default: $AEROBENCH_RESULTS or results/runs)\n"
	       "  -q, --quiet        no progress\n"
	       "      --json         the outcome as JSON\n"
	       "  -h, --help\n\n"
	       "Exit status: 0 all boots good, 1 a boot failed, 2 usage, 77 nothing can run here or\n"
	       "all that was named was skipped, 130 interrupted.\n",
	       PLAN_RUNS_MAX, PLAN_RUNS_DEFAULT, PLAN_SIM_BOOTS, PLAN_SAMPLES_MAX, PLAN_SAMPLES_MAX, SUBJECT_CPUS_MAX,
	       RUN_LOOKS_TEXT);
}

/* --- Values -------------------------------------------------------------------------------------------------------------------- */

static int small_number(const char *option, const char *text, unsigned high, unsigned *value, struct error *error)
{
	int64_t read = 0;
	int status = parse_number(option, text, 1, high, &read, error);

	if (status == 0)
		*value = (unsigned)read;
	return status;
}

static void append(char ***items, size_t *count, char *item)
{
	*items = memory_grow(*items, *count, sizeof(**items));
	(*items)[(*count)++] = item;
}

/* --- Options ------------------------------------------------------------------------------------------------------------------- */

static int take_number(struct run_options *options, int option, const char *text, struct error *error)
{
	switch (option) {
	case RUNS:
		return small_number("runs", text, PLAN_RUNS_MAX, &options->runs, error);
	case SAMPLES:
		return small_number("samples", text, PLAN_SAMPLES_MAX, &options->samples, error);
	case CPUS:
		return small_number("cpus", text, SUBJECT_CPUS_MAX, &options->cpus, error);
	case WARMUP:
		return parse_number("warmup", text, 0, PLAN_SAMPLES_MAX, &options->warmup, error);
	case SEED:
		return parse_number("seed", text, 0, INT64_MAX, &options->seed, error);
	case UNTIL:
		return parse_percentage("until", text, &options->until, error);
	case BUDGET:
		return parse_duration("budget", text, &options->budget_seconds, error);
	default:
		return parse_duration("timeout", text, &options->timeout_seconds, error);
	}
}

static int take(struct run_options *options, int option, char *text, struct error *error)
{
	switch (option) {
	case 's':
		append(&options->subjects, &options->subject_count, text);
		return 0;
	case 'b':
		append(&options->benchmarks, &options->benchmark_count, text);
		return 0;
	case BUILD:
		return build_add(text, error);
	case RESUME:
		options->resume = text;
		return 0;
	case 'o':
		options->results = text;
		return 0;
	case WORDS:
		options->words = text;
		return 0;
	case EVENTS:
		options->events = text;
		return 0;
	case DRY_RUN:
		options->dry_run = true;
		return 0;
	case QUICK:
		options->quick = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case JSON:
		options->json = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	default:
		return take_number(options, option, text, error);
	}
}

/* What only a new run may say: a resumed one has it in its record. */
static bool shapes_the_plan(const struct run_options *options)
{
	return options->subject_count > 0 || options->benchmark_count > 0 || options->runs > 0 ||
	       options->samples > 0 || options->warmup >= 0 || options->seed >= 0 || options->cpus > 0 ||
	       options->until > 0 || options->quick || options->words != NULL || options->events != NULL;
}

int run_options_parse(struct run_options *options, int argc, char **argv, struct error *error)
{
	int option;

	*options = (struct run_options){.warmup = -1, .seed = -1};
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, ":s:b:o:qh", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return parse_refused(option, argv, error);
		if (take(options, option, optarg, error) != 0)
			return STATUS_USAGE;
	}
	if (optind < argc)
		return error_set(error, STATUS_USAGE,
				 "unexpected argument '%s'; name subjects by -s and benchmarks by -b", argv[optind]);
	if (options->resume != NULL && shapes_the_plan(options))
		return error_set(
		    error, STATUS_USAGE,
		    "--resume takes subjects, benchmarks and counts from run '%s'; leave the other options out",
		    options->resume);
	return 0;
}

void run_options_free(struct run_options *options)
{
	free(options->subjects);
	free(options->benchmarks);
}
