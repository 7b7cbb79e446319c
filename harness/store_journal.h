/* SPDX-License-Identifier: MIT */
/*
 * run.json and journal.jsonl to structs and back. For store.c only.
 */
#pragma once

#include <jansson.h>

#include "error.h"
#include "store.h"

json_t *store_plan_json(const struct store_plan *plan);
/* False: something is missing, of the wrong type or absurd. What was read is freed by store_plan_free() in any case. */
bool store_plan_read(struct store_plan *plan, const json_t *json);
void store_plan_free(struct store_plan *plan);

/* Reads PATH/journal.jsonl into store->boots. *whole_bytes: how much of it is whole lines. */
int store_journal_read(struct store *store, size_t *whole_bytes, struct error *error);
/* Appends one line; it is on disk on return, and if it is not nothing is. */
int store_journal_append(struct store *store, const struct store_boot *boot, struct error *error);
/* A copy of boot becomes part of store->boots, in place of the failed one with its index. */
void store_boots_add(struct store *store, const struct store_boot *boot);
void store_boot_free(struct store_boot *boot);
