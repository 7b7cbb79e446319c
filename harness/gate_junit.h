/* SPDX-License-Identifier: MIT */
/* JUnit's XML, as CI systems read it, for what the gate's tiers say: a suite of one test case after the other. */
#pragma once

#include <stddef.h>
#include <stdio.h>

void gate_junit_begin(FILE *file, size_t tests, size_t failures, size_t skipped);
/* kind: "failure", "skipped", or NULL for what has passed, which has no message. Any bytes may be in the texts. */
void gate_junit_case(FILE *file, const char *class, const char *name, const char *kind, const char *message);
void gate_junit_end(FILE *file);
