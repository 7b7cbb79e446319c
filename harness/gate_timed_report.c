/* SPDX-License-Identifier: MIT */
/* What tier 2 of the gate has found: see gate_timed_report.h. */
#include "gate_timed_report.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "gate_junit.h"
#include "memory.h"
#include "output.h"
#include "plan.h"
#include "table.h"

/* --- Words --------------------------------------------------------------------------------------------------------- */

static char *row_name(const struct gate_timed_row *row)
{
	return memory_format("%s%s%s", row->benchmark, row->params[0] != '\0' ? " " : "", row->params);
}

static const char *statistic_name(size_t index)
{
	return stats_statistic_name(gate_timed_statistics[index]);
}

/* "1.103 [1.09, 1.12]" */
static char *ratio_text(const struct stats_evidence *evidence)
{
	if (isnan(evidence->ratio) || evidence->pairs == 0)
		return memory_text("–");
	if (isnan(evidence->low))
		return memory_format("%.4g", evidence->ratio);
	return memory_format("%.4g [%.4g, %.4g]", evidence->ratio, evidence->low, evidence->high);
}

static char *margin_text(const struct gate_timed_test *test)
{
	return isnan(test->margin) ? memory_text("–") : memory_format("%.3g %%", test->margin * 100);
}

/* "REGRESSED", "pass"; in parentheses what is only reported. Allocated. */
static char *verdict_text_of(const struct gate_timed *timed, const struct gate_timed_row *row,
			     const struct gate_timed_test *test)
{
	bool armed = timed->subjects[row->subject].armed;
	const char *word = stats_verdict_name(test->judgement.verdict);

	if (armed && test->judgement.verdict == STATS_REGRESSED)
		word = "REGRESSED";
	return memory_format(armed ? "%s" : "(%s)", word);
}

/* Why, and what it would take. Allocated. */
static char *remark_of(const struct gate_timed_test *test)
{
	const struct stats_judgement *judgement = &test->judgement;
	double effect = test->evidence.smallest_effect;

	if (judgement->verdict == STATS_PASS && !isnan(effect))
		return memory_format("%.2g %% would have been seen", effect * 100);
	if (judgement->verdict == STATS_INCONCLUSIVE && judgement->more_pairs > PLAN_RUNS_MAX)
		return memory_format("%s, and would be after %d pairs", judgement->reason, PLAN_RUNS_MAX);
	if (judgement->verdict == STATS_INCONCLUSIVE && judgement->more_pairs > 0)
		return memory_format("%s; about %zu more pairs", judgement->reason, judgement->more_pairs);
	if (judgement->verdict == STATS_REGRESSED && test->second.pairs > 0 && !test->unanswered)
		return memory_format("second set of %zu pairs: %.4g", test->second.pairs, test->second.ratio);
	return memory_text(judgement->reason != NULL ? judgement->reason : "");
}

/* "16 pairs, looked at after 16 (alpha .02) and 40 (.03); 12 tests in the family" */
static void put_plan(const struct gate_timed *timed, FILE *file)
{
	fprintf(file, "%zu pairs of %s and %s; looks after", timed->rounds, gate_timed_base, gate_timed_head);
	for (size_t i = 0; i < timed->look_count; i++)
		fprintf(file, "%s %zu (alpha %.2g)", i > 0 ? " and" : "", timed->looks[i].pairs, timed->looks[i].alpha);
	fprintf(file, "; %zu tests in the family", timed->members);
}

static bool is_shown(const struct gate_timed_test *test, bool all)
{
	return all || (test->judgement.verdict != STATS_PASS && test->judgement.verdict != STATS_SKIPPED);
}

static size_t failed_boots(const struct gate_timed_subject *subject)
{
	return subject->sets[GATE_TIMED_FIRST].failed + subject->sets[GATE_TIMED_SECOND].failed;
}

static void put_failures(const struct gate_timed_subject *subject, int index, FILE *file, const char *bullet)
{
	const struct gate_timed_set *set = &subject->sets[index];

	if (set->failed > 0)
		fprintf(file, "%s%s: FAILED: %zu boots%s have no numbers: %s\n", bullet, subject->name, set->failed,
			index == GATE_TIMED_SECOND ? " of the second set" : "", set->failure);
}

/* One line each: what is armed, with which margins, or why not; what has failed. brief: doctor's reasons stand above. */
static void put_subjects(const struct gate_timed *timed, FILE *file, const char *bullet, bool brief)
{
	for (size_t i = 0; i < timed->subject_count; i++) {
		const struct gate_timed_subject *subject = &timed->subjects[i];
		const char *reason = subject->reason != NULL ? subject->reason : "";
		size_t len = brief && strncmp(reason, "unfit", 5) == 0 ? strcspn(reason, ":") : strlen(reason);

		fprintf(file, "%s%s: %s%s%.*s; %s\n", bullet, subject->name,
			subject->armed ? "gated" : "reported, not gated",
			subject->reason == NULL ? ""
			: subject->armed        ? ", although: "
						: ": ",
			(int)len, reason, subject->margins);
		for (int j = 0; j < GATE_TIMED_SETS; j++)
			put_failures(subject, j, file, bullet);
	}
}

/* --- A table -------------------------------------------------------------------------------------------------------- */

static void put_test(struct table *table, const struct gate_timed *timed, const struct gate_timed_row *row,
		     size_t index)
{
	const struct gate_timed_test *test = &row->tests[index];
	char *cells[] = {row_name(row), ratio_text(&test->evidence), margin_text(test),
			 verdict_text_of(timed, row, test), remark_of(test)};

	table_cell(table, cells[0]);
	table_cell(table, statistic_name(index));
	table_number(table, test->base);
	table_number(table, test->head);
	table_cell(table, cells[1]);
	table_cell(table, cells[2]);
	if (isnan(test->evidence.p_adjusted))
		table_cell(table, "–");
	else
		table_format(table, "%.2g", test->evidence.p_adjusted);
	for (size_t i = 3; i < sizeof(cells) / sizeof(cells[0]); i++)
		table_cell(table, cells[i]);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		free(cells[i]);
}

static void put_table(const struct gate_timed *timed, FILE *file, bool all, bool bold)
{
	static const char *const headings[] = {"", "", "base", "head", "head / base", "margin", "p", "", ""};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT,  TABLE_LEFT};
	size_t last = SIZE_MAX, shown = 0;
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < timed->row_count; i++) {
		const struct gate_timed_row *row = &timed->rows[i];

		for (size_t j = 0; j < GATE_TIMED_STATISTICS; j++) {
			if (!is_shown(&row->tests[j], all))
				continue;
			if (row->subject != last)
				table_section(&table, timed->subjects[row->subject].name);
			last = row->subject;
			put_test(&table, timed, row, j);
			shown++;
		}
	}
	if (shown > 0) {
		fputc('\n', file);
		table_print(&table, file, bold);
	}
	table_free(&table);
}

void gate_timed_print(const struct gate_timed *timed, FILE *file, bool all, bool bold)
{
	put_plan(timed, file);
	fputc('\n', file);
	put_subjects(timed, file, "  ", true);
	put_table(timed, file, all, bold);
	fputc('\n', file);
	gate_tally_print(&timed->tally, file);
	fputs(" (of location, spread and tail of each point)\n", file);
}

/* Seconds that the rounds which are missing until the first look would take, as long as those that were made. */
static double seconds_to_look(const struct gate_timed *timed)
{
	const struct store *store = timed->first->store;
	double seconds = 0;

	for (size_t i = 0; i < store->boot_count; i++)
		seconds += store->boots[i].seconds;
	return timed->rounds > 0 ? seconds / (double)timed->rounds * (double)(timed->looks[0].pairs - timed->rounds)
				 : NAN;
}

static bool is_cut(const struct gate_timed *timed)
{
	bool absent = true;

	for (size_t i = 0; i < timed->subject_count; i++)
		absent &= timed->subjects[i].absent != NULL;
	return !absent && timed->rounds < timed->looks[0].pairs;
}

void gate_timed_print_next(const struct gate_timed *timed, FILE *file, const char *second, const char *again)
{
	const char *id = timed->first->store->id;
	bool second_is_cut = false;

	for (size_t i = 0; i < timed->subject_count && second != NULL; i++) {
		const struct gate_timed_set *set = &timed->subjects[i].sets[GATE_TIMED_SECOND];

		second_is_cut |= set->absent == NULL && (set->rounds < set->planned || set->failed > 0);
	}
	if (is_cut(timed)) {
		fprintf(file,
			"%zu pairs, and the first look is after %zu: go on by: aerobench run --resume %s, then %s",
			timed->rounds, timed->looks[0].pairs, id, again);
		if (!isnan(seconds_to_look(timed)))
			fprintf(file, " (about %.0f s)", ceil(seconds_to_look(timed)));
		fputc('\n', file);
	} else if (timed->unanswered > 0 && second_is_cut) {
		fprintf(file, "%zu not confirmed yet: go on by: aerobench run --resume %s, then %s\n",
			timed->unanswered, second, again);
	} else if (timed->unanswered > 0) {
		fprintf(file, "%zu not confirmed yet: by a second set of pairs of the same programs: %s\n",
			timed->unanswered, again);
	} else {
		fprintf(file, "judge again by: %s\n", again);
	}
}

/* --- Markdown ------------------------------------------------------------------------------------------------------- */

static void put_markdown_row(const struct gate_timed *timed, const struct gate_timed_row *row, size_t index, FILE *file)
{
	const struct gate_timed_test *test = &row->tests[index];
	char *cells[] = {memory_text(timed->subjects[row->subject].name),
			 row_name(row),
			 memory_text(statistic_name(index)),
			 ratio_text(&test->evidence),
			 margin_text(test),
			 verdict_text_of(timed, row, test),
			 remark_of(test)};

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		fputs(i == 0 ? "| " : " | ", file);
		gate_markdown_cell(file, cells[i]);
		free(cells[i]);
	}
	fputs(" |\n", file);
}

static const char *headline(const struct gate_timed *timed, enum status status)
{
	bool armed = false;

	for (size_t i = 0; i < timed->subject_count; i++)
		armed |= timed->subjects[i].armed;
	if (!gate_timed_is_correct(timed))
		return "**not judged: a boot has failed**";
	if (status == STATUS_FAILED)
		return "**regression**";
	if (timed->unanswered > 0)
		return "not confirmed yet";
	if (status == STATUS_INCONCLUSIVE)
		return "inconclusive";
	if (status == STATUS_OK)
		return "no regression";
	return armed ? "nothing was compared" : "reported, not gated";
}

char *gate_timed_markdown(const struct gate_timed *timed, enum status status)
{
	/* Regressions first: a long comment is cut at its end. */
	static const enum stats_verdict order[] = {STATS_REGRESSED, STATS_IMPROVED, STATS_INCONCLUSIVE};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "### aerobench gate, times: %s\n\n", headline(timed, status));
	gate_tally_print(&timed->tally, file);
	fputs(". ", file);
	put_plan(timed, file);
	fputs(
	    ".\n\n| subject | point | statistic | head / base | margin | verdict | |\n|---|---|---|--:|--:|---|---|\n",
	    file);
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < timed->row_count * GATE_TIMED_STATISTICS; i++) {
			const struct gate_timed_row *row = &timed->rows[i / GATE_TIMED_STATISTICS];

			if (row->tests[i % GATE_TIMED_STATISTICS].judgement.verdict == order[k])
				put_markdown_row(timed, row, i % GATE_TIMED_STATISTICS, file);
		}
	}
	fputc('\n', file);
	put_subjects(timed, file, "- ", false);
	fclose(file);
	return text;
}

/* --- JUnit ---------------------------------------------------------------------------------------------------------- */

/* "failure", "skipped" or NULL for the test of this index. With STATUS_INCONCLUSIVE an open question fails (--strict). */
static const char *junit_kind(const struct gate_timed *timed, size_t index, enum status status)
{
	const struct gate_timed_row *row = &timed->rows[index / GATE_TIMED_STATISTICS];
	enum stats_verdict verdict = row->tests[index % GATE_TIMED_STATISTICS].judgement.verdict;

	if (verdict == STATS_INCONCLUSIVE && status == STATUS_INCONCLUSIVE)
		return "failure";
	if (!timed->subjects[row->subject].armed || verdict == STATS_SKIPPED || verdict == STATS_INCONCLUSIVE)
		return "skipped";
	return verdict == STATS_REGRESSED ? "failure" : NULL;
}

static void put_junit_case(const struct gate_timed *timed, size_t place, enum status status, FILE *file)
{
	const struct gate_timed_row *row = &timed->rows[place / GATE_TIMED_STATISTICS];
	const struct gate_timed_subject *subject = &timed->subjects[row->subject];
	size_t index = place % GATE_TIMED_STATISTICS;
	const struct gate_timed_test *test = &row->tests[index];
	enum stats_verdict verdict = test->judgement.verdict;
	char *point = row_name(row), *name = memory_format("%s %s", point, statistic_name(index));
	char *ratio = ratio_text(&test->evidence), *remark = remark_of(test), *message;

	message = memory_format("%s, head / base %s: %s", stats_verdict_name(verdict), ratio,
				subject->armed ? remark : subject->reason);
	gate_junit_case(file, subject->name, name, junit_kind(timed, place, status), message);
	free(message);
	free(remark);
	free(ratio);
	free(name);
	free(point);
}

char *gate_timed_junit(const struct gate_timed *timed, enum status status)
{
	size_t tests = timed->row_count * GATE_TIMED_STATISTICS, size, failures = 0, skipped = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < timed->subject_count; i++)
		failures += failed_boots(&timed->subjects[i]) > 0;
	for (size_t i = 0; i < tests; i++) {
		const char *kind = junit_kind(timed, i, status);

		failures += kind != NULL && strcmp(kind, "failure") == 0;
		skipped += kind != NULL && strcmp(kind, "skipped") == 0;
	}
	gate_junit_begin(file, tests + timed->subject_count, failures, skipped);
	for (size_t i = 0; i < timed->subject_count; i++) {
		const struct gate_timed_subject *subject = &timed->subjects[i];
		const char *first = subject->sets[GATE_TIMED_FIRST].failure;

		gate_junit_case(file, subject->name, "boots", failed_boots(subject) > 0 ? "failure" : NULL,
				first != NULL ? first : subject->sets[GATE_TIMED_SECOND].failure);
	}
	for (size_t i = 0; i < tests; i++)
		put_junit_case(timed, i, status, file);
	gate_junit_end(file);
	fclose(file);
	return text;
}

/* --- JSON ----------------------------------------------------------------------------------------------------------- */

static json_t *evidence_json(const struct stats_evidence *evidence)
{
	if (evidence->pairs == 0)
		return json_null();
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "pairs", (json_int_t)evidence->pairs, "ratio",
			 summary_number_json(evidence->ratio), "low", summary_number_json(evidence->low), "high",
			 summary_number_json(evidence->high), "p", summary_number_json(evidence->p), "p_adjusted",
			 summary_number_json(evidence->p_adjusted), "sd", summary_number_json(evidence->sd),
			 "smallest_effect", summary_number_json(evidence->smallest_effect));
}

static json_t *test_json(const struct gate_timed *timed, size_t index)
{
	const struct gate_timed_row *row = &timed->rows[index / GATE_TIMED_STATISTICS];
	const struct gate_timed_test *test = &row->tests[index % GATE_TIMED_STATISTICS];
	const struct gate_timed_subject *subject = &timed->subjects[row->subject];
	size_t more = test->judgement.more_pairs;

	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:s, s:b, s:o, s:o}", "subject",
			 output_text_json(subject->name), "benchmark", output_text_json(row->benchmark), "params",
			 output_text_json(row->params), "statistic", statistic_name(index % GATE_TIMED_STATISTICS),
			 "unit", output_text_json(row->unit), "base", summary_number_json(test->base), "head",
			 summary_number_json(test->head), "margin", summary_number_json(test->margin), "look",
			 (json_int_t)test->look_pairs, "first", evidence_json(&test->evidence), "second",
			 evidence_json(&test->second), "verdict", stats_verdict_name(test->judgement.verdict), "gated",
			 (int)subject->armed, "reason",
			 output_text_json(test->judgement.reason != NULL ? test->judgement.reason : ""), "more_pairs",
			 more == 0 || more == SIZE_MAX ? json_null() : json_integer((json_int_t)more));
}

json_t *gate_timed_json(const struct gate_timed *timed, const char *second, enum status status)
{
	json_t *subjects = json_array(), *tests = json_array(), *looks = json_array();

	for (size_t i = 0; i < timed->subject_count; i++) {
		const struct gate_timed_subject *subject = &timed->subjects[i];

		json_array_append_new(subjects,
				      json_pack("{s:o, s:b, s:o, s:o, s:I}", "subject", output_text_json(subject->name),
						"armed", (int)subject->armed, "reason",
						output_text_json(subject->reason != NULL ? subject->reason : ""),
						"margins", output_text_json(subject->margins), "failed_boots",
						(json_int_t)failed_boots(subject)));
	}
	for (size_t i = 0; i < timed->look_count; i++)
		json_array_append_new(looks, json_pack("{s:I, s:f}", "pairs", (json_int_t)timed->looks[i].pairs,
						       "alpha", timed->looks[i].alpha));
	for (size_t i = 0; i < timed->row_count * GATE_TIMED_STATISTICS; i++)
		json_array_append_new(tests, test_json(timed, i));
	return json_pack("{s:s, s:o, s:s?, s:i, s:I, s:I, s:o, s:o, s:o, s:o}", "schema", "aerobench.gate_timed/1",
			 "run", output_text_json(timed->first->store->id), "second_run", second, "status", (int)status,
			 "rounds", (json_int_t)timed->rounds, "members", (json_int_t)timed->members, "looks", looks,
			 "verdicts", gate_tally_json(&timed->tally), "subjects", subjects, "tests", tests);
}
