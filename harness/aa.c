/* SPDX-License-Identifier: MIT */
/* Records of A/A self-checks: see aa.h. */
#include "aa.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history.h"
#include "jsonl.h"
#include "memory.h"
#include "paths.h"
#include "stats_plan.h"

static const char aa_schema[] = "aerobench.aa/1";

/* A line takes about 100 kB with the whole suite: some thousand checks. */
enum { AA_BYTES_MAX = 1 << 28 };

/* --- Keys --------------------------------------------------------------------------------------------------------- */

char *aa_machine(const struct summary *summary, const char *subject)
{
	json_t *entry = history_entry_make(summary, subject);
	char *machine = entry != NULL ? memory_text(json_string_value(json_object_get(entry, "machine"))) : NULL;

	json_decref(entry);
	return machine;
}

char *aa_path(const char *subject)
{
	const char *at = strchr(subject, '@');
	char *directory = paths_in_root("results/history/aa");
	char *path = memory_format("%s/%.*s.jsonl", directory, at != NULL ? (int)strcspn(at + 1, ":") : 0,
				   at != NULL ? at + 1 : "");

	free(directory);
	return path;
}

/* --- Lines -------------------------------------------------------------------------------------------------------- */

/* All lines of a file that are of one machine and subject, in its order. */
struct lines {
	const char *machine, *subject;
	json_t **lines;
	size_t count;
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_count(const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	return json_is_integer(number) && json_integer_value(number) >= 0;
}

static double number_of(const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	return json_is_number(number) ? json_number_value(number) : NAN;
}

static bool statistic_of(const char *name, enum stats_statistic *statistic)
{
	for (int i = 0; name != NULL && i < STATS_STATISTICS; i++) {
		*statistic = (enum stats_statistic)i;
		if (strcmp(stats_statistic_name(*statistic), name) == 0)
			return true;
	}
	return false;
}

static bool test_is_whole(const json_t *test)
{
	enum stats_statistic statistic;
	const json_t *estimates = json_object_get(test, "estimates"), *estimate;
	size_t i;

	if (text_of(test, "benchmark") == NULL || text_of(test, "params") == NULL ||
	    !statistic_of(text_of(test, "statistic"), &statistic) || !is_count(test, "trials") ||
	    !is_count(test, "alarms") || !json_is_array(estimates))
		return false;
	json_array_foreach(estimates, i, estimate)
	{
		if (!json_is_number(estimate) && !json_is_null(estimate))
			return false;
	}
	return true;
}

static const char *line_problem(const json_t *line)
{
	static const char *const texts[] = {"run", "created", "subject", "machine", "commit", "fitness"};
	const char *schema = text_of(line, "schema");
	const json_t *tests = json_object_get(line, "tests"), *test;
	size_t i;

	if (schema == NULL || strcmp(schema, aa_schema) != 0)
		return "is not of schema aerobench.aa/1: read it with the program that wrote it";
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_of(line, texts[i]) == NULL)
			return "lacks a member";
	}
	if (!is_count(line, "pairs") || !is_count(line, "sets") || !json_is_array(tests))
		return "lacks its sets or tests";
	json_array_foreach(tests, i, test)
	{
		if (!test_is_whole(test))
			return "has a test without its numbers";
	}
	return NULL;
}

static const char *add_line(void *context, json_t *line)
{
	struct lines *lines = context;
	const char *problem = line_problem(line);

	if (problem != NULL || (lines->machine != NULL && strcmp(text_of(line, "machine"), lines->machine) != 0) ||
	    (lines->subject != NULL && strcmp(text_of(line, "subject"), lines->subject) != 0)) {
		json_decref(line);
		return problem;
	}
	lines->lines = memory_grow(lines->lines, lines->count, sizeof(*lines->lines));
	lines->lines[lines->count++] = line;
	return NULL;
}

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		json_decref(lines->lines[i]);
	free(lines->lines);
}

/* By date: runs differ in it, for their ids begin with it. */
static int order_lines(const void *left, const void *right)
{
	return strcmp(text_of(*(json_t *const *)left, "created"), text_of(*(json_t *const *)right, "created"));
}

/* Keeps the last line of each run, and sorts by date. */
static void lines_sort(struct lines *lines)
{
	size_t kept = 0;

	for (size_t i = 0; i < lines->count; i++) {
		bool repeated = false;

		for (size_t j = i + 1; j < lines->count && !repeated; j++)
			repeated = strcmp(text_of(lines->lines[i], "run"), text_of(lines->lines[j], "run")) == 0;
		if (repeated)
			json_decref(lines->lines[i]);
		else
			lines->lines[kept++] = lines->lines[i];
	}
	lines->count = kept;
	if (kept > 1)
		qsort(lines->lines, kept, sizeof(*lines->lines), order_lines);
}

/* Keeps the lines of the machine that the last one is of. */
static void lines_keep_last_machine(struct lines *lines)
{
	const char *machine = text_of(lines->lines[lines->count - 1], "machine");
	size_t kept = 0;

	for (size_t i = 0; i < lines->count; i++) {
		if (strcmp(text_of(lines->lines[i], "machine"), machine) == 0)
			lines->lines[kept++] = lines->lines[i];
		else
			json_decref(lines->lines[i]);
	}
	lines->count = kept;
}

/* --- A record ----------------------------------------------------------------------------------------------------- */

static struct aa_alarms alarms_of(const json_t *object)
{
	struct aa_alarms alarms = {
	    .trials = (size_t)json_integer_value(json_object_get(object, "trials")),
	    .alarms = (size_t)json_integer_value(json_object_get(object, "alarms")),
	    .rate = {number_of(object, "rate"), number_of(object, "low"), number_of(object, "high")}};

	return alarms;
}

/* The entry of line's tests that means the same, or NULL. */
static const json_t *same_test(const json_t *line, const struct aa_test *test)
{
	const json_t *tests = json_object_get(line, "tests"), *other;
	size_t i;

	json_array_foreach(tests, i, other)
	{
		if (strcmp(text_of(other, "benchmark"), test->benchmark) == 0 &&
		    strcmp(text_of(other, "params"), test->params) == 0 &&
		    strcmp(text_of(other, "statistic"), stats_statistic_name(test->statistic)) == 0)
			return other;
	}
	return NULL;
}

/* From the newest check back, up to AA_COMPARISONS_MAX. */
static void learn(struct aa_test *test, const struct lines *lines)
{
	double ratios[AA_COMPARISONS_MAX];

	for (size_t i = lines->count; i-- > 0;) {
		const json_t *estimates = json_object_get(same_test(lines->lines[i], test), "estimates");

		for (size_t j = json_array_size(estimates); j-- > 0 && test->comparisons < AA_COMPARISONS_MAX;) {
			const json_t *estimate = json_array_get(estimates, j);

			if (json_is_number(estimate))
				ratios[test->comparisons++] = json_number_value(estimate);
		}
	}
	test->margin = stats_plan_margin(ratios, test->comparisons);
}

static void record_make(struct aa_record *record, const struct lines *lines)
{
	json_t *line = lines->lines[lines->count - 1];
	const json_t *rates = json_object_get(line, "statistics"), *tests = json_object_get(line, "tests"), *test;
	size_t i;

	*record = (struct aa_record){.json = json_incref(line),
				     .run = text_of(line, "run"),
				     .created = text_of(line, "created"),
				     .subject = text_of(line, "subject"),
				     .machine = text_of(line, "machine"),
				     .commit = text_of(line, "commit"),
				     .fitness = text_of(line, "fitness"),
				     .pairs = (size_t)json_integer_value(json_object_get(line, "pairs")),
				     .sets = (size_t)json_integer_value(json_object_get(line, "sets")),
				     .all = alarms_of(json_object_get(line, "all")),
				     .suites = alarms_of(json_object_get(line, "suites"))};
	/* Sets that are too small to alarm were counted once as sets without one. */
	if (record->pairs < stats_plan_family(json_array_size(tests), AA_ALPHA))
		record->suites = (struct aa_alarms){0, 0, {NAN, 0, 1}};
	for (i = 0; i < STATS_STATISTICS; i++) {
		const char *name = stats_statistic_name((enum stats_statistic)i);

		record->statistics[i] = alarms_of(json_object_get(rates, name));
	}
	record->tests = memory_new(json_array_size(tests), sizeof(*record->tests));
	json_array_foreach(tests, i, test)
	{
		struct aa_test *out = &record->tests[record->test_count++];

		*out = (struct aa_test){.benchmark = text_of(test, "benchmark"),
					.params = text_of(test, "params"),
					.trials = (size_t)json_integer_value(json_object_get(test, "trials")),
					.alarms = (size_t)json_integer_value(json_object_get(test, "alarms")),
					.sd = number_of(test, "sd")};
		statistic_of(text_of(test, "statistic"), &out->statistic);
		learn(out, lines);
	}
}

int aa_load(struct aa_record *record, const char *path, const char *machine, const char *subject, struct error *error)
{
	struct lines lines = {.machine = machine, .subject = subject};
	struct jsonl_reader reader = {add_line, &lines, AA_BYTES_MAX};
	int status = 0;

	*record = (struct aa_record){0};
	if (access(path, F_OK) == 0)
		status = jsonl_read(path, &reader, error);
	if (status == 0 && lines.count > 0) {
		lines_sort(&lines);
		lines_keep_last_machine(&lines);
		record_make(record, &lines);
	}
	lines_free(&lines);
	return status;
}

void aa_free(struct aa_record *record)
{
	json_decref(record->json);
	free(record->tests);
	*record = (struct aa_record){0};
}

const struct aa_test *aa_find(const struct aa_record *record, const char *benchmark, const char *params,
			      enum stats_statistic statistic)
{
	for (size_t i = 0; i < record->test_count; i++) {
		const struct aa_test *test = &record->tests[i];

		if (test->statistic == statistic && strcmp(test->benchmark, benchmark) == 0 &&
		    strcmp(test->params, params) == 0)
			return test;
	}
	return NULL;
}

char *aa_margin_text(double margin, size_t comparisons)
{
	if (isnan(margin))
		return memory_format("%zu of %d", comparisons, STATS_MARGIN_HISTORY);
	if (margin >= 1)
		return memory_format(margin < 9 ? "%.1f×" : "%.0f×", 1 + margin);
	return memory_format("%.*f %%", margin < 0.0995, margin * 100);
}

/* --- Arming ------------------------------------------------------------------------------------------------------- */

double aa_age_days(const struct aa_record *record, time_t now)
{
	struct tm utc = {0};
	const char *end = record->created != NULL ? strptime(record->created, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;

	return end != NULL && *end == '\0' ? difftime(now, timegm(&utc)) / 86400 : NAN;
}

bool aa_arms(const struct aa_record *record, time_t now, char **reason)
{
	double age = record->json != NULL ? aa_age_days(record, now) : NAN;

	*reason = NULL;
	if (record->json == NULL)
		*reason = memory_text("no A/A self-check of this subject on this machine: run aerobench aa");
	else if (!(age <= AA_DAYS_MAX))
		*reason = memory_format("the A/A self-check of %s is older than %d days: run aerobench aa again",
					record->created, AA_DAYS_MAX);
	else if (record->sets < AA_SETS_MIN || record->all.trials == 0)
		*reason = memory_format("the A/A self-check has %zu sets, %d are needed: run aerobench aa",
					record->sets, AA_SETS_MIN);
	else if (record->suites.trials == 0)
		*reason =
		    memory_format("with %zu pairs none of the A/A self-check's %zu tests can alarm after Holm: run "
				  "aerobench aa --pairs %zu",
				  record->pairs, record->test_count, stats_plan_family(record->test_count, AA_ALPHA));
	else if (!(record->all.rate.low <= AA_ALPHA))
		*reason = memory_format("the A/A self-check raised a false alarm in %.1f %% of its tests (at least "
					"%.1f %%): above 5 %%",
					record->all.rate.rate * 100, record->all.rate.low * 100);
	else if (!(record->suites.rate.low <= AA_ALPHA))
		*reason = memory_format("the A/A self-check raised a false alarm in %.1f %% of its sets (at least "
					"%.1f %%): above 5 %%",
					record->suites.rate.rate * 100, record->suites.rate.low * 100);
	return *reason == NULL;
}

/* --- Appending ---------------------------------------------------------------------------------------------------- */

/* The directories above a file. */
static int make_directories(char *path, struct error *error)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return error_set_errno(error, STATUS_FAILED, "cannot create", path);
		*slash = '/';
	}
	return 0;
}

int aa_append(const char *path, json_t *line, struct error *error)
{
	struct lines lines = {0};
	struct jsonl_reader reader = {add_line, &lines, AA_BYTES_MAX};
	struct jsonl file;
	char *copy = memory_text(path);
	int status = make_directories(copy, error);

	free(copy);
	if (status == 0)
		status = jsonl_open(&file, path, &reader, error);
	if (status == 0) {
		status = jsonl_append(&file, &line, 1, error);
		jsonl_close(&file);
	}
	lines_free(&lines);
	return status;
}
