/* SPDX-License-Identifier: MIT */
/*
 * Words first, then the bytes that are left; x86 does not mind where they begin.
 */
#include "core/string.h"

#include <stdint.h>

/* Or the compiler would recognise the loops below and replace them by calls to the functions that they are in. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

/* Eight bytes at any address, of any type: x86 allows it, and the attributes tell the compiler. */
struct word {
	uint64_t value;
} __attribute__((packed, may_alias));

void *memcpy(void *restrict to, const void *restrict from, size_t len_bytes)
{
	char *out = to;
	const char *in = from;

	for (; len_bytes >= sizeof(struct word); len_bytes -= sizeof(struct word)) {
		*(struct word *)out = *(const struct word *)in;
		out += sizeof(struct word);
		in += sizeof(struct word);
	}
	while (len_bytes-- > 0)
		*out++ = *in++;
	return to;
}

void *memmove(void *to, const void *from, size_t len_bytes)
{
	char *out = to;
	const char *in = from;

	if ((uintptr_t)to - (uintptr_t)from >= len_bytes) /* to lies before from, or behind its end */
		return memcpy(to, from, len_bytes);
	while (len_bytes-- > 0)
		out[len_bytes] = in[len_bytes];
	return to;
}

void *memset(void *to, int byte, size_t len_bytes)
{
	char *out = to;
	struct word word = {(uint8_t)byte * 0x0101010101010101u};

	for (; len_bytes >= sizeof(word); len_bytes -= sizeof(word)) {
		*(struct word *)out = word;
		out += sizeof(word);
	}
	while (len_bytes-- > 0)
		*out++ = (char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t len_bytes)
{
	const uint8_t *x = a, *y = b;

	for (; len_bytes > 0; len_bytes--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *string)
{
	size_t len_bytes = 0;

	while (string[len_bytes] != '\0')
		len_bytes++;
	return len_bytes;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t most)
{
	for (; most > 0; most--, a++, b++)
		if (*a != *b || *a == '\0')
			return (uint8_t)*a - (uint8_t)*b;
	return 0;
}

char *strchr(const char *string, int character)
{
	for (; *string != (char)character; string++)
		if (*string == '\0')
			return NULL;
	return (char *)string;
}
