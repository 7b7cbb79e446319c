/* SPDX-License-Identifier: MIT */
/* The gate's verdict as JSON, as a table, as Markdown: see gate.h. */
#include "gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "table.h"

enum { NAMES_MAX = 12 };

/* --- JSON --------------------------------------------------------------------------------------------------------- */

json_t *gate_tally_json(const struct stats_tally *tally)
{
	json_t *json = json_object();

	for (int i = 0; i < STATS_VERDICTS; i++)
		json_object_set_new(json, stats_verdict_name((enum stats_verdict)i),
				    json_integer((json_int_t)tally->count[i]));
	return json;
}

static json_t *change_json(const struct gate_change *change)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:b, s:o}", "before", summary_number_json(change->before), "after",
			 summary_number_json(change->after), "allowed", summary_number_json(change->allowed), "judged",
			 (int)change->judged, "margin_given", (int)change->margin_given, "margin_reason",
			 output_text_json(change->margin_reason));
}

static json_t *finding_json(const struct gate_finding *finding)
{
	json_t *json = json_pack("{s:o, s:o, s:o, s:s, s:b, s:o}", "subject", output_text_json(finding->subject),
				 "benchmark", output_text_json(finding->benchmark), "params",
				 output_text_json(finding->params), "verdict", stats_verdict_name(finding->verdict),
				 "changed", (int)finding->changed, "reason", output_text_json(finding->reason));

	for (int i = 0; i < GATE_STATISTICS; i++)
		json_object_set_new(json, gate_statistic_names[i], change_json(&finding->changes[i]));
	return json;
}

json_t *gate_json(const struct gate *gate, const char *baseline_path, enum status status)
{
	json_t *checks = json_array(), *points = json_array();

	for (size_t i = 0; i < gate->check_count; i++)
		json_array_append_new(checks, json_pack("{s:o, s:s, s:s, s:o}", "subject",
							output_text_json(gate->checks[i].subject), "check",
							gate->checks[i].name, "outcome",
							gate_outcome_word(gate->checks[i].outcome), "text",
							output_text_json(gate->checks[i].text)));
	for (size_t i = 0; i < gate->finding_count; i++)
		json_array_append_new(points, finding_json(&gate->findings[i]));
	return json_pack("{s:s, s:o, s:o, s:i, s:o, s:o, s:o}", "schema", "aerobench.gate/1", "run",
			 output_text_json(gate->summary->store->id), "baseline", output_text_json(baseline_path),
			 "status", (int)status, "verdicts", gate_tally_json(&gate->tally), "checks", checks, "points",
			 points);
}

/* --- Rows, for a table and for Markdown ---------------------------------------------------------------------------- */

static bool same_reason(const struct gate_finding *a, const struct gate_finding *b)
{
	return strcmp(a->subject, b->subject) == 0 && strcmp(a->reason, b->reason) == 0;
}

/* The points with the reason of this one; of a whole new suite the first few. */
static void put_names(const struct gate *gate, size_t first, size_t count, FILE *file)
{
	size_t listed = 0;

	for (size_t i = first; i < gate->finding_count && listed < NAMES_MAX; i++) {
		char *name = gate_finding_name(&gate->findings[i]);

		if (same_reason(&gate->findings[first], &gate->findings[i]))
			fprintf(file, "%s%s", listed++ == 0 ? ": " : ", ", name);
		free(name);
	}
	if (count > listed)
		fprintf(file, " and %zu more", count - listed);
}

/* What all skipped or inconclusive points have in common is one line: reason, then the points. */
static void print_reasons(const struct gate *gate, FILE *file, const char *bullet)
{
	for (size_t i = 0; i < gate->finding_count; i++) {
		const struct gate_finding *finding = &gate->findings[i];
		size_t first = 0, count = 0;

		while (!same_reason(&gate->findings[first], finding))
			first++;
		if (finding->reason[0] == '\0' || first < i)
			continue;
		for (size_t j = i; j < gate->finding_count; j++)
			count += same_reason(finding, &gate->findings[j]);
		fprintf(file, "%s%s %s: %s", bullet, finding->subject, stats_verdict_name(finding->verdict),
			finding->reason);
		if (finding->verdict == STATS_SKIPPED) {
			fprintf(file, " (%zu points)\n", count);
			continue;
		}
		put_names(gate, i, count, file);
		fputc('\n', file);
	}
}

static void print_unsummed(const struct gate *gate, FILE *file, const char *bullet)
{
	if (gate->unsummed > 0)
		fprintf(file,
			"%s%zu points of the baseline were written without a mean and a CRC, which are not compared: "
			"write it again by --update\n",
			bullet, gate->unsummed);
}

static bool is_shown(const struct gate_finding *finding, bool all)
{
	return finding->reason[0] == '\0' && (all || finding->changed);
}

static const char *verdict_word(const struct gate_finding *finding)
{
	if (finding->verdict == STATS_REGRESSED)
		return "REGRESSED";
	if (finding->verdict == STATS_PASS && finding->changed)
		return "pass, changed";
	return stats_verdict_name(finding->verdict);
}

/*
 * "p50 may grow by 2: the default, …", "", "max is reported, not judged", "other samples". The default only beside what
 * has changed.
 */
static char *margin_text(const struct gate_finding *finding)
{
	char *text = NULL, number[64];
	bool same = true;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (int i = 0; i < GATE_STATISTICS; i++) {
		const struct gate_change *change = &finding->changes[i];
		const char *separator = ftell(file) > 0 ? "; " : "";

		same &= change->before == change->after || isnan(change->before) || isnan(change->after);
		if (isnan(change->before) || isnan(change->after))
			continue;
		if (!change->judged && change->before != change->after)
			fprintf(file, "%s%s is reported, not judged%s%s", separator, gate_statistic_names[i],
				change->margin_given ? ": " : "", change->margin_given ? change->margin_reason : "");
		else if (change->judged && (change->margin_given || change->before != change->after))
			fprintf(file, "%s%s may grow by %s: %s", separator, gate_statistic_names[i],
				output_number(number, sizeof(number), change->allowed), change->margin_reason);
	}
	if (same && finding->moved)
		fprintf(file, "%sthe samples differ, which is reported only", ftell(file) > 0 ? "; " : "");
	fclose(file);
	return text;
}

void gate_tally_print(const struct stats_tally *tally, FILE *file)
{
	for (int i = 0; i < STATS_VERDICTS; i++)
		fprintf(file, "%s%zu %s", i > 0 ? ", " : "", tally->count[i],
			stats_verdict_name((enum stats_verdict)i));
}

/* --- A table ------------------------------------------------------------------------------------------------------ */

static void print_table(const struct gate *gate, FILE *file, bool all, bool bold)
{
	static const char *const headings[] = {"instructions per operation", "p50", "mean", "max", "", ""};
	static const enum table_align align[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT,
						 TABLE_RIGHT, TABLE_LEFT,  TABLE_LEFT};
	const char *subject = "";
	size_t shown = 0;
	struct table table;

	table_init(&table, sizeof(headings) / sizeof(headings[0]), headings, align);
	for (size_t i = 0; i < gate->finding_count; i++) {
		const struct gate_finding *finding = &gate->findings[i];
		char *cells[] = {gate_finding_name(finding),
				 gate_change_text(&finding->changes[GATE_P50]),
				 gate_change_text(&finding->changes[GATE_MEAN]),
				 gate_change_text(&finding->changes[GATE_MAX]),
				 memory_text(verdict_word(finding)),
				 margin_text(finding)};

		if (is_shown(finding, all) && strcmp(subject, finding->subject) != 0) {
			table_section(&table, finding->subject);
			subject = finding->subject;
		}
		for (size_t j = 0; j < sizeof(cells) / sizeof(cells[0]); j++) {
			if (is_shown(finding, all))
				table_cell(&table, cells[j]);
			free(cells[j]);
		}
		shown += is_shown(finding, all);
	}
	if (shown > 0) {
		fputc('\n', file);
		table_print(&table, file, bold);
	}
	table_free(&table);
}

void gate_print(const struct gate *gate, FILE *file, bool all, bool bold)
{
	for (size_t i = 0; i < gate->check_count; i++) {
		const struct gate_check *check = &gate->checks[i];

		fprintf(file, "  %s %s: %s: %s\n", check->subject, check->name, gate_outcome_word(check->outcome),
			check->text);
	}
	print_table(gate, file, all, bold);
	fputc('\n', file);
	print_reasons(gate, file, "");
	print_unsummed(gate, file, "");
	gate_tally_print(&gate->tally, file);
	if (gate->tally.count[STATS_SKIPPED] > 0)
		fprintf(file, "; %zu points were not compared", gate->tally.count[STATS_SKIPPED]);
	fputc('\n', file);
}

/* --- Markdown ----------------------------------------------------------------------------------------------------- */

/* In a cell of a table nothing may end it or be markup. */
void gate_markdown_cell(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("|\\`*_<>[]", *text) != NULL)
			fputc('\\', file);
		fputc(*text == '\n' ? ' ' : *text, file);
	}
}

static void put_row(const struct gate_finding *finding, FILE *file)
{
	char *name = gate_finding_name(finding), *margin = margin_text(finding);
	const char *cells[] = {finding->subject, name, NULL, NULL, NULL, verdict_word(finding), margin};

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		char *change = cells[i] == NULL ? gate_change_text(&finding->changes[i - 2]) : NULL;

		fputs(i == 0 ? "| " : " | ", file);
		gate_markdown_cell(file, change != NULL ? change : cells[i]);
		free(change);
	}
	fputs(" |\n", file);
	free(name);
	free(margin);
}

static void put_rows(const struct gate *gate, FILE *file)
{
	/* Regressions first: a long comment is cut at its end. */
	static const enum stats_verdict order[] = {STATS_REGRESSED, STATS_IMPROVED, STATS_PASS};
	size_t shown = 0;

	for (size_t i = 0; i < gate->finding_count; i++)
		shown += is_shown(&gate->findings[i], false);
	if (shown == 0)
		return;
	fputs("\n| subject | point | p50 | mean | max | verdict | margin |\n|---|---|--:|--:|--:|---|---|\n", file);
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < gate->finding_count; i++) {
			if (gate->findings[i].verdict == order[k] && is_shown(&gate->findings[i], false))
				put_row(&gate->findings[i], file);
		}
	}
}

char *gate_markdown(const struct gate *gate, const char *baseline_path, enum status status)
{
	char *text = NULL;
	const char *verdict = status == STATUS_OK             ? "no regression"
			      : status == STATUS_UNSUPPORTED  ? "skipped: nothing could be compared"
			      : status == STATUS_INCONCLUSIVE ? "inconclusive"
			      : gate->correct                 ? "**regression**"
							      : "**not judged: a check has failed**";
	size_t size, skipped = gate->tally.count[STATS_SKIPPED];
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "### aerobench gate: %s", verdict);
	if (skipped > 0 && status != STATUS_UNSUPPORTED)
		fprintf(file, "; %zu points not compared", skipped);
	fputs("\n\n", file);
	gate_tally_print(&gate->tally, file);
	fprintf(file, ". Executed instructions per operation, exact; baseline `%s`.\n", baseline_path);
	put_rows(gate, file);
	fputc('\n', file);
	for (size_t i = 0; i < gate->check_count; i++) {
		const struct gate_check *check = &gate->checks[i];

		if (check->outcome != GATE_HOLDS)
			fprintf(file, "- %s, %s: %s: %s\n", check->subject, check->name,
				gate_outcome_word(check->outcome), check->text);
	}
	print_reasons(gate, file, "- ");
	print_unsummed(gate, file, "- ");
	fclose(file);
	return text;
}
