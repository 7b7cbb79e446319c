/* SPDX-License-Identifier: MIT */
/* Checks made right, so that fuzzing reaches what is behind them. */
#pragma once

#include <stddef.h>

#include <jansson.h>

/*
 * The log with the counts and CRCs of its @end and @done records as they should be, where these records have the form.
 * Allocated; *mended_bytes is its length.
 */
char *mend_stream(const char *text, size_t len_bytes, size_t *mended_bytes);
/* A JSON object's text with its check made right, or the text itself if it is no object. Allocated. */
char *mend_json(const char *text, size_t len_bytes, size_t flags);
