/* SPDX-License-Identifier: MIT */
/*
 * Values of options: numbers, percentages, times. Each returns 0, or STATUS_USAGE with the error set, which names the
 * option, the value and what is allowed; *value is changed only on success. option is its name without "--".
 */
#pragma once

#include <stdint.h>

#include "error.h"

/*
 * What getopt_long() (a ':' first in its letters, opterr 0) has just refused: option is what it returned, '?' or ':'; argv[0]
 * names the command. Returns STATUS_USAGE with the error set.
 */
int parse_refused(int option, char *const *argv, struct error *error);
/* A decimal number inside [low, high], low >= 0. */
int parse_number(const char *option, const char *text, int64_t low, int64_t high, int64_t *value, struct error *error);
/* "3%", "3", "0.5%" as a fraction: above 0, at most 100 %. */
int parse_percentage(const char *option, const char *text, double *value, struct error *error);
/* "90", "90s", "5m", "1.5h" in seconds: 1 second to a week. */
int parse_duration(const char *option, const char *text, double *seconds, struct error *error);
