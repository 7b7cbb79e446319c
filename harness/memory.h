/* SPDX-License-Identifier: MIT */
/*
 * Allocation that does not fail: out of memory ends the program with one line and STATUS_FAILED, because no command
 * could do anything else. Sizes that come from input are bounded by their reader before they get here.
 */
#pragma once

#include <stddef.h>

/* Zeroed memory for count elements of size bytes; never NULL, also for 0. */
void *memory_new(size_t count, size_t size);
/* realloc of an array; the new part is not cleared. */
void *memory_resize(void *old, size_t count, size_t size);
/*
 * Makes room for one more element of an array whose capacity is a power of two or 0 (so it needs no field of its own):
 * call before storing element number count. Returns the array, moved or not.
 */
void *memory_grow(void *old, size_t count, size_t size);
char *memory_text(const char *text);
/* Adds a copy of text to an array of texts. */
void memory_texts_add(char ***texts, size_t *count, const char *text);
/* Frees an array of texts with them all; NULL is nothing where count is 0. */
void memory_texts_free(char **texts, size_t count);
/* A new string from a format. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
