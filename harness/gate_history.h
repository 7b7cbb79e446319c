/* SPDX-License-Identifier: MIT */
/*
 * Tier 3 of the gate (measuring.md §6): where the history of these subjects has changed its level. Advice beside a
 * verdict, never part of it: a history mixes the program with what happened to the computer, and one change against it is
 * weak evidence.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "error.h"
#include "history.h"

struct gate_advice {
	char **lines; /* a change each: the last of its point */
	size_t count;
	size_t entries; /* of these subjects in the history */
};

/*
 * Reads results/history/MACHINE.jsonl of each subject (history.h); a missing file holds nothing, and a damaged one is a
 * warning: advice never stands in the way of a verdict. gate_advice_free() when done.
 */
void gate_advice_make(struct gate_advice *advice, char *const *subjects, size_t count);
void gate_advice_free(struct gate_advice *advice);
/* "bulletLINE\n" for each, below a line that says what they are; nothing if there are none. */
void gate_advice_print(const struct gate_advice *advice, FILE *file, const char *bullet);
/* The same behind a Markdown text, which is taken. Allocated. */
char *gate_advice_append(const struct gate_advice *advice, char *text);
/* The lines as an array: a new reference. */
json_t *gate_advice_json(const struct gate_advice *advice);
