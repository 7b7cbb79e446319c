/* SPDX-License-Identifier: MIT */
/* Two subjects compared, row by row: see compare.h. */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_row.h"
#include "memory.h"
#include "placement.h"
#include "subject.h"

const enum stats_statistic compare_tests[COMPARE_TESTS] = {STATS_LOCATION, STATS_SPREAD, STATS_TAIL};

int compare_beyond_doubt(const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	double low = row->exact ? estimate->ratio : estimate->low;
	double high = row->exact ? estimate->ratio : estimate->high;

	return (low > 1) - (high < 1);
}

const char *compare_verdict_name(bool across, enum stats_verdict verdict)
{
	static const char *const words[STATS_VERDICTS] = {
	    [STATS_PASS] = "alike", [STATS_IMPROVED] = "smaller", [STATS_REGRESSED] = "larger"};

	return across && words[verdict] != NULL ? words[verdict] : stats_verdict_name(verdict);
}

static bool same_samples(const struct summary_row *a, const struct summary_row *b)
{
	bool same = strcmp(a->benchmark, b->benchmark) == 0 && a->run_count == b->run_count;

	for (size_t i = 0; i < a->run_count && same; i++) {
		const struct summary_run *one = &a->runs[i], *other = &b->runs[i];

		same = one->round == other->round && one->n == other->n &&
		       memcmp(one->samples, other->samples, one->n * sizeof(*one->samples)) == 0;
	}
	return same;
}

static void find_repeats(struct compare *compare)
{
	for (size_t i = 1; i < compare->row_count; i++) {
		struct compare_row *row = &compare->rows[i];
		const struct compare_row *before = row - 1;

		if (same_samples(row->a, before->a) && same_samples(row->b, before->b))
			row->repeats = before->repeats != NULL ? before->repeats : before;
	}
}

/* The tests of all rows but those that repeat another, as one family (measuring.md §5, "Several tests"). */
static void adjust(struct compare *compare, struct stats_evidence *evidence)
{
	struct stats_evidence *family = memory_new(compare->row_count, COMPARE_TESTS * sizeof(*family));
	size_t count = 0, taken = 0;

	for (size_t i = 0; i < compare->row_count; i++) {
		for (size_t j = 0; j < COMPARE_TESTS && compare->rows[i].repeats == NULL; j++)
			family[count++] = evidence[i * STATS_STATISTICS + compare_tests[j]];
	}
	compare->family = stats_family_adjust(family, count, STATS_FAMILY_REPORT);
	for (size_t i = 0; i < compare->row_count; i++) {
		const struct compare_row *first = compare->rows[i].repeats;
		struct stats_evidence *own = evidence + i * STATS_STATISTICS;

		for (size_t j = 0; j < COMPARE_TESTS; j++)
			own[compare_tests[j]].p_adjusted =
			    first == NULL
				? family[taken++].p_adjusted
				: evidence[(size_t)(first - compare->rows) * STATS_STATISTICS + compare_tests[j]]
				      .p_adjusted;
	}
	free(family);
}

static void judge_all(struct compare *compare, uint64_t seed)
{
	struct stats_evidence *evidence = memory_new(compare->row_count, STATS_STATISTICS * sizeof(*evidence));

	for (size_t i = 0; i < compare->row_count; i++)
		compare_row_estimate(&compare->rows[i], compare->paired, seed, evidence + i * STATS_STATISTICS);
	find_repeats(compare);
	adjust(compare, evidence);
	for (size_t i = 0; i < compare->row_count; i++) {
		struct compare_row *row = &compare->rows[i];

		compare_row_judge(row, evidence + i * STATS_STATISTICS, compare->margin, compare->family,
				  compare->paired);
		for (int j = 0; j < STATS_STATISTICS; j++)
			row->estimates[j].word =
			    compare_verdict_name(compare->across, row->estimates[j].judgement.verdict);
		row->word = compare_verdict_name(compare->across, row->verdict);
		if (row->repeats == NULL)
			stats_tally_add(&compare->tally, row->verdict);
	}
	free(evidence);
}

/* --- Rows --------------------------------------------------------------------------------------------------------- */

/* Whether the words of the boots that this computer made asked for the benchmark; extra: only where it is named. */
static bool was_asked(const struct store *store, const char *benchmark, bool extra)
{
	size_t len = strlen(benchmark);

	if (store->plan.benchmark_count == 0)
		return !extra;
	for (size_t i = 0; i < store->plan.benchmark_count; i++) {
		const char *name = store->plan.benchmarks[i];

		if (strcspn(name, ":") == len && strncmp(name, benchmark, len) == 0)
			return true;
	}
	return false;
}

/*
 * Whether it is proved that the system of side has no benchmark like that of row, of which it measured nothing: it was told to
 * measure it, did not complain, and did not list it either. What a metal machine was told only it knows (bench/wire.h).
 */
static bool has_none(const struct compare_side *side, const struct compare_side *owner, const struct summary_row *row)
{
	const struct stream_bench *bench = summary_bench(owner->summary, owner->subject, row->benchmark);
	const struct store *store = side->summary->store;
	bool extra = bench == NULL || bench->extra != 0, asked = false;
	struct subject subject;

	if (json_object_get(store->run, "campaign") != NULL && subject_parse(&subject, side->subject, NULL) == 0 &&
	    subject.machine != SUBJECT_METAL)
		asked = was_asked(store, row->benchmark, extra);
	for (size_t i = 0; i < side->summary->stream_count; i++) {
		const struct stream *stream = &side->summary->streams[i];
		const char *selection = stream_env(stream, "selection");

		if (strcmp(side->summary->boots[i]->subject, side->subject) != 0 || stream->bench_count == 0)
			continue;
		if (asked || (!extra && selection != NULL && strcmp(selection, "all") == 0))
			return true;
	}
	return false;
}

/* Why side has not the row of owner. */
static const char *missing_reason(const struct compare_side *side, const struct compare_side *owner,
				  const struct summary_row *row)
{
	const char *whole = NULL;

	for (size_t i = 0; i < side->summary->note_count; i++) {
		const struct summary_note *note = &side->summary->notes[i];

		if (strcmp(note->subject, side->subject) != 0)
			continue;
		if (note->benchmark == NULL)
			whole = note->reason;
		/* A skipped point has no series yet: its parameters are the beginning of the row's. */
		else if (strcmp(note->benchmark, row->benchmark) == 0 &&
			 strncmp(note->params, row->params, strlen(note->params)) == 0)
			return note->reason;
	}
	if (summary_bench(side->summary, side->subject, row->benchmark) != NULL)
		return whole != NULL ? whole : "only other points were measured on the other side";
	if (has_none(side, owner, row))
		return "that system has no such benchmark";
	return whole != NULL ? whole : "not measured on the other side";
}

static void add_missing(struct compare *compare, const struct summary_row *row, bool in_a, const char *reason)
{
	compare->missing = memory_grow(compare->missing, compare->missing_count, sizeof(*compare->missing));
	compare->missing[compare->missing_count++] =
	    (struct compare_missing){.row = row, .in_a = in_a, .reason = reason};
}

static int add_row(struct compare *compare, const struct summary_row *a, const struct summary_row *b,
		   struct error *error)
{
	if (strcmp(a->unit, b->unit) != 0) {
		return error_set(error, STATUS_USAGE,
				 "%s measures %s in %s and %s in %s: choose two subjects with one unit", a->subject,
				 a->benchmark, a->unit, b->subject, b->unit);
	}
	compare->rows = memory_grow(compare->rows, compare->row_count, sizeof(*compare->rows));
	compare->rows[compare->row_count++] = (struct compare_row){.a = a, .b = b, .exact = a->exact && b->exact};
	if (compare->unit == NULL)
		compare->unit = a->unit;
	return 0;
}

/* "linux@host" and "aerokernel@qemu". */
static bool other_system(const char *a, const char *b)
{
	size_t len = strcspn(a, "@");

	return len != strcspn(b, "@") || strncmp(a, b, len) != 0;
}

/*
 * Whether it was one computer, and its CPUs the same ones. A virtual machine is made anew for each boot, by its name; of
 * bare metal, and of hosts in two runs, there may be several.
 */
static void find_computer(struct compare *compare, const struct compare_side *a, const struct compare_side *b)
{
	struct subject one, other;

	if (subject_parse(&one, a->subject, NULL) != 0 || subject_parse(&other, b->subject, NULL) != 0 ||
	    !subject_same_hardware(one.machine, other.machine))
		return;
	compare->placement = placement_difference_subjects(a->summary, a->subject, b->summary, b->subject);
	if (one.machine == SUBJECT_METAL || other.machine == SUBJECT_METAL ||
	    (one.machine == SUBJECT_HOST && !compare->paired))
		compare->computer_match =
		    computer_match_subjects(a->summary, a->subject, b->summary, b->subject, &compare->computer);
}

int compare_make(struct compare *compare, struct compare_side a, struct compare_side b, double margin,
		 struct error *error)
{
	int status = 0;

	*compare = (struct compare){.subject_a = a.subject,
				    .subject_b = b.subject,
				    .margin = margin,
				    .paired = strcmp(a.summary->store->id, b.summary->store->id) == 0,
				    .across = other_system(a.subject, b.subject)};
	for (size_t i = 0; i < a.summary->row_count && status == 0; i++) {
		const struct summary_row *row = &a.summary->rows[i], *other;

		if (strcmp(row->subject, a.subject) != 0)
			continue;
		other = summary_find(b.summary, row->benchmark, b.subject, row->params);
		if (other != NULL)
			status = add_row(compare, row, other, error);
		else
			add_missing(compare, row, true, missing_reason(&b, &a, row));
	}
	for (size_t i = 0; i < b.summary->row_count && status == 0; i++) {
		const struct summary_row *row = &b.summary->rows[i];

		if (strcmp(row->subject, b.subject) == 0 &&
		    summary_find(a.summary, row->benchmark, a.subject, row->params) == NULL)
			add_missing(compare, row, false, missing_reason(&a, &b, row));
	}
	if (status == 0 && compare->row_count == 0) {
		status = error_set(error, STATUS_USAGE,
				   "%s and %s have no measured point in common: `aerobench show` says what each has",
				   a.subject, b.subject);
	}
	if (status == 0) {
		judge_all(compare, a.summary->store->plan.seed);
		find_computer(compare, &a, &b);
	} else {
		compare_free(compare);
	}
	return status;
}

void compare_free(struct compare *compare)
{
	free(compare->rows);
	free(compare->missing);
	free(compare->computer);
	free(compare->placement);
	*compare = (struct compare){0};
}
