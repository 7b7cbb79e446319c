/* SPDX-License-Identifier: MIT */
/* Tier 1 of the gate, counts against a baseline: see gate.h. */
#include "gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate_machine.h"
#include "gate_margin.h"
#include "gate_size.h"
#include "memory.h"
#include "output.h"

/* Decimal margins and quotients are rounded to doubles: a relative 1e-12 is far below one instruction of any sample. */
#define GATE_ROUNDING 1e-12

/* --- Scope -------------------------------------------------------------------------------------------------------- */

static bool in_scope(const struct gate_scope *scope, const char *benchmark, const char *params)
{
	for (size_t i = 0; i < scope->benchmark_count; i++) {
		if (gate_means(scope->benchmarks[i], benchmark, params))
			return true;
	}
	return scope->benchmark_count == 0;
}

static bool subject_in_scope(const struct gate_scope *scope, const char *name)
{
	for (size_t i = 0; i < scope->subject_count; i++) {
		if (strcmp(scope->subjects[i], name) == 0)
			return true;
	}
	return scope->subject_count == 0;
}

static bool selection_known(const struct gate_baseline *baseline, const char *selection)
{
	for (size_t i = 0; i < baseline->subject_count; i++) {
		const struct gate_subject *subject = &baseline->subjects[i];

		for (size_t j = 0; j < subject->point_count; j++) {
			if (gate_means(selection, subject->points[j].benchmark, subject->points[j].params))
				return true;
		}
	}
	return false;
}

/* Whether the run meant to measure this subject. */
static bool planned(const struct gate *gate, const char *name)
{
	const struct store_plan *plan = &gate->summary->store->plan;

	for (size_t i = 0; i < plan->subject_count; i++) {
		if (strcmp(plan->subjects[i], name) == 0)
			return true;
	}
	return false;
}

/* Whether the run meant to measure something of the baseline: that it has no counts is then a finding, not a mistake. */
static bool plans_any(const struct gate *gate)
{
	for (size_t i = 0; i < gate->before->subject_count; i++) {
		if (planned(gate, gate->before->subjects[i].name))
			return true;
	}
	return false;
}

static int check_scope(const struct gate *gate, const struct gate_scope *scope, struct error *error)
{
	if (gate->after->subject_count == 0 && !plans_any(gate))
		return error_set(error, STATUS_USAGE,
				 "run %s has no counts of instructions to judge: measure aerokernel@sim or linux@sim",
				 gate->summary->store->id);
	for (size_t i = 0; i < scope->benchmark_count; i++) {
		if (!selection_known(gate->before, scope->benchmarks[i]) &&
		    !selection_known(gate->after, scope->benchmarks[i]))
			return error_set(error, STATUS_USAGE,
					 "neither the baseline nor run %s has a point '%s'; see aerobench list",
					 gate->summary->store->id, scope->benchmarks[i]);
	}
	for (size_t i = 0; i < scope->subject_count; i++) {
		if (gate_subject_find(gate->before, scope->subjects[i]) == NULL &&
		    gate_subject_find(gate->after, scope->subjects[i]) == NULL)
			return error_set(error, STATUS_USAGE, "neither the baseline nor run %s has counts of '%s'",
					 gate->summary->store->id, scope->subjects[i]);
	}
	return 0;
}

/* --- One point ---------------------------------------------------------------------------------------------------- */

static double per_operation(const struct gate_point *point, int statistic)
{
	return point != NULL ? point->value[statistic] / point->per : NAN;
}

static void judge_change(struct gate_change *change, const struct gate_baseline *baseline, const char *subject,
			 const struct gate_point *before, int statistic)
{
	struct gate_allowance allowance = gate_allowance_of(baseline, subject, before, (enum gate_statistic)statistic);

	change->judged = allowance.judged;
	change->allowed = allowance.amount;
	change->margin_given = allowance.given;
	change->margin_reason = allowance.reason;
	if (change->after > (change->before + change->allowed) * (1 + GATE_ROUNDING))
		change->verdict = STATS_REGRESSED;
	else if (change->after < (change->before - change->allowed) * (1 - GATE_ROUNDING))
		change->verdict = STATS_IMPROVED;
	else
		change->verdict = STATS_PASS;
}

/* The worst of what is judged: a shorter median does not pay for a longer maximum. */
static enum stats_verdict worst(const struct gate_finding *finding)
{
	enum stats_verdict verdict = STATS_PASS;

	for (int i = 0; i < GATE_STATISTICS; i++) {
		const struct gate_change *change = &finding->changes[i];

		if (change->judged && (change->verdict == STATS_REGRESSED || verdict == STATS_PASS))
			verdict = change->verdict;
	}
	return verdict;
}

/* A skip names the parameters of its point, but not the series. */
static bool note_means(const struct summary_note *note, const struct gate_point *point)
{
	char *selection;
	bool meant;

	if (note->benchmark == NULL)
		return false;
	selection = memory_format("%s%s%s", note->benchmark, note->params[0] != '\0' ? ":" : "", note->params);
	for (char *at = strchr(selection, ' '); at != NULL; at = strchr(at, ' '))
		*at = ':';
	meant = gate_means(selection, point->benchmark, point->params);
	free(selection);
	return meant;
}

static char *why_vanished(const struct gate *gate, const char *subject, const struct gate_point *point)
{
	for (size_t i = 0; i < gate->summary->note_count; i++) {
		const struct summary_note *note = &gate->summary->notes[i];

		if (strcmp(note->subject, subject) == 0 && note_means(note, point))
			return memory_format("gone: %s: %s", note->kind, note->reason);
	}
	return memory_text("gone: in the baseline, not in the run");
}

/* refusal: why the subject is not judged, or NULL. */
static void judge_point(struct gate *gate, const struct gate_subject *subject, const struct gate_point *before,
			const struct gate_point *after, const char *refusal)
{
	const struct gate_point *either = before != NULL ? before : after;
	struct gate_finding finding = {
	    .subject = subject->name, .benchmark = either->benchmark, .params = either->params};

	for (int i = 0; i < GATE_STATISTICS; i++) {
		struct gate_change *change = &finding.changes[i];

		*change = (struct gate_change){
		    .before = per_operation(before, i), .after = per_operation(after, i), .margin_reason = ""};
		if (refusal == NULL && !isnan(change->before) && !isnan(change->after)) {
			judge_change(change, gate->before, subject->name, before, i);
			finding.changed |= fabs(change->after - change->before) > change->before * GATE_ROUNDING;
		}
	}
	if (refusal == NULL && before != NULL && after != NULL && after->summed) {
		finding.moved = before->summed && before->crc != after->crc;
		finding.changed |= finding.moved;
		gate->unsummed += !before->summed;
	}
	finding.verdict = worst(&finding);
	if (refusal != NULL) {
		finding.verdict = STATS_SKIPPED;
		finding.reason = memory_text(refusal);
	} else if (gate_size_is_frame(either) && (before == NULL || after == NULL)) {
		/* Another function is among the largest now: told, and no question is left open. */
		finding.changed = true;
		finding.reason = memory_text("");
	} else if (after == NULL) {
		finding.verdict = STATS_INCONCLUSIVE;
		finding.reason = why_vanished(gate, subject->name, before);
	} else if (before == NULL) {
		finding.verdict = STATS_INCONCLUSIVE;
		finding.reason = memory_text("new: in the run, not in the baseline");
	} else {
		finding.reason = memory_text("");
	}
	stats_tally_add(&gate->tally, finding.verdict);
	gate->findings = memory_grow(gate->findings, gate->finding_count, sizeof(*gate->findings));
	gate->findings[gate->finding_count++] = finding;
}

/* --- One subject -------------------------------------------------------------------------------------------------- */

static void judge_points(struct gate *gate, const struct gate_subject *before, const struct gate_subject *after,
			 const struct gate_scope *scope, const char *refusal)
{
	for (size_t i = 0; before != NULL && i < before->point_count; i++) {
		const struct gate_point *point = &before->points[i];
		const struct gate_point *now =
		    after != NULL ? gate_point_find(after, point->benchmark, point->params) : NULL;

		if (in_scope(scope, point->benchmark, point->params))
			judge_point(gate, before, point, now, refusal);
	}
	for (size_t i = 0; after != NULL && i < after->point_count; i++) {
		const struct gate_point *point = &after->points[i];

		if (in_scope(scope, point->benchmark, point->params) &&
		    (before == NULL || gate_point_find(before, point->benchmark, point->params) == NULL))
			judge_point(gate, after, NULL, point, refusal);
	}
}

/* Why the run could not measure this subject at all, or NULL. */
static const char *unsupported(const struct gate *gate, const char *name)
{
	for (size_t i = 0; i < gate->summary->note_count; i++) {
		const struct summary_note *note = &gate->summary->notes[i];

		if (note->benchmark == NULL && strcmp(note->subject, name) == 0 &&
		    strcmp(note->kind, "unsupported") == 0)
			return note->reason;
	}
	return NULL;
}

static void judge_subject(struct gate *gate, const char *name, const struct gate_scope *scope)
{
	const struct gate_subject *before = gate_subject_find(gate->before, name);
	const struct gate_subject *after = gate_subject_find(gate->after, name);
	char *refusal = NULL, *difference;

	if (after == NULL && unsupported(gate, name) != NULL) {
		refusal = memory_format("unsupported here: %s", unsupported(gate, name));
	} else if ((after != NULL || planned(gate, name)) && !gate_check_subject(gate, name)) {
		gate->correct = false;
		refusal = memory_text("not judged: a check has failed");
	} else if (before != NULL && after == NULL && !planned(gate, name)) {
		refusal = memory_format("%s is in the baseline, not in the run", name);
	} else if (before != NULL && after != NULL) {
		difference = gate_machine_difference(before->machine, after->machine);
		gate->other_machine |= difference != NULL;
		if (difference != NULL && scope->any_machine)
			gate_check_add(gate, name, "machine", GATE_UNTESTED, memory_text(difference));
		else if (difference != NULL)
			refusal = memory_format("counts cannot be compared: %s", difference);
		free(difference);
	}
	judge_points(gate, before, after, scope, refusal);
	free(refusal);
}

int gate_judge(struct gate *gate, const struct gate_baseline *before, const struct gate_baseline *after,
	       const struct summary *summary, const struct gate_scope *scope, struct error *error)
{
	const struct store_plan *plan = &summary->store->plan;
	int status;

	*gate = (struct gate){.before = before, .after = after, .summary = summary, .correct = true};
	status = check_scope(gate, scope, error);
	for (size_t i = 0; i < before->subject_count && status == 0; i++) {
		if (subject_in_scope(scope, before->subjects[i].name))
			judge_subject(gate, before->subjects[i].name, scope);
	}
	/* What the run counted beside the baseline's subjects, in the order of its plan. */
	for (size_t i = 0; i < plan->subject_count && status == 0; i++) {
		if (gate_subject_find(before, plan->subjects[i]) == NULL &&
		    gate_subject_find(after, plan->subjects[i]) != NULL && subject_in_scope(scope, plan->subjects[i]))
			judge_subject(gate, plan->subjects[i], scope);
	}
	return status;
}

enum status gate_status(const struct gate *gate, bool strict)
{
	enum status status = gate->correct ? stats_tally_status(&gate->tally, strict) : STATUS_FAILED;

	if (!gate->correct && gate->tally.count[STATS_REGRESSED] == 0 && gate->timed_out)
		return STATUS_TIMEOUT;
	/* Where a part was compared, what was not is no success of the whole. */
	return strict && status == STATUS_OK && gate->tally.count[STATS_SKIPPED] > 0 ? STATUS_INCONCLUSIVE : status;
}

void gate_free(struct gate *gate)
{
	for (size_t i = 0; i < gate->check_count; i++) {
		free(gate->checks[i].subject);
		free(gate->checks[i].text);
	}
	for (size_t i = 0; i < gate->finding_count; i++)
		free(gate->findings[i].reason);
	free(gate->checks);
	free(gate->findings);
	*gate = (struct gate){0};
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

char *gate_finding_name(const struct gate_finding *finding)
{
	bool size = strncmp(finding->benchmark, gate_program, strlen(gate_program)) == 0;

	return memory_format("%s%s%s%s", finding->benchmark, size ? ", bytes" : "",
			     finding->params[0] != '\0' ? " " : "", finding->params);
}

char *gate_change_text(const struct gate_change *change)
{
	char before[64], after[64];
	double percent = 100 * (change->after / change->before - 1);

	output_number(before, sizeof(before), change->before);
	output_number(after, sizeof(after), change->after);
	if (change->before == change->after)
		return memory_text(after);
	if (isnan(percent) || isinf(percent))
		return memory_format("%s → %s", before, after);
	return memory_format("%s → %s (%+.3g %%)", before, after, percent);
}
