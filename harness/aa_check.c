/* SPDX-License-Identifier: MIT */
/* An A/A self-check made from a run: see aa_check.h. */
#include "aa_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_row.h"
#include "memory.h"
#include "output.h"
#include "stats.h"
#include "stats_judge.h"
#include "stats_plan.h"
#include "stats_random.h"
#include "subject.h"
#include "verdict.h"

/* Two boots that are compared: rounds of side A and side B. */
struct pair {
	unsigned a, b;
};

struct pairing {
	struct pair *pairs;
	size_t count;
};

/* --- Pairs -------------------------------------------------------------------------------------------------------- */

static int order_rounds(const void *left, const void *right)
{
	unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;

	return (a > b) - (a < b);
}

/* The rounds in which subject has numbers, in the order of time. */
static unsigned *rounds_of(const struct summary *summary, const char *subject, size_t *count)
{
	unsigned *rounds = memory_new(summary->stream_count, sizeof(*rounds));

	*count = 0;
	for (size_t i = 0; i < summary->stream_count; i++) {
		if (strcmp(summary->boots[i]->subject, subject) == 0)
			rounds[(*count)++] = summary->boots[i]->round;
	}
	if (*count > 1)
		qsort(rounds, *count, sizeof(*rounds), order_rounds);
	return rounds;
}

/* Neighbours in time; a coin says which of them is A. */
static struct pairing pair_with_itself(const struct summary *summary, const char *subject)
{
	struct stats_random random = {summary->store->plan.seed};
	size_t count;
	unsigned *rounds = rounds_of(summary, subject, &count);
	struct pairing pairing = {.pairs = memory_new(count / 2, sizeof(*pairing.pairs)), .count = count / 2};

	for (size_t i = 0; i < pairing.count; i++) {
		bool flip = stats_random_below(&random, 2) == 1;

		pairing.pairs[i] = (struct pair){rounds[2 * i + flip], rounds[2 * i + !flip]};
	}
	free(rounds);
	return pairing;
}

/* Both builds of each round; the plan's own coin has said which came first. */
static struct pairing pair_builds(const struct summary *summary, const char *a, const char *b)
{
	size_t count_a, count_b;
	unsigned *rounds_a = rounds_of(summary, a, &count_a), *rounds_b = rounds_of(summary, b, &count_b);
	struct pairing pairing = {.pairs = memory_new(count_a, sizeof(*pairing.pairs))};

	for (size_t i = 0, j = 0; i < count_a && j < count_b;) {
		if (rounds_a[i] == rounds_b[j])
			pairing.pairs[pairing.count++] = (struct pair){rounds_a[i], rounds_b[j]};
		if (rounds_a[i] <= rounds_b[j])
			i++;
		else
			j++;
	}
	free(rounds_a);
	free(rounds_b);
	return pairing;
}

/* --- Differences -------------------------------------------------------------------------------------------------- */

/* A run without numbers: every statistic of it is unknown. */
static struct stats_run no_run(void)
{
	struct stats_run run;

	stats_run_make(&run, NULL, 0);
	return run;
}

/* The row's run of each pair's round. */
static struct stats_run *side_of(const struct compare_rule *rule, const struct summary_row *row,
				 const struct pairing *pairing, bool b)
{
	struct stats_run *runs = memory_new(pairing->count, sizeof(*runs));

	for (size_t i = 0; i < pairing->count; i++) {
		unsigned round = b ? pairing->pairs[i].b : pairing->pairs[i].a;

		runs[i] = no_run();
		for (size_t j = 0; j < row->run_count; j++) {
			if (row->runs[j].round == round)
				runs[i] = compare_run(rule, row, j);
		}
	}
	return runs;
}

/* All differences: d[(statistic * rows + row) * pairs + pair]. */
struct differences {
	double *d;
	const struct summary_row **rows; /* of side A */
	size_t row_count, pairs;
};

/* Of a statistic that the clock hides in every pair nothing is known: no test, rather than one that cannot alarm. */
static void add_row(struct differences *differences, size_t place, const struct summary_row *b,
		    const struct pairing *pairing)
{
	const struct summary_row *a = differences->rows[place];
	struct compare_rule rule = compare_rule_of(a, b);
	struct stats_run *runs_a = side_of(&rule, a, pairing, false), *runs_b = side_of(&rule, b, pairing, true);

	for (int i = 0; i < STATS_STATISTICS; i++) {
		enum stats_statistic statistic = (enum stats_statistic)i;
		double *d = differences->d + ((size_t)i * differences->row_count + place) * differences->pairs;
		double floor = compare_rule_floor(&rule, statistic);
		bool hidden = stats_run_hidden(runs_a, runs_b, pairing->count, statistic, floor);

		for (size_t pair = 0; pair < pairing->count; pair++)
			d[pair] = hidden ? NAN
					 : stats_run_log(&runs_b[pair], statistic, floor) -
					       stats_run_log(&runs_a[pair], statistic, floor);
	}
	free(runs_a);
	free(runs_b);
}

static struct differences differences_of(const struct aa_check *check, const struct pairing *pairing)
{
	const struct summary *summary = check->summary;
	struct differences all = {.pairs = pairing->count};
	const struct summary_row **others = memory_new(summary->row_count, sizeof(*others));

	all.rows = memory_new(summary->row_count, sizeof(*all.rows));
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i], *other;

		other = summary_find(summary, row->benchmark, check->b, row->params);
		if (strcmp(row->subject, check->a) != 0 || other == NULL)
			continue;
		others[all.row_count] = other;
		all.rows[all.row_count++] = row;
	}
	all.d = memory_new(STATS_STATISTICS * all.row_count * all.pairs, sizeof(*all.d));
	for (size_t i = 0; i < all.row_count; i++)
		add_row(&all, i, others[i], pairing);
	free(others);
	return all;
}

/* --- Rates -------------------------------------------------------------------------------------------------------- */

static double sd_of(const double *d, size_t count)
{
	double *known = memory_new(count, sizeof(*known)), sd;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isnan(d[i]))
			known[n++] = d[i];
	}
	sd = stats_moments(known, n).sd;
	free(known);
	return sd;
}

/* The tests of one statistic alone, so that its own rate has its own interval. */
static void count_statistic(struct aa_check *check, const struct differences *all, enum stats_statistic statistic)
{
	size_t first = (size_t)statistic * all->row_count;
	struct stats_aa_series series = {all->d + first * all->pairs, all->row_count, all->pairs};
	struct stats_aa aa;

	stats_aa_make(&aa, &series, check->pairs, AA_ALPHA, check->summary->store->plan.seed);
	check->statistics[statistic] = (struct aa_alarms){aa.trials, aa.alarms, aa.rate};
	stats_aa_free(&aa);
}

/* Trials and alarms of one test alone. */
static void count_series(struct aa_check *check, const struct differences *all, size_t test)
{
	const double *d = all->d + test * all->pairs;
	struct stats_aa_series one = {d, 1, all->pairs};
	struct aa_series *series = &check->series[check->series_count];
	struct stats_aa aa;

	stats_aa_make(&aa, &one, check->pairs, AA_ALPHA, check->summary->store->plan.seed);
	*series = (struct aa_series){.row = all->rows[test % all->row_count],
				     .statistic = (enum stats_statistic)(test / all->row_count),
				     .sd = sd_of(d, all->pairs),
				     .margin = stats_plan_margin(aa.estimates, aa.sets),
				     .trials = aa.trials,
				     .alarms = aa.alarms,
				     .estimates = check->all.estimates + test * check->sets};
	check->series_count += aa.trials > 0;
	stats_aa_free(&aa);
}

static void count_all(struct aa_check *check, const struct differences *all)
{
	size_t tests = STATS_STATISTICS * all->row_count;
	struct stats_aa_series series = {all->d, tests, all->pairs};

	stats_aa_make(&check->all, &series, check->pairs, AA_ALPHA, check->summary->store->plan.seed);
	check->sets = check->all.sets;
	for (int i = 0; i < STATS_STATISTICS; i++)
		count_statistic(check, all, (enum stats_statistic)i);
	check->series = memory_new(tests, sizeof(*check->series));
	for (size_t i = 0; i < tests; i++)
		count_series(check, all, i);
}

/* --- The check ---------------------------------------------------------------------------------------------------- */

static int check_subjects(struct aa_check *check, struct error *error)
{
	const char *commit_a = summary_env(check->summary, check->a, "commit");
	const char *commit_b = summary_env(check->summary, check->b, "commit");
	struct subject subject;

	if (subject_parse(&subject, check->a, error) != 0)
		return (int)error->status;
	if (!subject_is_timed(&subject))
		return error_set(
		    error, STATUS_USAGE,
		    "%s counts instructions, which repeat exactly: nothing can alarm by chance; `aerobench "
		    "gate` checks that they do",
		    check->a);
	if (commit_a != NULL && commit_b != NULL && strcmp(commit_a, commit_b) != 0)
		return error_set(error, STATUS_USAGE,
				 "%s is of commit %s and %s of commit %s: an A/A check takes two builds of one commit; "
				 "`aerobench compare` compares",
				 check->a, commit_a, check->b, commit_b);
	subject_set_build(&subject, "");
	check->subject = memory_text(subject.name);
	check->machine = aa_machine(check->summary, check->a);
	if (check->machine == NULL)
		return error_set(error, STATUS_USAGE,
				 "%s has no numbers or a failed boot in run %s: `aerobench run --resume %s` tries "
				 "again",
				 check->a, check->summary->store->id, check->summary->store->id);
	return 0;
}

int aa_check_make(struct aa_check *check, const struct summary *summary, const char *a, const char *b, size_t pairs,
		  struct error *error)
{
	bool itself = strcmp(a, b) == 0;
	struct pairing pairing;
	struct differences all;
	int status;

	*check = (struct aa_check){.summary = summary, .a = a, .b = b, .pairs = pairs};
	status = check_subjects(check, error);
	if (status != 0)
		return status;
	pairing = itself ? pair_with_itself(summary, a) : pair_builds(summary, a, b);
	check->boots = 2 * pairing.count;
	if (pairing.count < pairs * AA_SETS_MIN) {
		free(pairing.pairs);
		return error_set(error, STATUS_USAGE,
				 "%s has %zu pairs of boots in run %s; %d sets of %zu pairs take %zu boots%s: measure "
				 "with --runs %zu",
				 a, pairing.count, summary->store->id, AA_SETS_MIN, pairs, 2 * pairs * AA_SETS_MIN,
				 itself ? "" : " of both builds together", (itself ? 2 : 1) * pairs * AA_SETS_MIN);
	}
	all = differences_of(check, &pairing);
	count_all(check, &all);
	free(all.d);
	free(all.rows);
	free(pairing.pairs);
	if (check->series_count == 0)
		return error_set(error, STATUS_USAGE, "%s has nothing above the grain of its clock in run %s", a,
				 summary->store->id);
	return 0;
}

void aa_check_free(struct aa_check *check)
{
	stats_aa_free(&check->all);
	free(check->series);
	free(check->subject);
	free(check->machine);
	*check = (struct aa_check){0};
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static json_t *alarms_json(size_t trials, size_t alarms, struct stats_rate rate)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o}", "trials", (json_int_t)trials, "alarms", (json_int_t)alarms,
			 "rate", summary_number_json(rate.rate), "low", summary_number_json(rate.low), "high",
			 summary_number_json(rate.high));
}

static json_t *series_json(const struct aa_check *check, const struct aa_series *series)
{
	json_t *estimates = json_array();

	for (size_t i = 0; i < check->sets; i++)
		json_array_append_new(estimates, summary_number_json(series->estimates[i]));
	return json_pack("{s:o, s:o, s:s, s:I, s:I, s:o, s:o, s:o}", "benchmark",
			 output_text_json(series->row->benchmark), "params", output_text_json(series->row->params),
			 "statistic", stats_statistic_name(series->statistic), "trials", (json_int_t)series->trials,
			 "alarms", (json_int_t)series->alarms, "sd", summary_number_json(series->sd), "margin",
			 summary_number_json(series->margin), "estimates", estimates);
}

json_t *aa_check_json(const struct aa_check *check)
{
	const struct store *store = check->summary->store;
	const char *commit = summary_env(check->summary, check->a, "commit");
	const char *created = json_string_value(json_object_get(store->run, "created"));
	const char *at = strchr(check->subject, '@');
	char *machine = memory_format("%.*s", (int)strcspn(at + 1, ":"), at + 1);
	char *fitness = verdict_word(store->run, machine);
	json_t *tests = json_array(), *statistics = json_object(), *json;

	for (size_t i = 0; i < check->series_count; i++)
		json_array_append_new(tests, series_json(check, &check->series[i]));
	for (int i = 0; i < STATS_STATISTICS; i++) {
		const struct aa_alarms *one = &check->statistics[i];

		json_object_set_new(statistics, stats_statistic_name((enum stats_statistic)i),
				    alarms_json(one->trials, one->alarms, one->rate));
	}
	json = json_pack("{s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:f, s:I, s:I}", "schema", "aerobench.aa/1",
			 "run", output_text_json(store->id), "created",
			 output_text_json(created != NULL ? created : "unknown"), "subject", check->subject, "machine",
			 check->machine, "a", output_text_json(check->a), "b", output_text_json(check->b), "commit",
			 output_text_json(commit != NULL ? commit : "unknown"), "fitness", output_text_json(fitness),
			 "alpha", AA_ALPHA, "pairs", (json_int_t)check->pairs, "sets", (json_int_t)check->sets);
	json_object_set_new(json, "all", alarms_json(check->all.trials, check->all.alarms, check->all.rate));
	json_object_set_new(json, "suites",
			    alarms_json(check->all.suites, check->all.suites_alarmed, check->all.suite_rate));
	json_object_set_new(json, "statistics", statistics);
	json_object_set_new(json, "tests", tests);
	free(fitness);
	free(machine);
	return json;
}
