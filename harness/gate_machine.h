/* SPDX-License-Identifier: MIT */
/*
 * What has to be equal before two counts may be compared (measuring.md §4, "Pin"): the QEMU and its whole command line,
 * the compiler and the kind of build, how many samples of what were taken. Paths and program names are left out.
 */
#pragma once

#include <jansson.h>

#include "summary.h"

/* {qemu, env {KEY: VALUE…}, command [WORD…]} of a subject of the summary; a new reference. */
json_t *gate_machine_make(const struct summary *summary, const char *subject);
/* NULL if counts of both can be compared; else the first difference in words, allocated. */
char *gate_machine_difference(const json_t *baseline, const json_t *here);
