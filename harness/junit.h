/* SPDX-License-Identifier: MIT */
/* JUnit's XML as CI systems read it: texts and cases. The caller writes the suites around them. */
#pragma once

#include <stdio.h>

/* For an attribute or an element: escaped; XML 1.0 has no place for control bytes, nor for what is not UTF-8. */
void junit_text(FILE *file, const char *bytes);
/*
 * One <testcase>, of class aerobench.CLASS. kind: "failure" or "skipped" because of message; NULL: passed, and message,
 * if there is one, is what it said.
 */
void junit_case(FILE *file, const char *class, const char *name, const char *kind, const char *message);
