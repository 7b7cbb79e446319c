/* SPDX-License-Identifier: MIT */
/*
 * The memory and string functions of ISO C §7.24 that the kernel needs and that the compiler may call by itself. Plain
 * loops over words, never REP: that counts one instruction per byte under icount, and is slow to start elsewhere.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len_bytes);
void *memmove(void *to, const void *from, size_t len_bytes);
void *memset(void *to, int byte, size_t len_bytes);
int memcmp(const void *a, const void *b, size_t len_bytes);
size_t strlen(const char *string);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
/* Pointer to the first such character, the ending zero included; NULL if there is none. */
char *strchr(const char *string, int character);
