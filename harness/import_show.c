/* SPDX-License-Identifier: MIT */
/* Imports for people and programs: see import_show.h. */
#include "import_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate_baseline.h"
#include "memory.h"
#include "output.h"
#include "paths.h"
#include "report_html.h"
#include "table.h"

static const char *const headings[] = {"",      "",    "n",    "min",    "p50", "p90",           "p99",
				       "p99.9", "max", "mean", "stddev", "IQR", "p50 / imported"};
static const enum table_align align[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
					 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT,
					 TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};

enum { SHOW_COLUMNS = 12 }; /* the last one is for rows beside imported ones */

static void heading(FILE *file, const struct import_file *import)
{
	fprintf(file, "Import %s: %s, %s, imported %s%s%s\n", import->name, import->source, import->import.format,
		import->imported, import->import.origin[0] != '\0' ? ": " : "", import->import.origin);
}

static void legend(FILE *file)
{
	fputs("\nImported: measured by another program, without raw samples. Not paired, no intervals, never judged. A "
	      "histogram\nknows a value to one step, rounded down; percentiles over repetitions are of means, not of "
	      "operations. –: unknown,\nor not supported by n.\n",
	      file);
}

static void put_numbers(struct table *table, const struct import_row *row)
{
	const double numbers[] = {row->min, row->p50,  row->p90,    row->p99, row->p999,
				  row->max, row->mean, row->stddev, row->iqr};

	table_number(table, row->n > 0 ? (double)row->n : NAN);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		table_number(table, numbers[i]);
}

void import_show(FILE *file, const struct import_file *import, bool bold)
{
	uint64_t overflow = 0;
	struct table table;

	heading(file, import);
	fprintf(file, "\n%simported: ns%s\n", bold ? "\033[1m" : "", bold ? "\033[0m" : "");
	table_init(&table, SHOW_COLUMNS, headings, align);
	for (size_t i = 0; i < import->import.row_count; i++) {
		const struct import_row *row = &import->import.rows[i];
		char *kind = import_kind_text(row);

		table_cell(&table, row->name);
		table_cell(&table, kind);
		put_numbers(&table, row);
		overflow += row->overflow;
		free(kind);
	}
	table_print(&table, file, bold);
	table_free(&table);
	legend(file);
	if (overflow > 0)
		fputs(
		    "Observations above the last step of a histogram are counted; percentiles that lie among them are "
		    "unknown.\n",
		    file);
}

/* --- Beside a run ------------------------------------------------------------------------------------------------------ */

/* Whether our row is of the point that theirs stands beside: by its map, or its name up to '/' is the benchmark's. */
static bool stands_beside(const struct import_file *import, const struct import_row *theirs,
			  const struct summary_row *ours)
{
	const char *point = import_file_point(import, theirs);
	char *benchmark;
	bool same;

	if (strcmp(ours->unit, "ns") != 0)
		return false;
	if (point != theirs->name)
		return gate_means(point, ours->benchmark, ours->params);
	benchmark = memory_format("%.*s", (int)strcspn(point, "/"), point);
	same = strcmp(benchmark, ours->benchmark) == 0;
	free(benchmark);
	return same;
}

static void put_ours(struct table *table, const struct summary_row *row, const struct import_row *theirs)
{
	const double numbers[] = {row->min, row->p50,  row->p90,    row->p99, row->p999,
				  row->max, row->mean, row->stddev, row->iqr};
	char *name = reading_row_name(row), *runs = reading_runs(row);

	table_format(table, "%s %s", row->subject, name);
	table_cell(table, "samples");
	table_cell(table, runs);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		table_number(table, numbers[i]);
	table_number(table, row->p50 / theirs->p50);
	free(runs);
	free(name);
}

/* One of theirs below all of ours. False: none of ours is of its point. */
static bool put_beside(struct table *table, const struct import_file *import, const struct import_row *theirs,
		       const struct summary *summary)
{
	size_t found = 0;
	char *kind;

	for (size_t i = 0; i < summary->row_count; i++) {
		if (!stands_beside(import, theirs, &summary->rows[i]))
			continue;
		if (found++ == 0)
			table_section(table, theirs->name);
		put_ours(table, &summary->rows[i], theirs);
	}
	if (found == 0)
		return false;
	kind = import_kind_text(theirs);
	table_format(table, "imported %s", import->name);
	table_cell(table, kind);
	put_numbers(table, theirs);
	table_end_row(table);
	free(kind);
	return true;
}

size_t import_show_beside(FILE *file, const struct import_file *import, const struct summary *summary, bool bold)
{
	struct table table;
	size_t found = 0;

	reading_heading(file, summary);
	heading(file, import);
	table_init(&table, SHOW_COLUMNS + 1, headings, align);
	for (size_t i = 0; i < import->import.row_count; i++)
		found += put_beside(&table, import, &import->import.rows[i], summary);
	if (found > 0) {
		fprintf(file, "\n%sns per operation%s\n", bold ? "\033[1m" : "", bold ? "\033[0m" : "");
		table_print(&table, file, bold);
		legend(file);
	} else {
		fputs("\nNo row of it stands beside one in ns of this run: say which by `aerobench import --map "
		      "THEIRS=BENCHMARK`.\n",
		      file);
	}
	table_free(&table);
	return found;
}

/* --- For programs ------------------------------------------------------------------------------------------------------ */

static json_t *row_json(const struct import_file *import, const struct import_row *row)
{
	static const char *const kinds[] = {
	    [IMPORT_HISTOGRAM] = "histogram", [IMPORT_REPETITIONS] = "repetitions", [IMPORT_AGGREGATES] = "aggregates"};
	const char *point = import_file_point(import, row);
	json_t *json = json_pack("{s:o, s:s, s:o, s:s, s:o, s:I}", "name", output_text_json(row->name), "kind",
				 kinds[row->kind], "beside", point != row->name ? output_text_json(point) : json_null(),
				 "unit", "ns", "n", row->n > 0 ? json_integer((json_int_t)row->n) : json_null(),
				 "overflow", (json_int_t)row->overflow);
	const struct {
		const char *key;
		double number;
	} numbers[] = {{"step_ns", row->step_ns}, {"operations", row->each > 0 ? (double)row->each : NAN},
		       {"min", row->min},         {"p50", row->p50},
		       {"p90", row->p90},         {"p99", row->p99},
		       {"p999", row->p999},       {"max", row->max},
		       {"mean", row->mean},       {"stddev", row->stddev},
		       {"iqr", row->iqr}};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_set_new(json, numbers[i].key, summary_number_json(numbers[i].number));
	return json;
}

json_t *import_json(const struct import_file *import)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < import->import.row_count; i++)
		json_array_append_new(rows, row_json(import, &import->import.rows[i]));
	return json_pack("{s:s, s:b, s:o, s:o, s:o, s:s, s:o, s:o}", "schema", "aerobench.import_view/1", "imported", 1,
			 "name", output_text_json(import->name), "source", output_text_json(import->source), "date",
			 output_text_json(import->imported), "format", import->import.format, "origin",
			 output_text_json(import->import.origin), "results", rows);
}

/* Ours beside theirs; the ratio is told and not judged. */
static json_t *beside_json(const struct summary_row *ours, const struct import_row *theirs)
{
	json_t *json = json_pack("{s:o, s:o, s:o, s:s, s:I, s:I}", "benchmark", output_text_json(ours->benchmark),
				 "subject", output_text_json(ours->subject), "params", summary_params_json(ours->point),
				 "unit", ours->unit, "n", (json_int_t)ours->n, "runs", (json_int_t)ours->run_count);

	json_object_set_new(json, "p50", summary_number_json(ours->p50));
	json_object_set_new(json, "p99", summary_number_json(ours->p99));
	json_object_set_new(json, "iqr", summary_number_json(ours->iqr));
	json_object_set_new(json, "p50_to_imported", summary_number_json(ours->p50 / theirs->p50));
	return json;
}

json_t *import_json_beside(const struct import_file *import, const struct summary *summary)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < import->import.row_count; i++) {
		const struct import_row *theirs = &import->import.rows[i];
		json_t *ours = json_array();

		for (size_t j = 0; j < summary->row_count; j++) {
			if (stands_beside(import, theirs, &summary->rows[j]))
				json_array_append_new(ours, beside_json(&summary->rows[j], theirs));
		}
		if (json_array_size(ours) > 0)
			json_array_append_new(
			    rows, json_pack("{s:o, s:o}", "imported", row_json(import, theirs), "ours", ours));
		else
			json_decref(ours);
	}
	return json_pack("{s:s, s:o, s:s, s:b, s:o}", "schema", "aerobench.import_beside/1", "import",
			 output_text_json(import->name), "run", summary->store->id, "judged", 0, "results", rows);
}

int import_beside_run(struct reading *reading, const char *name, const char *run, struct error *error)
{
	struct import_file import;
	struct store store;
	struct summary summary;
	int status = import_file_open(&import, paths_results(reading->results), name, error);

	reading->select.ns = true;
	if (status == 0 && (status = reading_load(reading, run, &store, &summary, error)) == 0) {
		if (reading->json) {
			status = output_json(import_json_beside(&import, &summary), error);
		} else {
			import_show_beside(stdout, &import, &summary, output_colored(stdout, reading->color));
			status = output_finish(error);
		}
		reading_unload(&store, &summary);
	}
	import_file_free(&import);
	return status;
}

/* --- For the report ---------------------------------------------------------------------------------------------------- */

static void report_table(FILE *file, const struct import_file *import)
{
	char *caption = memory_format("Imported: %s, from %s (%s) on %s; ns", import->name, import->source,
				      import->import.format, import->imported);

	html_table_begin(file, caption, "|<of|n|min|p50|p90|p99|p99.9|max|mean|IQR");
	for (size_t i = 0; i < import->import.row_count; i++) {
		const struct import_row *row = &import->import.rows[i];
		const double numbers[] = {row->min,  row->p50, row->p90,  row->p99,
					  row->p999, row->max, row->mean, row->iqr};
		char *kind = import_kind_text(row);

		fputs("<tr>", file);
		html_name(file, row->name);
		html_element(file, "td", kind);
		html_number(file, row->n > 0 ? (double)row->n : NAN);
		for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++)
			html_number(file, numbers[j]);
		fputs("</tr>\n", file);
		free(kind);
	}
	html_table_end(file);
	free(caption);
}

int import_report(FILE *file, const char *results, struct error *error)
{
	char **names;
	size_t count;
	int status = import_file_list(results, &names, &count, error);

	if (count > 0)
		fputs(
		    "<section id=\"imported\">\n<h2>Imported</h2>\n<p>Measured by other programs, without raw samples: "
		    "not paired, no intervals, never judged. A histogram knows a value to one step, rounded down; "
		    "percentiles over repetitions are of means, not of operations.</p>\n",
		    file);
	for (size_t i = 0; i < count; i++) {
		struct import_file import;

		if (status == 0) {
			status = import_file_open(&import, results, names[i], error);
			if (status == 0)
				report_table(file, &import);
			import_file_free(&import);
		}
		free(names[i]);
	}
	if (count > 0)
		fputs("</section>\n", file);
	free(names);
	return status;
}
