/* SPDX-License-Identifier: MIT */
/* Allocation that does not fail: see memory.h. */
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

static void *memory_check(void *memory)
{
	if (memory == NULL) {
		fputs("aerobench: out of memory: take fewer samples or select fewer benchmarks with -b\n", stderr);
		exit(STATUS_FAILED);
	}
	return memory;
}

void *memory_new(size_t count, size_t size)
{
	return memory_check(calloc(count == 0 ? 1 : count, size));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	return memory_check(reallocarray(old, count == 0 ? 1 : count, size));
}

void *memory_grow(void *old, size_t count, size_t size)
{
	/* Full exactly when count is 0 or a power of two: the array then doubles. */
	if ((count & (count - 1)) != 0)
		return old;
	return memory_resize(old, count == 0 ? 1 : count * 2, size);
}

char *memory_text(const char *text)
{
	return memory_check(strdup(text));
}

void memory_texts_add(char ***texts, size_t *count, const char *text)
{
	*texts = memory_grow(*texts, *count, sizeof(**texts));
	(*texts)[(*count)++] = memory_text(text);
}

void memory_texts_free(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

char *memory_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	return memory_check(len < 0 ? NULL : text);
}
