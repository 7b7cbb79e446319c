/* SPDX-License-Identifier: MIT */
/* The budgets as JSON, schema "aerobench.budgets/1": see budget.h. */
#include "budget.h"

#include "output.h"

static json_t *cell_json(const struct budget_cell *cell)
{
	const struct summary_row *row = cell->row;

	if (cell->absent != NULL)
		return json_pack("{s:o, s:o}", "p50", json_null(), "reason", output_text_json(cell->absent));
	return json_pack(
	    "{s:o*, s:o*, s:o, s:o, s:o, s:I, s:I}", "benchmark", row != NULL ? output_text_json(row->benchmark) : NULL,
	    "params", row != NULL ? summary_params_json(row->point) : NULL, "p50", summary_number_json(cell->p50),
	    "p999", summary_number_json(cell->p999), "max", summary_number_json(cell->max), "n",
	    (json_int_t)(row != NULL ? row->n : 1), "runs", (json_int_t)(row != NULL ? row->run_count : 1));
}

static json_t *line_json(const struct budget_line *line)
{
	const struct budget *budget = line->budget;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o}", "primitive",
			 output_text_json(budget->primitive), "unit", output_text_json(budget->unit), "budget",
			 summary_number_json(budget->limit), "verdict",
			 output_text_json(budget_verdict_word(line->verdict)), "note", output_text_json(budget->note),
			 "recorded", "linux", summary_number_json(budget->linux_kindest), "linux_stock",
			 summary_number_json(budget->linux_stock), "nautilus", summary_number_json(budget->nautilus),
			 "item", output_text_json(budget->items[BUDGET_AEROKERNEL]), "aerokernel",
			 cell_json(&line->cells[BUDGET_AEROKERNEL]), "linux", cell_json(&line->cells[BUDGET_LINUX]),
			 "user_level", cell_json(&line->cells[BUDGET_USER_LEVEL]));
}

static json_t *subject_json(const char *subject)
{
	return subject != NULL ? output_text_json(subject) : json_null();
}

/* What the Aerokernel says of itself. */
static json_t *env_json(const struct budget_sheet *sheet, const char *key)
{
	const char *value = sheet->aerokernel != NULL ? summary_env(sheet->summary, sheet->aerokernel, key) : NULL;

	return value != NULL ? output_text_json(value) : json_null();
}

json_t *budget_json(const struct budget_sheet *sheet)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < sheet->count; i++)
		json_array_append_new(rows, line_json(&sheet->lines[i]));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:I, s:I, s:I, s:o}", "schema", "aerobench.budgets/1",
			 "run", output_text_json(sheet->summary->store->id), "aerokernel",
			 subject_json(sheet->aerokernel), "linux", subject_json(sheet->linux_subject), "commit",
			 env_json(sheet, "commit"), "build", env_json(sheet, "build"), "cpus", BUDGET_CPUS, "met",
			 (json_int_t)sheet->verdicts[BUDGET_MET], "missed", (json_int_t)sheet->verdicts[BUDGET_MISSED],
			 "not_measured", (json_int_t)sheet->verdicts[BUDGET_ABSENT], "rows", rows);
}
