/* SPDX-License-Identifier: MIT */
/* Tier 2 of the gate, times of two builds: see gate_timed.h. */
#include "gate_timed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aa.h"
#include "gate_timed_pairs.h"
#include "memory.h"
#include "subject.h"

const enum stats_statistic gate_timed_statistics[GATE_TIMED_STATISTICS] = {STATS_LOCATION, STATS_SPREAD, STATS_TAIL};
const char gate_timed_base[] = "base", gate_timed_head[] = "head";

/* --- Subjects ------------------------------------------------------------------------------------------------------ */

/*
 * What stands against gating: doctor's verdict of a set, then the self-check's. Nothing is taken; the first reason stays.
 * A given margin says how large a change counts, not that this machine can tell it: the self-check is asked all the same.
 */
static void arm(struct gate_timed_subject *subject, const struct gate_timed *timed, const struct aa_record *aa)
{
	const struct gate_timed_set *set = &subject->sets[GATE_TIMED_FIRST];

	if (set->unfit != NULL)
		subject->reason = memory_text(set->unfit);
	else
		aa_arms(aa, time(NULL), &subject->reason);
	subject->armed = subject->reason == NULL || timed->even_if_unfit;
}

/* The self-check that fits, or none: then *aa is empty. */
static int load_aa(struct aa_record *aa, const struct gate_timed *timed, const struct gate_timed_subject *subject,
		   struct error *error)
{
	char *machine = aa_machine(timed->first, subject->base), *path = aa_path(subject->name);
	int status = 0;

	*aa = (struct aa_record){0};
	if (machine != NULL)
		status = aa_load(aa, path, machine, subject->name, error);
	free(path);
	free(machine);
	return status;
}

static void add_subject(struct gate_timed *timed, const struct subject *head)
{
	struct subject other = *head;
	struct gate_timed_subject subject = {.head = memory_text(head->name)};

	subject_set_build(&other, gate_timed_base);
	subject.base = memory_text(other.name);
	subject_set_build(&other, "");
	subject.name = memory_text(other.name);
	gate_timed_set_read(&subject.sets[GATE_TIMED_FIRST], timed->first->store, subject.base, subject.head);
	if (subject.sets[GATE_TIMED_FIRST].absent != NULL)
		subject.absent =
		    memory_format("only one build was measured: %s", subject.sets[GATE_TIMED_FIRST].absent);
	timed->subjects = memory_grow(timed->subjects, timed->subject_count, sizeof(*timed->subjects));
	timed->subjects[timed->subject_count++] = subject;
}

/* --- Rows ---------------------------------------------------------------------------------------------------------- */

static double margin_of(const struct aa_record *aa, const struct summary_row *row, enum stats_statistic statistic,
			double given)
{
	const struct aa_test *test = NULL;

	if (!isnan(given))
		return given;
	if (aa->json != NULL)
		test = aa_find(aa, row->benchmark, row->params, statistic);
	return test != NULL ? test->margin : NAN;
}

static const struct stats_evidence no_evidence = {.ratio = NAN,
						  .low = NAN,
						  .high = NAN,
						  .equivalent_low = NAN,
						  .equivalent_high = NAN,
						  .p = NAN,
						  .p_adjusted = NAN,
						  .sd = NAN,
						  .smallest_effect = NAN};

static void add_row(struct gate_timed *timed, size_t subject, const struct summary_row *row, const char *problem)
{
	timed->rows = memory_grow(timed->rows, timed->row_count, sizeof(*timed->rows));
	timed->rows[timed->row_count] = (struct gate_timed_row){.subject = subject,
								.benchmark = row->benchmark,
								.params = row->params,
								.unit = row->unit,
								.problem = problem};
	for (int i = 0; i < GATE_TIMED_STATISTICS; i++)
		timed->rows[timed->row_count].tests[i] = (struct gate_timed_test){
		    .base = NAN,
		    .head = NAN,
		    .margin = NAN,
		    .evidence = no_evidence,
		    .second = no_evidence,
		    .judgement = {.verdict = STATS_INCONCLUSIVE,
				  .reason = problem != NULL ? problem : "the run ended before the first look"}};
	timed->row_count++;
}

static void add_rows(struct gate_timed *timed, size_t index, const struct aa_record *aa, double given)
{
	const struct gate_timed_subject *subject = &timed->subjects[index];
	const struct summary *first = timed->first;
	const char *absent = subject->absent;

	for (size_t i = 0; i < first->row_count; i++) {
		const struct summary_row *row = &first->rows[i], *head;

		if (strcmp(row->subject, subject->head) == 0 &&
		    summary_find(first, row->benchmark, subject->base, row->params) == NULL)
			add_row(timed, index, row, absent != NULL ? absent : "new: in head only");
		if (strcmp(row->subject, subject->base) != 0)
			continue;
		head = summary_find(first, row->benchmark, subject->head, row->params);
		if (head == NULL)
			add_row(timed, index, row, absent != NULL ? absent : "gone: in base only");
		else if (head->per != row->per || strcmp(head->unit, row->unit) != 0)
			add_row(timed, index, row, "the two builds measure different amounts of work in a sample");
		else
			add_row(timed, index, row, NULL);
		for (int j = 0; j < GATE_TIMED_STATISTICS; j++)
			timed->rows[timed->row_count - 1].tests[j].margin =
			    margin_of(aa, row, gate_timed_statistics[j], given);
	}
}

/* The pair of a row in a summary; false: one side has no numbers there. */
static bool sides_of(const struct gate_timed *timed, const struct gate_timed_row *row, const struct summary *summary,
		     const struct summary_row **base, const struct summary_row **head)
{
	const struct gate_timed_subject *subject = &timed->subjects[row->subject];

	*base = summary_find(summary, row->benchmark, subject->base, row->params);
	*head = summary_find(summary, row->benchmark, subject->head, row->params);
	return *base != NULL && *head != NULL;
}

/* --- Looks --------------------------------------------------------------------------------------------------------- */

static void read_looks(struct gate_timed *timed)
{
	const json_t *looks = json_object_get(json_object_get(timed->first->store->run, "campaign"), "looks");
	size_t count = json_array_size(looks);

	timed->look_count = count == STATS_LOOKS ? STATS_LOOKS : 1;
	for (size_t i = 0; i < timed->look_count; i++) {
		json_int_t pairs = json_integer_value(json_array_get(looks, count == STATS_LOOKS ? i : count - 1));

		timed->looks[i].pairs = count > 0 && pairs > 0 ? (size_t)pairs : timed->first->store->plan.runs;
		timed->looks[i].alpha = timed->look_count == 1 ? GATE_TIMED_ALPHA : stats_looks[i].alpha;
	}
}

/* Rounds that the run has come to of all subjects; those that have one build only hold nobody up. */
static size_t rounds_of(const struct gate_timed *timed)
{
	size_t fewest = SIZE_MAX;

	for (size_t i = 0; i < timed->subject_count; i++) {
		const struct gate_timed_set *set = &timed->subjects[i].sets[GATE_TIMED_FIRST];

		if (set->absent == NULL && set->rounds < fewest)
			fewest = set->rounds;
	}
	return fewest < SIZE_MAX ? fewest : 0;
}

static bool is_decided(const struct gate_timed_test *test)
{
	return test->look_pairs > 0 &&
	       (test->judgement.verdict == STATS_REGRESSED || test->judgement.verdict == STATS_IMPROVED);
}

/*
 * Adjusts the evidence of all tests that have a margin, as one family; index i * GATE_TIMED_STATISTICS + j. A test
 * without a margin cannot fail anybody, so it costs the others nothing.
 */
static size_t adjust(const struct gate_timed *timed, struct stats_evidence *evidence)
{
	size_t all = timed->row_count * GATE_TIMED_STATISTICS, count = 0, members;
	struct stats_evidence *family = memory_new(all, sizeof(*family));

	for (size_t i = 0; i < all; i++) {
		if (timed->rows[i / GATE_TIMED_STATISTICS].tests[i % GATE_TIMED_STATISTICS].margin > 0)
			family[count++] = evidence[i];
	}
	members = stats_family_adjust(family, count, STATS_FAMILY_GATE);
	count = 0;
	for (size_t i = 0; i < all; i++) {
		if (timed->rows[i / GATE_TIMED_STATISTICS].tests[i % GATE_TIMED_STATISTICS].margin > 0)
			evidence[i] = family[count++];
	}
	free(family);
	return members;
}

/* What is a finding at one look stays one: each look spends its own share of alpha. */
static void take_look(struct gate_timed *timed, const struct stats_look *look)
{
	size_t all = timed->row_count * GATE_TIMED_STATISTICS;
	struct stats_evidence *evidence = memory_new(all, sizeof(*evidence));

	for (size_t i = 0; i < timed->row_count; i++) {
		struct gate_timed_row *row = &timed->rows[i];
		const struct summary_row *base, *head;

		for (int j = 0; j < GATE_TIMED_STATISTICS; j++)
			evidence[i * GATE_TIMED_STATISTICS + (size_t)j] = no_evidence;
		if (row->problem == NULL && sides_of(timed, row, timed->first, &base, &head))
			gate_timed_gather(base, head, look->pairs, timed->first->store->plan.seed,
					  &evidence[i * GATE_TIMED_STATISTICS], row);
	}
	timed->members = adjust(timed, evidence);
	for (size_t i = 0; i < all; i++) {
		struct gate_timed_row *row = &timed->rows[i / GATE_TIMED_STATISTICS];
		struct gate_timed_test *test = &row->tests[i % GATE_TIMED_STATISTICS];

		if (row->problem != NULL || is_decided(test))
			continue;
		test->evidence = evidence[i];
		test->look_pairs = look->pairs;
		test->alpha = look->alpha;
		test->judgement = stats_judge(&evidence[i], test->margin, look->alpha, timed->members);
	}
	free(evidence);
}

int gate_timed_judge(struct gate_timed *timed, const struct summary *first, const struct gate_timed_options *options,
		     struct error *error)
{
	const struct store_plan *plan = &first->store->plan;
	struct subject subject;
	int status = 0;

	*timed = (struct gate_timed){.first = first, .even_if_unfit = options->even_if_unfit};
	for (size_t i = 0; i < plan->subject_count; i++) {
		if (subject_parse(&subject, plan->subjects[i], NULL) == 0 &&
		    strcmp(subject.build, gate_timed_head) == 0 && subject_is_timed(&subject))
			add_subject(timed, &subject);
	}
	if (timed->subject_count == 0)
		return error_set(error, STATUS_USAGE,
				 "run %s holds no times of two builds: make one by: aerobench gate --base DIR",
				 first->store->id);
	for (size_t i = 0; i < timed->subject_count && status == 0; i++) {
		struct gate_timed_subject *one = &timed->subjects[i];
		struct aa_record aa;

		status = load_aa(&aa, timed, one, error);
		if (status != 0)
			break;
		arm(one, timed, &aa);
		one->margins = !isnan(options->margin)
				   ? memory_format("margin %.3g %%, as given", options->margin * 100)
			       : aa.json != NULL ? memory_format("margins learned up to %s", aa.created)
						 : memory_text("no margins: no A/A self-check of this machine");
		add_rows(timed, i, &aa, options->margin);
		aa_free(&aa);
	}
	read_looks(timed);
	timed->rounds = rounds_of(timed);
	for (size_t i = 0; i < timed->look_count && status == 0 && timed->looks[i].pairs <= timed->rounds; i++)
		take_look(timed, &timed->looks[i]);
	return status;
}

/* --- The second set ------------------------------------------------------------------------------------------------- */

bool gate_timed_gates(const struct gate_timed *timed, const struct gate_timed_row *row,
		      const struct gate_timed_test *test)
{
	return timed->subjects[row->subject].armed && test->judgement.verdict == STATS_REGRESSED;
}

/*
 * Whether the pairs of the last look may decide what is inconclusive: the number that is missing is an estimate, off by a
 * factor of two either way at few pairs. Not to go on where they cannot costs power only, never a false alarm.
 */
static bool is_within_reach(const struct gate_timed *timed, const struct gate_timed_test *test)
{
	size_t last = timed->looks[timed->look_count - 1].pairs;

	return test->judgement.verdict == STATS_INCONCLUSIVE && test->look_pairs > 0 && test->look_pairs < last &&
	       test->judgement.more_pairs / 2 <= last - test->look_pairs;
}

bool gate_timed_is_open(const struct gate_timed *timed)
{
	bool open = false;

	for (size_t i = 0; i < timed->row_count * GATE_TIMED_STATISTICS; i++) {
		const struct gate_timed_row *row = &timed->rows[i / GATE_TIMED_STATISTICS];

		open |= is_within_reach(timed, &row->tests[i % GATE_TIMED_STATISTICS]);
	}
	return open;
}

bool gate_timed_is_correct(const struct gate_timed *timed)
{
	size_t failed = 0;

	for (size_t i = 0; i < timed->subject_count; i++) {
		for (int j = 0; j < GATE_TIMED_SETS; j++)
			failed += timed->subjects[i].sets[j].failed;
	}
	return failed == 0;
}

size_t gate_timed_found(const struct gate_timed *timed)
{
	size_t found = 0;

	for (size_t i = 0; i < timed->row_count; i++) {
		const struct gate_timed_row *row = &timed->rows[i];

		for (int j = 0; j < GATE_TIMED_STATISTICS; j++)
			found += gate_timed_gates(timed, row, &row->tests[j]);
	}
	return found;
}

char *gate_timed_selection(const struct gate_timed_row *row)
{
	char *params = memory_text(row->params), *rest = params, *selection = memory_text(row->benchmark);

	for (const char *word; (word = strsep(&rest, " ")) != NULL;) {
		char *longer;

		if (strchr(word, '=') == NULL)
			continue;
		longer = memory_format("%s:%s", selection, word);
		free(selection);
		selection = longer;
	}
	free(params);
	return selection;
}

/* Reads the second set of each subject; where its machine was unfit nothing gates, as after an unfit first one. */
static void read_second(struct gate_timed *timed, const struct summary *second)
{
	timed->has_second = true;
	for (size_t i = 0; i < timed->subject_count; i++) {
		struct gate_timed_subject *subject = &timed->subjects[i];
		struct gate_timed_set *set = &subject->sets[GATE_TIMED_SECOND];

		gate_timed_set_free(set);
		gate_timed_set_read(set, second->store, subject->base, subject->head);
		if (set->unfit != NULL && subject->reason == NULL)
			subject->reason = memory_format("the second set: %s", set->unfit);
		subject->armed = subject->reason == NULL || timed->even_if_unfit;
	}
}

/* Why the second set does not answer for a test; NULL: it does. Static text. */
static const char *no_answer(const struct gate_timed *timed, const struct gate_timed_subject *subject,
			     const struct stats_evidence *evidence)
{
	const struct gate_timed_set *set = &subject->sets[GATE_TIMED_SECOND];

	if (!timed->has_second)
		return subject->armed ? "not confirmed yet: there is no second set of pairs"
				      : "found by one set of pairs, and not asked again: nothing is gated";
	if (set->failed > 0)
		return "not confirmed yet: boots of the second set have failed";
	if (set->rounds < set->planned)
		return "not confirmed yet: the second set has not come to its end";
	if (isnan(evidence->p))
		return "not confirmed yet: the second set has too few pairs of this";
	return NULL;
}

static void answer(const struct gate_timed *timed, const struct gate_timed_subject *subject,
		   struct gate_timed_test *test, const struct stats_evidence *evidence)
{
	const char *reason = no_answer(timed, subject, evidence);

	test->second = *evidence;
	test->unanswered = reason != NULL;
	if (reason == NULL)
		test->judgement = stats_judge_confirmed(test->judgement, evidence, test->margin, GATE_TIMED_ALPHA);
	else
		test->judgement = (struct stats_judgement){
		    .verdict = subject->armed ? STATS_INCONCLUSIVE : STATS_REGRESSED, .reason = reason};
}

void gate_timed_confirm(struct gate_timed *timed, const struct summary *second)
{
	size_t all = timed->row_count * GATE_TIMED_STATISTICS, count = 0;
	struct stats_evidence *evidence = memory_new(all, sizeof(*evidence));
	size_t *found = memory_new(all, sizeof(*found));

	if (second != NULL)
		read_second(timed, second);
	for (size_t i = 0; i < timed->row_count; i++) {
		struct gate_timed_row copy = timed->rows[i];
		struct stats_evidence of_row[GATE_TIMED_STATISTICS];
		const struct summary_row *base, *head;

		for (int j = 0; j < GATE_TIMED_STATISTICS; j++)
			of_row[j] = no_evidence;
		if (second != NULL && copy.problem == NULL && sides_of(timed, &copy, second, &base, &head))
			gate_timed_gather(base, head, second->store->plan.runs, second->store->plan.seed, of_row,
					  &copy);
		for (size_t j = 0; j < GATE_TIMED_STATISTICS; j++) {
			if (timed->rows[i].tests[j].judgement.verdict != STATS_REGRESSED)
				continue;
			found[count] = i * GATE_TIMED_STATISTICS + j;
			evidence[count++] = of_row[j];
		}
	}
	stats_family_adjust(evidence, count, STATS_FAMILY_GATE);
	for (size_t i = 0; i < count; i++) {
		struct gate_timed_row *row = &timed->rows[found[i] / GATE_TIMED_STATISTICS];

		answer(timed, &timed->subjects[row->subject], &row->tests[found[i] % GATE_TIMED_STATISTICS],
		       &evidence[i]);
	}
	free(found);
	free(evidence);
}

void gate_timed_finish(struct gate_timed *timed)
{
	timed->tally = (struct stats_tally){0};
	timed->compared = timed->unanswered = 0;
	for (size_t i = 0; i < timed->row_count * GATE_TIMED_STATISTICS; i++) {
		const struct gate_timed_row *row = &timed->rows[i / GATE_TIMED_STATISTICS];
		const struct gate_timed_test *test = &row->tests[i % GATE_TIMED_STATISTICS];
		bool armed = timed->subjects[row->subject].armed;

		stats_tally_add(&timed->tally, armed ? test->judgement.verdict : STATS_SKIPPED);
		timed->compared += armed && test->look_pairs > 0 && test->judgement.verdict != STATS_SKIPPED;
		timed->unanswered += armed && test->unanswered;
	}
}

enum status gate_timed_status(const struct gate_timed *timed, bool strict)
{
	if (!gate_timed_is_correct(timed) || timed->tally.count[STATS_REGRESSED] > 0)
		return STATUS_FAILED;
	if (strict && timed->tally.count[STATS_INCONCLUSIVE] > 0)
		return STATUS_INCONCLUSIVE;
	return timed->compared == 0 || timed->unanswered > 0 ? STATUS_UNSUPPORTED : STATUS_OK;
}

void gate_timed_free(struct gate_timed *timed)
{
	for (size_t i = 0; i < timed->subject_count; i++) {
		free(timed->subjects[i].name);
		free(timed->subjects[i].base);
		free(timed->subjects[i].head);
		free(timed->subjects[i].reason);
		free(timed->subjects[i].margins);
		free(timed->subjects[i].absent);
		for (int j = 0; j < GATE_TIMED_SETS; j++)
			gate_timed_set_free(&timed->subjects[i].sets[j]);
	}
	free(timed->subjects);
	free(timed->rows);
	*timed = (struct gate_timed){0};
}
