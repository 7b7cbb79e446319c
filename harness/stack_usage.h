/* SPDX-License-Identifier: MIT */
/*
 * How much stack the functions of a program take: the file that ci/stack_usage gathers beside it from what the compiler
 * says (gcc -fstack-usage). A frame is what one call takes, without those that it calls.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"

enum { STACK_FRAMES_TOLD = 16 }; /* in stack_usage_json() */

struct stack_frame {
	char *file, *function; /* file: below the source tree */
	size_t bytes;
	bool unbounded; /* bytes is the least: it grows with its arguments */
};

struct stack_usage {
	struct stack_frame *frames; /* the largest first; equal ones by file and function */
	size_t count;
};

/* 0, or STATUS_USAGE with the error set: no such file, or not one of these. stack_usage_free() in both cases. */
int stack_usage_read(struct stack_usage *usage, const char *path, struct error *error);
void stack_usage_free(struct stack_usage *usage);
/* {"functions": N, "unbounded": ["FILE: FUNCTION"…], "frames": [{"file", "function", "bytes"} of the largest]}. */
json_t *stack_usage_json(const struct stack_usage *usage);
