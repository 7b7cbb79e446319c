/* SPDX-License-Identifier: MIT */
/* A comparison as JSON, schema "aerobench.compare/1": see compare.h. */
#include "compare.h"

#include <string.h>

#include "output.h"

static json_t *estimate_json(const struct compare_estimate *estimate)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:s}", "a", summary_number_json(estimate->a), "b",
			 summary_number_json(estimate->b), "ratio", summary_number_json(estimate->ratio), "ci95",
			 json_pack("[oo]", summary_number_json(estimate->low), summary_number_json(estimate->high)),
			 "p", summary_number_json(estimate->p), "p_holm", summary_number_json(estimate->p_holm),
			 "below_grain", (int)estimate->floored, "verdict",
			 estimate->verdict == COMPARE_NONE ? "skipped" : compare_verdict_name(estimate->verdict));
}

static json_t *side_json(const struct summary_row *row)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "n", (json_int_t)row->n, "runs", (json_int_t)row->run_count,
			 "p50", summary_number_json(row->p50), "iqr", summary_number_json(row->iqr), "p99",
			 summary_number_json(row->p99), "max", summary_number_json(row->max));
}

static json_t *row_json(const struct compare_row *row)
{
	return json_pack(
	    "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:o, s:s}", "benchmark", output_text_json(row->a->benchmark),
	    "params", summary_params_json(row->a->point), "a", side_json(row->a), "b", side_json(row->b), "location",
	    estimate_json(&row->estimates[COMPARE_LOCATION]), "spread", estimate_json(&row->estimates[COMPARE_SPREAD]),
	    "tail", estimate_json(&row->estimates[COMPARE_TAIL]), "pairs", (json_int_t)row->pairs, "exact",
	    (int)row->exact, "smallest_effect", summary_number_json(row->smallest_effect), "verdict",
	    row->verdict == COMPARE_NONE ? "skipped" : compare_verdict_name(row->verdict));
}

json_t *compare_json(const struct compare *compare)
{
	json_t *rows = json_array(), *missing = json_array();

	for (size_t i = 0; i < compare->row_count; i++)
		json_array_append_new(rows, row_json(&compare->rows[i]));
	for (size_t i = 0; i < compare->missing_count; i++) {
		const struct compare_missing *one = &compare->missing[i];

		json_array_append_new(
		    missing, json_pack("{s:o, s:o, s:s, s:o}", "benchmark", output_text_json(one->row->benchmark),
				       "params", summary_params_json(one->row->point), "only_in", one->in_a ? "a" : "b",
				       "reason", output_text_json(one->reason)));
	}
	return json_pack("{s:s, s:s, s:s, s:b, s:f, s:o, s:o}", "a", compare->subject_a, "b", compare->subject_b,
			 "unit", compare->unit, "paired", (int)compare->paired, "margin", compare->margin, "results",
			 rows, "missing", missing);
}
