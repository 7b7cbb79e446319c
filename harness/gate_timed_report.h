/* SPDX-License-Identifier: MIT */
/* What tier 2 of the gate has found, for people, pull requests, CI systems and programs. Private to gate_timed*.c. */
#pragma once

#include <stdio.h>

#include "gate_timed.h"

/* For a terminal; all: tests that pass too. */
void gate_timed_print(const struct gate_timed *timed, FILE *file, bool all, bool bold);
/* What to do next; second: the id of the second run or NULL, again: the command that judges again. */
void gate_timed_print_next(const struct gate_timed *timed, FILE *file, const char *second, const char *again);
/* A pull request's comment; JUnit's XML, a case a test. Allocated. */
char *gate_timed_markdown(const struct gate_timed *timed, enum status status);
char *gate_timed_junit(const struct gate_timed *timed, enum status status);
/* Schema "aerobench.gate_timed/1"; second: the id of the second run or NULL. A new reference. */
json_t *gate_timed_json(const struct gate_timed *timed, const char *second, enum status status);
