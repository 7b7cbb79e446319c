/* SPDX-License-Identifier: MIT */
/*
 * The reading commands as a user meets them: the program itself is run on a made-up run, and its output, its one line of
 * error and its exit status are looked at. Needs AEROBENCH_BIN, the directory of the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <jansson.h>

#include "memory.h"
#include "sample_run.h"

static struct sample_run run;

/* Runs "aerobench ARGUMENTS" in a shell; its output, stderr behind stdout, and its exit status. */
static char *aerobench(const char *arguments, int *status)
{
	char *command = memory_format("{ AEROBENCH_RESULTS=%s NO_COLOR=1 %s/aerobench %s; } 2>&1", run.results,
				      getenv("AEROBENCH_BIN"), arguments);
	char *text = memory_new(1 << 20, 1);
	FILE *pipe = popen(command, "r");
	size_t len;

	assert_non_null(pipe);
	len = fread(text, 1, (1 << 20) - 1, pipe);
	text[len] = '\0';
	*status = pclose(pipe);
	assert_true(WIFEXITED(*status));
	*status = WEXITSTATUS(*status);
	free(command);
	return text;
}

/* A refusal: this status, and one line that holds each of the words. */
static void assert_refused(const char *arguments, int expected, const char *word)
{
	int status;
	char *text = aerobench(arguments, &status);
	char *newline = strchr(text, '\n');

	if (status != expected || strncmp(text, "aerobench: ", 11) != 0 || newline == NULL || newline[1] != '\0' ||
	    strstr(text, word) == NULL)
		fail_msg("aerobench %s: status %d, wanted %d and '%s' in: %s", arguments, status, expected, word, text);
	free(text);
}

static void assert_prints(const char *arguments, const char *const *words, size_t count)
{
	int status;
	char *text = aerobench(arguments, &status);

	assert_int_equal(status, 0);
	for (size_t i = 0; i < count; i++) {
		if (strstr(text, words[i]) == NULL)
			fail_msg("aerobench %s does not print '%s': %s", arguments, words[i], text);
	}
	free(text);
}

/* What a command that succeeds prints as JSON, of this schema. Released by json_decref(). */
static json_t *json_of(const char *arguments, const char *schema)
{
	int status;
	char *text = aerobench(arguments, &status);
	json_t *json = json_loads(text, 0, NULL);

	assert_int_equal(status, 0);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "schema")), schema);
	free(text);
	return json;
}

/* Two systems on sim, where Linux takes four times the instructions, and on host without a partner, but with a rate. */
static int run_make(void **state)
{
	static const char *const subjects[] = {"aerokernel@sim", "linux@sim", "linux@host"};
	static const uint32_t costs[] = {50, 200, 75};

	(void)state;
	sample_run_open(&run, "aerokernel@sim linux@sim linux@host", 1);
	for (size_t i = 0; i < 3; i++) {
		struct sample_stream stream;

		sample_open(&stream, subjects[i]);
		sample_unit = i < 2 ? "instructions" : "ticks";
		sample_run(&stream, "yield_pair", "place=same", &costs[i], 1, 2000);
		if (i == 2) {
			sample_unit = "permille";
			sample_run(&stream, "zeal", "", &costs[i], 1, 50);
		}
		sample_skip(&stream, "ipi_round", "no such machine");
		sample_run_boot(&run, subjects[i], 0, &stream);
	}
	sample_run_close(&run);
	return getenv("AEROBENCH_BIN") == NULL;
}

static void show_prints_the_verdict_with_the_numbers(void **state)
{
	static const char *const words[] = {"UNFIT",
					    "under test",
					    "aerokernel@sim: instructions per operation",
					    "yield_pair place=same",
					    "1×2000",
					    "skipped: no such machine",
					    "the wait counts as well: an instruction a nanosecond"};

	(void)state;
	assert_prints("show", words, 7);
	assert_prints("show latest -s aerokernel@sim", words, 7);
}

static void show_names_the_unit_of_a_row_that_is_not_the_tables(void **state)
{
	static const char *const words[] = {"linux@host: ticks per operation", "zeal, permille "};

	(void)state;
	assert_prints("show latest -s linux@host", words, 2);
}

static void show_json_is_a_summary(void **state)
{
	json_t *json = json_of("show latest --json", "aerobench.summary/1");
	json_t *results = json_object_get(json, "results");

	(void)state;
	assert_int_equal(json_array_size(results), 4);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(results, 0), "p50")), 50);
	assert_true(json_is_null(json_object_get(json_array_get(results, 0), "p999")));
	json_decref(json);
}

static void compare_puts_linux_beside_the_aerokernel(void **state)
{
	static const char *const words[] = {"linux@sim against aerokernel@sim",
					    "Linux / Aerokernel",
					    "4.00×",
					    "exact",
					    "Linux above Aerokernel beyond doubt: median in 1 of 1",
					    "the wait counts as well: an instruction a nanosecond"};

	(void)state;
	assert_prints("compare", words, 6);
	assert_prints("compare latest -s aerokernel@sim -s linux@sim", words, 6);
	assert_prints("compare latest:aerokernel@sim latest:linux@sim", words + 2, 2);
}

static void compare_has_details_a_table_for_readmes_and_quantiles(void **state)
{
	static const char *const details[] = {"undisturbed: p10", "max, shown only", "effective n / n"};
	static const char *const markdown[] = {"| ratio of medians | of spreads (IQR) |", "|---|---:|", "| 4.00× |"};
	json_t *json = json_of("compare --shift yield_pair --json", "aerobench.shift/1");
	json_t *shift = json_array_get(json_object_get(json, "shifts"), 0);
	json_t *median = json_array_get(json_object_get(shift, "quantiles"),
					json_array_size(json_object_get(shift, "quantiles")) / 2);

	(void)state;
	assert_prints("compare --details", details, 3);
	assert_prints("compare --markdown", markdown, 3);
	assert_true(json_number_value(json_object_get(median, "ratio")) == 4);
	json_decref(json);
}

static void compare_json_has_its_schema(void **state)
{
	json_t *json = json_of("compare --json", "aerobench.compare/2");
	json_t *first = json_array_get(json_object_get(json, "comparisons"), 0);
	json_t *row = json_array_get(json_object_get(first, "results"), 0);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(first, "b")), "linux@sim");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "location"), "ratio")), 4);
	json_decref(json);
}

static void status_of(const char *arguments, int expected, const char *word)
{
	int status;
	char *text = aerobench(arguments, &status);

	assert_int_equal(status, expected);
	assert_non_null(strstr(text, word));
	free(text);
}

static void self_checks_refuse_what_is_none(void **state)
{
	(void)state;
	status_of("aa", 2, "by -s, or a run by --from");
	status_of("aa -s aerokernel@sim", 2, "repeat exactly");
	status_of("aa --from latest", 2, "measure with --runs 320");
	status_of("aa --from latest -s linux@sim", 2, "repeat exactly");
	status_of("aa --from latest --pairs 5", 2, "from 6 to 100");
	status_of("aa --from latest --samples 100", 2, "measures nothing");
	status_of("compare --margin 0", 2, "above 0");
}

static void events_are_listed_as_json_too(void **state)
{
	json_t *json = json_of("doctor --events --json", "aerobench.events/1");
	const json_t *generic = json_object_get(json, "generic");

	(void)state;
	assert_true(json_array_size(generic) > 5 && json_array_size(json_object_get(json, "software")) > 5);
	assert_non_null(json_object_get(json_array_get(generic, 0), "name"));
	json_decref(json);
	status_of("doctor --events", 0, "CONTEXT_SWITCHES");
}

/* What would be measured: two boots a pair, or one of each build. */
static void a_self_check_takes_the_boots_of_its_pairs(void **state)
{
	char *program = memory_format("%s/linux-baseline", getenv("AEROBENCH_BIN")), *builds;
	bool there = access(program, X_OK) == 0;
	json_t *plans;

	(void)state;
	free(program);
	if (!there)
		skip();
	status_of("aa -s linux@host -b yield_pair --samples 50 --pairs 6 --sets 11 --dry-run", 0, "132 boots");
	builds = memory_format("aa -s linux@host -b yield_pair --pairs 7 --dry-run --build other=%s",
			       getenv("AEROBENCH_BIN"));
	status_of(builds, 0, "140 boots");
	status_of(builds, 0, "linux@host:build=other");
	plans = json_of("aa -s linux@host -s linux@host:tuned -b yield_pair --pairs 6 --dry-run --json",
			"aerobench.aa_plans/1");
	assert_int_equal(json_array_size(json_object_get(plans, "plans")), 2);
	assert_non_null(json_object_get(json_array_get(json_object_get(plans, "plans"), 1), "plan"));
	json_decref(plans);
	status_of("aa -s linux@host -b nonsense --dry-run", 2, "unknown benchmark 'nonsense'");
	free(builds);
}

static void a_run_with_itself_has_changed_nothing(void **state)
{
	static const char *const words[] = {"1 pass, 0 improved, 0 regressed"};

	(void)state;
	assert_prints("compare latest:linux@sim latest:linux@sim", words, 1);
}

/* The run's yield_pair takes 50 instructions, all of its samples; nothing else of the budgets is in it. */
static void budgets_and_flatness_have_their_statuses(void **state)
{
	(void)state;
	status_of("budgets", 0, "1 met, 0 missed, ");
	status_of("budgets --strict", 3, "not measured");
	status_of("budgets --json", 0, "aerobench.budgets/1");
	status_of("flat", 0, "too few samples");
	status_of("flat --strict", 3, "too few samples");
	status_of("flat --json", 0, "aerobench.flat/1");
	assert_refused("budgets -s linux@sim", 2, "aerokernel@sim");
	assert_refused("flat -s linux@sim", 2, "aerokernel@sim");
	assert_refused("budgets latest latest", 2, "one RUN");
}

static void wrong_words_are_refused_with_the_nearest_right_one(void **state)
{
	(void)state;
	assert_refused("", 2, "--help");
	assert_refused("shwo", 2, "'show'");
	assert_refused("help comprae", 2, "'compare'");
	assert_refused("show nosuchrun", 2, "no run 'nosuchrun'");
	assert_refused("show /nonexistent/run", 2, "/nonexistent/run");
	assert_refused("show -b yield_par", 2, "'yield_pair'");
	assert_refused("show -s linux@qemu", 2, "'linux@sim'");
	assert_refused("show -s linus@sim", 2, "linux");
	assert_refused("show --nosuch", 2, "--help");
	assert_refused("show -b", 2, "needs a value");
	assert_refused("plot --output", 2, "option '--output' needs a value: `aerobench plot --help`");
	assert_refused("report --nonsense", 2, "unknown option '--nonsense': `aerobench report --help`");
	assert_refused("list --color", 2, "option '--color' needs a value: `aerobench list --help`");
	assert_refused("tune --cpus", 2, "option '--cpus' needs a value: `aerobench tune --help`");
	assert_refused("doctor --nonsense", 2, "unknown option '--nonsense': `aerobench doctor --help`");
	assert_refused("run --nonsense", 2, "unknown option '--nonsense': `aerobench run --help`");
	assert_refused("kexec --kernel", 2, "option '--kernel' needs a value");
	assert_refused("kexec --colonel x", 2, "unknown option '--colonel'");
	assert_refused("image --timeout", 2, "option '--timeout' needs a value");
	assert_refused("image --time-out 3", 2, "unknown option '--time-out'");
	assert_refused("show --color=blue", 2, "never");
	assert_refused("show latest latest", 2, "compare");
	assert_refused("show --results /nonexistent", 2, "aerobench run");
	assert_refused("list nonsense", 2, "nonsense");
	assert_refused("compare latest:aerokernel@sim", 2, "second side");
	assert_refused("compare a b c", 2, "at most two");
	assert_refused("compare --margin=-1", 2, "percentage");
	assert_refused("compare -s linux@sim", 2, "two subjects");
}

static void nanoseconds_are_for_commands_that_print_ticks(void **state)
{
	static const char *const others[] = {"aa", "budgets", "flat", "gate", "history", "import"};

	(void)state;
	status_of("show --ns -s linux@sim", 0, "yield_pair");
	status_of("compare --ns", 0, "yield_pair");
	status_of("export --format csv --ns", 0, "yield_pair");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *arguments = memory_format("%s --ns", others[i]);

		assert_refused(arguments, 2, "unknown option '--ns'");
		free(arguments);
	}
}

static void instructions_and_ticks_are_a_usage_error(void **state)
{
	(void)state;
	assert_refused("compare -s aerokernel@sim -s linux@host", 2, "instructions");
}

static void a_full_disk_behind_stdout_is_a_failure(void **state)
{
	(void)state;
	assert_refused("show 2>&1 >/dev/full", 1, "No space left");
	assert_refused("show --json 2>&1 >/dev/full", 1, "No space left");
	assert_refused("--help 2>&1 >/dev/full", 1, "No space left");
}

static void every_command_has_help(void **state)
{
	static const char *const usage[] = {"Usage: aerobench"};

	(void)state;
	assert_prints("--help", usage, 1);
	assert_prints("help", usage, 1);
	assert_prints("show --help", usage, 1);
	assert_prints("help compare", usage, 1);
	assert_prints("list -h", usage, 1);
	assert_prints("budgets --help", usage, 1);
	assert_prints("flat --help", usage, 1);
	assert_prints("--version", (const char *const[]){"aerobench 0."}, 1);
}

static void a_damaged_log_shows_no_number(void **state)
{
	char *path = memory_format("%s/latest/001-linux@sim.log.zst", run.results);
	FILE *file = fopen(path, "r+b");
	int byte;

	(void)state;
	assert_non_null(file);
	fseek(file, 30, SEEK_SET);
	byte = fgetc(file);
	fseek(file, 30, SEEK_SET);
	fputc(byte ^ 4, file);
	fclose(file);
	assert_refused("show", 2, "001-linux@sim.log.zst");
	assert_refused("show --json", 2, "001-linux@sim.log.zst");
	assert_refused("compare", 2, "001-linux@sim.log.zst");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(show_prints_the_verdict_with_the_numbers),
	    cmocka_unit_test(show_names_the_unit_of_a_row_that_is_not_the_tables),
	    cmocka_unit_test(show_json_is_a_summary),
	    cmocka_unit_test(compare_puts_linux_beside_the_aerokernel),
	    cmocka_unit_test(compare_has_details_a_table_for_readmes_and_quantiles),
	    cmocka_unit_test(compare_json_has_its_schema),
	    cmocka_unit_test(self_checks_refuse_what_is_none),
	    cmocka_unit_test(events_are_listed_as_json_too),
	    cmocka_unit_test(a_self_check_takes_the_boots_of_its_pairs),
	    cmocka_unit_test(a_run_with_itself_has_changed_nothing),
	    cmocka_unit_test(budgets_and_flatness_have_their_statuses),
	    cmocka_unit_test(wrong_words_are_refused_with_the_nearest_right_one),
	    cmocka_unit_test(nanoseconds_are_for_commands_that_print_ticks),
	    cmocka_unit_test(instructions_and_ticks_are_a_usage_error),
	    cmocka_unit_test(a_full_disk_behind_stdout_is_a_failure),
	    cmocka_unit_test(every_command_has_help),
	    cmocka_unit_test(a_damaged_log_shows_no_number), /* the last: it stays damaged */
	};

	return cmocka_run_group_tests(tests, run_make, NULL);
}
