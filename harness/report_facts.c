/* SPDX-License-Identifier: MIT */
/* What the report says besides numbers: see report_section.h. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clock_text.h"
#include "figure_match.h"
#include "memory.h"
#include "paths.h"
#include "report_html.h"
#include "report_machine.h"
#include "report_section.h"
#include "smis.h"
#include "subject.h"
#include "verdict.h"

/* --- Verdict ------------------------------------------------------------------------------------------------------------ */

/* Whether the plan has a subject on the machine. */
static bool plan_has_machine(const struct store_plan *plan, const char *machine)
{
	char own[SUBJECT_NAME_MAX];

	for (size_t s = 0; s < plan->subject_count; s++) {
		if (strcmp(figure_machine(plan->subjects[s], own, sizeof(own)), machine) == 0)
			return true;
	}
	return false;
}

static void verdict_item(FILE *file, const json_t *run, const char *machine)
{
	static const char *const classes[] = {
	    [VERDICT_UNKNOWN] = "unknown", [VERDICT_FIT] = "fit", [VERDICT_UNFIT] = "unfit"};
	static const char *const words[] = {[VERDICT_UNKNOWN] = "", [VERDICT_FIT] = " good", [VERDICT_UNFIT] = " bad"};
	const json_t *reasons;
	enum verdict_kind kind = verdict_of(run, machine, &reasons);
	char *word = verdict_word(run, machine);

	fprintf(file, "<li class=\"%s\"><b>", classes[kind]);
	html_text(file, machine);
	fprintf(file, "</b> <span class=\"word%s\">", words[kind]);
	html_text(file, word);
	fputs("</span>", file);
	fputs(json_array_size(reasons) > 0 ? "\n<ul>\n" : "", file);
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const char *reason = json_string_value(json_array_get(reasons, i));

		html_element(file, "li", reason != NULL ? reason : "?");
	}
	fputs(json_array_size(reasons) > 0 ? "</ul></li>\n" : "</li>\n", file);
	free(word);
}

/* What moves a number on a machine that is fit too. */
static void disturbances(FILE *file, const struct summary *summary)
{
	const struct store_plan *plan = &summary->store->plan;

	for (size_t i = 0; i < plan->subject_count; i++) {
		char *clocks = clock_text(summary, plan->subjects[i]);

		if (clocks != NULL)
			html_format(file, "p", "%s.", clocks);
		free(clocks);
	}
	for (size_t i = 0; i < summary->stream_count; i++) {
		char *smis = smis_text(summary, i);

		if (smis != NULL)
			html_format(file, "p", "%s.", smis);
		free(smis);
	}
}

void report_verdict(FILE *file, const struct summary *summary)
{
	const struct store *store = summary->store;
	const char *machine;
	size_t failed = 0, unsupported = 0, cut = 0;

	fputs("<section id=\"verdict\">\n<h2>Doctor's verdict</h2>\n", file);
	html_element(file, "p",
		     "Whether each machine could measure what it was asked to, by the probes that ran before the first "
		     "boot. Numbers of an unfit machine show shape, not latency, and are never gated.");
	fputs("<ul class=\"verdicts\">\n", file);
	for (size_t i = 0; (machine = figure_machine_at(i)) != NULL; i++) {
		if (plan_has_machine(&store->plan, machine))
			verdict_item(file, store->run, machine);
	}
	fputs("</ul>\n", file);
	for (size_t i = 0; i < store->boot_count; i++) {
		failed += store->boots[i].status == STORE_FAILED;
		unsupported += store->boots[i].status == STORE_UNSUPPORTED;
		cut += store->boots[i].status == STORE_CUT;
	}
	html_format(file, "p",
		    "%zu boots: %zu good, %zu failed, %zu unsupported here. No number comes from a failed boot.",
		    store->boot_count, store->boot_count - failed - unsupported - cut, failed, unsupported);
	if (cut > 0)
		html_format(file, "p",
			    "%zu boots were cut or garbled on the line. No number on this page comes from one of them; "
			    "aerobench show %s shows what could be proved of each.",
			    cut, store->id);
	disturbances(file, summary);
	fputs("</section>\n", file);
}

/* --- What is not there -------------------------------------------------------------------------------------------------- */

static bool note_is_like(const struct summary_note *a, const struct summary_note *b)
{
	return strcmp(a->subject, b->subject) == 0 && strcmp(a->kind, b->kind) == 0 &&
	       strcmp(a->reason, b->reason) == 0;
}

static bool note_opens_row(const struct summary *summary, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (note_is_like(&summary->notes[i], &summary->notes[index]))
			return false;
	}
	return true;
}

/* All that one subject has not for one reason. */
static void note_row(FILE *file, const struct summary *summary, size_t index)
{
	const struct summary_note *first = &summary->notes[index];

	fputs("<tr>", file);
	html_element(file, "th scope=\"row\"", first->subject);
	fputs("<td class=\"long\">", file);
	for (size_t i = index; i < summary->note_count; i++) {
		const struct summary_note *note = &summary->notes[i];

		if (!note_is_like(note, first))
			continue;
		html_text(file, i > index ? ", " : "");
		html_text(file, note->benchmark != NULL ? note->benchmark : "everything");
		if (note->params != NULL && note->params[0] != '\0') {
			putc(' ', file);
			html_text(file, note->params);
		}
	}
	fputs("</td>", file);
	html_element(file, "td", first->kind);
	html_element(file, "td class=\"long\"", first->reason);
	fputs("</tr>\n", file);
}

void report_absent(FILE *file, const struct summary *summary)
{
	fputs("<section id=\"absent\">\n<h2>Not measured, and why</h2>\n", file);
	if (summary->note_count == 0) {
		html_element(file, "p", "Everything that was planned was measured.");
	} else {
		html_table_begin(file, "Skipped, unsupported, cut or failed", "subject|<what|<how|<reason");
		for (size_t i = 0; i < summary->note_count; i++) {
			if (note_opens_row(summary, i))
				note_row(file, summary, i);
		}
		html_table_end(file);
	}
	fputs("</section>\n", file);
}

/* --- Sources ------------------------------------------------------------------------------------------------------------ */

static const char *boot_status(enum store_status status)
{
	switch (status) {
	case STORE_OK:
		return "ok";
	case STORE_CUT:
		return "cut";
	case STORE_FAILED:
		return "failed";
	default:
		return "unsupported";
	}
}

static void boot_row(FILE *file, const struct store_boot *boot)
{
	fputs("<tr>", file);
	html_format(file, "th scope=\"row\"", "%u", boot->index);
	html_element(file, "td", boot->subject);
	html_number(file, boot->round);
	html_element(file, "td", boot_status(boot->status));
	html_element(file, "td", boot->log != NULL ? boot->log : "–");
	html_number(file, (double)boot->len_bytes);
	html_format(file, "td", "%08x", boot->crc);
	html_number(file, boot->seconds > 0 ? boot->seconds : NAN); /* nobody saw a boot of a captured log */
	fputs("</tr>\n", file);
}

void report_sources(FILE *file, const struct summary *summary)
{
	const struct store *store = summary->store;

	fputs("<section id=\"sources\">\n<h2>Where the numbers come from</h2>\n", file);
	html_element(
	    file, "p",
	    "Everything on this page is computed again from the raw streams, which are kept as the systems under "
	    "test wrote them, each with its count and checksum:");
	html_element(file, "pre", paths_recorded(store->path));
	html_format(
	    file, "pre",
	    "aerobench show %s                 # every row\naerobench compare %s              # the comparison\n"
	    "aerobench plot --run %s           # the figures, with their data as TSV\n"
	    "aerobench report --run %s         # this page",
	    store->id, store->id, store->id, store->id);
	html_details(file, "%zu boots and their logs", store->boot_count);
	html_table_begin(file, "Boots in the order they ended",
			 "boot|<subject|round|<status|<log|bytes|<CRC-32|seconds");
	for (size_t i = 0; i < store->boot_count; i++)
		boot_row(file, &store->boots[i]);
	html_table_end(file);
	fputs("</details>\n", file);
	report_machines(file, store);
	fputs("</section>\n", file);
}
