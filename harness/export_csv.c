/* SPDX-License-Identifier: MIT */
/* Comma-separated values as RFC 4180 has them, the first line being the header. Unknown numbers are empty fields. */
#include "export_row.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Quoted where RFC 4180 section 2.6 asks for it. */
static void put_text(FILE *file, const char *text)
{
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, file);
		return;
	}
	fputc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void put_number(FILE *file, double number)
{
	fputc(',', file);
	if (isfinite(number))
		fprintf(file, "%.12g", number);
}

static void put_texts(FILE *file, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', file);
		put_text(file, texts[i]);
	}
}

static void put_row(FILE *file, const struct summary *summary, const struct summary_row *row)
{
	const double numbers[] = {row->min,     row->p50,   row->p90,        row->p99,     row->p999,
				  row->max,     row->mean,  row->stddev,     row->iqr,     row->cold,
				  row->control, row->grain, row->subtracted, row->raw_p50, row->differenced};
	char *machine = export_machine(row->subject), *fitness = export_row_fitness(summary, row);
	const char *texts[] = {summary->store->id,
			       export_fact(summary, "created"),
			       row->subject,
			       machine,
			       fitness,
			       row->benchmark,
			       row->params,
			       row->unit};

	put_texts(file, texts, sizeof(texts) / sizeof(texts[0]));
	fprintf(file, ",%u,%zu,%zu,%zu,%d", row->per, row->run_count, row->planned, row->n, row->exact);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		put_number(file, numbers[i]);
	fputs("\r\n", file);
	free(fitness);
	free(machine);
}

int export_csv(FILE *file, const struct summary *summary, struct error *error)
{
	if (summary->row_count == 0)
		return export_nothing("CSV", error);
	fputs("run,created,subject,machine,fitness,benchmark,params,unit,per,runs,runs_planned,n,exact,min,p50,p90,p99,"
	      "p999,max,mean,stddev,iqr,cold,control,grain,subtracted,raw_p50,differenced\r\n",
	      file);
	for (size_t i = 0; i < summary->row_count; i++)
		put_row(file, summary, &summary->rows[i]);
	return 0;
}

static void put_samples(FILE *file, const struct summary *summary, const struct summary_row *row)
{
	const char *texts[] = {summary->store->id, row->subject, row->benchmark, row->params, row->unit};

	for (size_t i = 0; i < row->run_count; i++) {
		const struct summary_run *run = &row->runs[i];

		for (size_t j = 0; j < run->n; j++) {
			put_texts(file, texts, sizeof(texts) / sizeof(texts[0]));
			fprintf(file, ",%u,%u,%zu,%" PRIu32 ",%.12g\r\n", row->per, run->round, j, run->samples[j],
				run->samples[j] * row->scale - run->subtracted);
		}
	}
}

int export_csv_samples(FILE *file, const struct summary *summary, struct error *error)
{
	if (summary->row_count == 0)
		return export_nothing("CSV", error);
	fputs("run,subject,benchmark,params,unit,per,round,index,raw,value\r\n", file);
	for (size_t i = 0; i < summary->row_count; i++)
		put_samples(file, summary, &summary->rows[i]);
	return 0;
}
