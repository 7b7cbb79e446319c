/* SPDX-License-Identifier: MIT */
/* The summary as JSON, schema "aerobench.summary/1": see summary.h. */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

json_t *summary_number_json(double number)
{
	if (!isfinite(number))
		return json_null();
	/* Counts stay counts: 7 and not 7.0. */
	if (number == floor(number) && fabs(number) < 9007199254740992.0)
		return json_integer((json_int_t)number);
	return json_real(number);
}

static json_t *value_json(const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (digits > 0 && digits < 16 && value[digits] == '\0' && (value[0] != '0' || digits == 1))
		return json_integer(strtoll(value, NULL, 10));
	return output_text_json(value);
}

json_t *summary_params_json(const struct stream_point *point)
{
	json_t *params = json_object();

	for (size_t i = 0; i < point->param_count; i++)
		json_object_set_new(params, point->params[i].key, value_json(point->params[i].value));
	return params;
}

static json_t *run_json(const struct summary_run *run)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "round",
			 (json_int_t)run->round, "n", (json_int_t)run->n, "p10", summary_number_json(run->p10), "p50",
			 summary_number_json(run->p50), "p90", summary_number_json(run->p90), "p99",
			 summary_number_json(run->p99), "iqr", summary_number_json(run->iqr), "mean",
			 summary_number_json(run->mean), "cold", summary_number_json(run->cold), "subtracted",
			 summary_number_json(run->subtracted), "differenced", summary_number_json(run->differenced),
			 "irqs", run->irqs < 0 ? json_null() : json_integer(run->irqs), "smis",
			 run->smis < 0 ? json_null() : json_integer(run->smis));
}

static void set_number(json_t *object, const char *key, double number)
{
	json_object_set_new(object, key, summary_number_json(number));
}

static json_t *row_json(const struct summary_row *row)
{
	json_t *json = json_object();
	json_t *runs = json_array();

	json_object_set_new(json, "benchmark", output_text_json(row->benchmark));
	json_object_set_new(json, "subject", output_text_json(row->subject));
	json_object_set_new(json, "params", summary_params_json(row->point));
	json_object_set_new(json, "unit", output_text_json(row->unit));
	json_object_set_new(json, "n", json_integer((json_int_t)row->n));
	json_object_set_new(json, "runs", json_integer((json_int_t)row->run_count));
	set_number(json, "min", row->min);
	set_number(json, "p50", row->p50);
	set_number(json, "p90", row->p90);
	set_number(json, "p99", row->p99);
	set_number(json, "p999", row->p999);
	set_number(json, "max", row->max);
	set_number(json, "mean", row->mean);
	set_number(json, "stddev", row->stddev);
	set_number(json, "iqr", row->iqr);
	set_number(json, "cold", row->cold);
	set_number(json, "control", row->control);
	set_number(json, "subtracted", row->subtracted);
	set_number(json, "raw_p50", row->raw_p50);
	set_number(json, "differenced", row->differenced);
	json_object_set_new(json, "below_grain", json_boolean(row->coarse));
	json_object_set_new(json, "by_difference", json_boolean(row->by_difference));
	set_number(json, "grain", row->grain);
	json_object_set_new(json, "per", json_integer(row->per));
	json_object_set_new(json, "runs_planned", json_integer((json_int_t)row->planned));
	json_object_set_new(json, "exact", json_boolean(row->exact));
	json_object_set_new(json, "cut", json_boolean(row->cut));
	for (size_t i = 0; i < row->run_count; i++)
		json_array_append_new(runs, run_json(&row->runs[i]));
	json_object_set_new(json, "per_run", runs);
	return json;
}

static json_t *note_json(const struct summary_note *note)
{
	json_t *json = json_pack("{s:s, s:o, s:o}", "kind", note->kind, "subject", output_text_json(note->subject),
				 "reason", output_text_json(note->reason));

	if (note->benchmark != NULL) {
		json_object_set_new(json, "benchmark", output_text_json(note->benchmark));
		json_object_set_new(json, "params", output_text_json(note->params));
	}
	return json;
}

/* Each boot of the run, also those that failed. machine: what a virtual machine went through (launch_qemu_run.h). */
static json_t *boots_json(const struct store *store)
{
	json_t *boots = json_array();

	for (size_t i = 0; i < store->boot_count; i++) {
		const struct store_boot *boot = &store->boots[i];

		json_array_append_new(boots, json_pack("{s:i, s:i, s:o, s:b, s:f, s:O*}", "boot", (int)boot->index,
						       "round", (int)boot->round, "subject",
						       output_text_json(boot->subject), "ok", boot->status == STORE_OK,
						       "seconds", boot->seconds, "machine", boot->machine));
	}
	return boots;
}

json_t *summary_json(const struct summary *summary)
{
	json_t *results = json_array(), *notes = json_array();
	json_t *json = json_pack("{s:s, s:s}", "schema", "aerobench.summary/1", "run", summary->store->id);
	json_t *doctor = json_object_get(summary->store->run, "doctor");

	for (size_t i = 0; i < summary->row_count; i++)
		json_array_append_new(results, row_json(&summary->rows[i]));
	for (size_t i = 0; i < summary->note_count; i++)
		json_array_append_new(notes, note_json(&summary->notes[i]));
	json_object_set_new(json, "doctor",
			    json_pack("{s:O*, s:O*, s:O*}", "verdict", json_object_get(doctor, "verdict"), "reasons",
				      json_object_get(doctor, "reasons"), "machines",
				      json_object_get(doctor, "machines")));
	json_object_set_new(json, "results", results);
	json_object_set_new(json, "notes", notes);
	json_object_set_new(json, "boots", boots_json(summary->store));
	return json;
}
