/* SPDX-License-Identifier: MIT */
/* What several formats say alike: see export_row.h. */
#include "export_row.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "verdict.h"

char *export_row_name(const struct summary_row *row)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs(row->benchmark, file);
	for (size_t i = 0; i < row->point->param_count; i++)
		fprintf(file, "/%s:%s", row->point->params[i].key, row->point->params[i].value);
	fprintf(file, "/%s", row->subject);
	fclose(file);
	return text;
}

bool export_row_is_time(const struct summary_row *row)
{
	return strcmp(row->unit, "ns") == 0 || strcmp(row->unit, "instructions") == 0;
}

const char *export_row_unit(const struct summary_row *row)
{
	/* -icount shift=0: one instruction is 2^0 ns of the virtual clock (measuring.md §4). */
	if (strcmp(row->unit, "instructions") == 0)
		return "instructions of all CPUs; 1 is 1 ns of QEMU's virtual clock, never a latency";
	return row->unit;
}

char *export_row_count(const struct summary_row *row)
{
	return memory_format("%zu boots x %zu samples", row->run_count, row->exact ? row->n : row->n / row->run_count);
}

char *export_machine(const char *subject)
{
	const char *at = strchr(subject, '@');

	return at != NULL ? memory_format("%.*s", (int)strcspn(at + 1, ":"), at + 1) : memory_text("");
}

char *export_row_fitness(const struct summary *summary, const struct summary_row *row)
{
	char *machine = export_machine(row->subject);
	char *word = verdict_word(summary->store->run, machine);

	free(machine);
	return word;
}

const char *export_fact(const struct summary *summary, const char *path)
{
	const json_t *value = summary->store->run;
	char *copy = memory_text(path), *rest = copy;
	const char *text;

	while (rest != NULL)
		value = json_object_get(value, strsep(&rest, "."));
	free(copy);
	text = json_string_value(value);
	return text != NULL && text[0] != '\0' ? text : "unknown";
}

json_t *export_number(double number)
{
	char text[32];

	snprintf(text, sizeof(text), "%.12g", number);
	return summary_number_json(strtod(text, NULL));
}

int export_json(FILE *file, json_t *json)
{
	/* What fails here fails again, and is told, when the file is closed. */
	json_dumpf(json, file, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	json_decref(json);
	fputc('\n', file);
	return 0;
}

void export_warn_left_out(const struct summary *summary, const char *format)
{
	const char *unit = NULL;
	size_t count = 0;

	for (size_t i = 0; i < summary->row_count; i++) {
		if (!export_row_is_time(&summary->rows[i])) {
			unit = summary->rows[i].unit;
			count++;
		}
	}
	if (count > 0)
		error_warn("%s holds lengths of time only: %zu rows left out, the last in %s", format, count, unit);
}

int export_nothing(const char *format, struct error *error)
{
	return error_set(error, STATUS_USAGE,
			 "the run has nothing that %s can hold: `aerobench show` lists what it has, and why not more",
			 format);
}
