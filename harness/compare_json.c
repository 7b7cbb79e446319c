/* SPDX-License-Identifier: MIT */
/* A comparison as JSON, schema "aerobench.compare/2": see compare.h. */
#include "compare.h"

#include <stdint.h>

#include "output.h"

static void set_number(json_t *object, const char *key, double number)
{
	json_object_set_new(object, key, summary_number_json(number));
}

static json_t *estimate_json(const struct compare_estimate *estimate)
{
	const struct stats_judgement *judgement = &estimate->judgement;
	json_t *json = json_object();

	set_number(json, "a", estimate->a);
	set_number(json, "b", estimate->b);
	set_number(json, "ratio", estimate->ratio);
	json_object_set_new(json, "ci95",
			    json_pack("[oo]", summary_number_json(estimate->low), summary_number_json(estimate->high)));
	set_number(json, "p", estimate->p);
	set_number(json, "p_adjusted", estimate->p_adjusted);
	set_number(json, "p_ranks", estimate->p_ranks);
	set_number(json, "smallest_effect", estimate->smallest_effect);
	json_object_set_new(json, "below_grain", json_boolean(estimate->floored));
	json_object_set_new(json, "verdict", json_string(estimate->word));
	json_object_set_new(json, "reason", json_string(judgement->reason));
	/* Inconclusive only; null there: no number of pairs would do, or none is known. */
	if (judgement->verdict == STATS_INCONCLUSIVE)
		json_object_set_new(json, "more_pairs",
				    judgement->more_pairs == SIZE_MAX || judgement->more_pairs == 0
					? json_null()
					: json_integer((json_int_t)judgement->more_pairs));
	return json;
}

static json_t *side_json(const struct summary_row *row, const struct compare_dependence *dependence)
{
	json_t *rho = json_array(), *json;

	for (size_t lag = 0; lag < STATS_RUN_LAGS; lag++)
		json_array_append_new(rho, summary_number_json(dependence->rho[lag]));
	json = json_pack("{s:I, s:I, s:o, s:b, s:o}", "n", (json_int_t)row->n, "runs", (json_int_t)row->run_count,
			 "effective", summary_number_json(dependence->effective), "dependent", (int)dependence->flagged,
			 "rho", rho);
	set_number(json, "p50", row->p50);
	set_number(json, "iqr", row->iqr);
	set_number(json, "p99", row->p99);
	set_number(json, "p999", row->p999);
	set_number(json, "max", row->max);
	return json;
}

static json_t *row_json(const struct compare_row *row)
{
	json_t *json = json_pack("{s:o, s:o, s:o, s:o}", "benchmark", output_text_json(row->a->benchmark), "params",
				 summary_params_json(row->a->point), "a", side_json(row->a, &row->dependence[0]), "b",
				 side_json(row->b, &row->dependence[1]));

	for (int i = 0; i < STATS_STATISTICS; i++)
		json_object_set_new(json, stats_statistic_name((enum stats_statistic)i),
				    estimate_json(&row->estimates[i]));
	set_number(json, "cliff_delta", row->cliff);
	set_number(json, "ks_distance", row->ks);
	json_object_set_new(json, "pairs", json_integer((json_int_t)row->pairs));
	json_object_set_new(json, "exact", json_boolean(row->exact));
	json_object_set_new(json, "repeats", json_boolean(row->repeats != NULL));
	json_object_set_new(json, "verdict", json_string(row->word));
	return json;
}

json_t *compare_json(const struct compare *compare)
{
	json_t *rows = json_array(), *missing = json_array(), *tally = json_object();

	for (size_t i = 0; i < compare->row_count; i++)
		json_array_append_new(rows, row_json(&compare->rows[i]));
	for (int i = 0; i < STATS_VERDICTS; i++)
		json_object_set_new(tally, compare_verdict_name(compare->across, (enum stats_verdict)i),
				    json_integer((json_int_t)compare->tally.count[i]));
	for (size_t i = 0; i < compare->missing_count; i++) {
		const struct compare_missing *one = &compare->missing[i];

		json_array_append_new(
		    missing, json_pack("{s:o, s:o, s:s, s:o}", "benchmark", output_text_json(one->row->benchmark),
				       "params", summary_params_json(one->row->point), "only_in", one->in_a ? "a" : "b",
				       "reason", output_text_json(one->reason)));
	}
	return json_pack("{s:s, s:s, s:s, s:b, s:f, s:I, s:o, s:o, s:o, s:s*, s:s*, s:s*}", "a", compare->subject_a,
			 "b", compare->subject_b, "unit", compare->unit, "paired", (int)compare->paired, "margin",
			 compare->margin, "family", (json_int_t)compare->family, "tally", tally, "results", rows,
			 "missing", missing, "computer",
			 compare->computer != NULL ? computer_match_name(compare->computer_match) : NULL,
			 "computer_text", compare->computer, "placement", compare->placement);
}
