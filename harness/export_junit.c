/* SPDX-License-Identifier: MIT */
/*
 * A run as JUnit's XML: a case for each row with its numbers as output; a boot that failed is a failure, what could not
 * be measured is skipped with its reason. Nothing is judged here: `aerobench gate --junit` does that.
 */
#include "export_row.h"

#include <stdlib.h>
#include <string.h>

#include "junit.h"
#include "memory.h"
#include "output.h"
#include "reading.h"

static void put_row(FILE *file, const struct summary *summary, const struct summary_row *row)
{
	char p50[32], p99[32], iqr[32], *name = reading_row_name(row), *count = export_row_count(row);
	char *fitness = export_row_fitness(summary, row);
	char *text = memory_format("p50 %s, p99 %s, IQR %s %s per operation; %s; %s",
				   output_number(p50, sizeof(p50), row->p50), output_number(p99, sizeof(p99), row->p99),
				   output_number(iqr, sizeof(iqr), row->iqr), row->unit, count, fitness);

	junit_case(file, row->subject, name, NULL, text);
	free(text);
	free(fitness);
	free(count);
	free(name);
}

/* What was measured and did not succeed, or did not arrive whole; the rest could not be measured here. */
static bool is_failure(const struct summary_note *note)
{
	return strcmp(note->kind, "failed") == 0 || strcmp(note->kind, "cut") == 0;
}

static void put_note(FILE *file, const struct summary_note *note)
{
	char *name = note->benchmark == NULL
			 ? memory_text("boot")
			 : memory_format("%s%s%s", note->benchmark, note->params[0] != '\0' ? " " : "", note->params);

	junit_case(file, note->subject, name, is_failure(note) ? "failure" : "skipped", note->reason);
	free(name);
}

int export_junit(FILE *file, const struct summary *summary, struct error *error)
{
	size_t failures = 0;

	if (summary->row_count + summary->note_count == 0)
		return export_nothing("JUnit", error);
	for (size_t i = 0; i < summary->note_count; i++)
		failures += is_failure(&summary->notes[i]);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"aerobench run ", file);
	junit_text(file, summary->store->id);
	fputs("\" timestamp=\"", file);
	junit_text(file, export_fact(summary, "created"));
	fprintf(file, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n",
		summary->row_count + summary->note_count, failures, summary->note_count - failures);
	for (size_t i = 0; i < summary->row_count; i++)
		put_row(file, summary, &summary->rows[i]);
	for (size_t i = 0; i < summary->note_count; i++)
		put_note(file, &summary->notes[i]);
	fputs(" </testsuite>\n</testsuites>\n", file);
	return 0;
}
