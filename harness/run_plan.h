/* SPDX-License-Identifier: MIT */
/*
 * From the options of `aerobench run` to a plan: which subjects, what of the suite each of them measures, what cannot run
 * here, how long it takes. Private to the command.
 */
#pragma once

#include "plan.h"
#include "run_options.h"
#include "store.h"

/* When a run with --until looks whether it has enough boots; the last is the most that it makes, without --runs. */
#define RUN_LOOKS_TEXT "6, 10, 16, 24, 40 and 64"

/* Makes the plan of a new run. Free by plan_free() in every case. Returns 0 or a status with the error set. */
int run_plan_make(struct plan *plan, const struct run_options *options, struct error *error);
/* Marks the subjects that cannot run here, which is asked again when a run is resumed. What should run but is not built is
 * an error: there is no point in starting. */
int run_plan_check(struct plan *plan, struct error *error);
/* Creates the run in results, from the plan and what was asked for; takes the record (record.h). Returns as store_create(). */
int run_plan_store(struct store *store, const struct plan *plan, const struct run_options *options, json_t *record,
		   struct error *error);
/* Tells what is left out, one line each on stderr. STATUS_UNSUPPORTED if that is all of them. */
int run_plan_tell_unsupported(const struct plan *plan, bool quiet, struct error *error);
/* Prints the plan: what would run and how long it would take. */
int run_plan_print(const struct plan *plan, bool json, struct error *error);
