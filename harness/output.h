/* SPDX-License-Identifier: MIT */
/*
 * What all commands share about their output: JSON, colour and numbers for people. stdout belongs to results.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "error.h"

/*
 * Prints value as indented JSON and a newline; takes the reference. Returns 0, or STATUS_FAILED: stdout is broken, or
 * value is NULL, because a text in it is not UTF-8.
 */
int output_json(json_t *value, struct error *error);
/* text as a JSON string, whatever bytes it holds: what is not UTF-8 becomes '?'. A new reference. */
json_t *output_text_json(const char *text);
/* Flushes stdout at the end of a command: a full disk must not pass for success. Returns 0 or STATUS_FAILED. */
int output_finish(struct error *error);

enum output_color { OUTPUT_COLOR_AUTO, OUTPUT_COLOR_ALWAYS, OUTPUT_COLOR_NEVER };

/* Reads the value of --color (auto, always, never). Returns 0, or STATUS_USAGE with the error set. */
int output_color_parse(const char *value, enum output_color *color, struct error *error);
/* Whether file is a terminal that takes escape sequences: TERM is there and not "dumb". */
bool output_is_terminal(FILE *file);
/* Whether to colour what goes to file: auto means such a terminal and no NO_COLOR. */
bool output_colored(FILE *file, enum output_color color);

/*
 * A number for people: whole from 100 on and when it is whole, else three significant digits; thousands by comma;
 * "–" for NaN (unknown, or not supported by n). Returns text, at most size bytes.
 */
const char *output_number(char *text, size_t size, double number);
