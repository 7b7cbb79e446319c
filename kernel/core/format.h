/* SPDX-License-Identifier: MIT */
/*
 * Text out of numbers, for messages: the part of printf's language that the kernel uses. %s %c %d %i %u %x %p %%, the
 * sizes l, ll and z, a width with - or 0 before it, a precision for %s. No floating point, no allocation, no state.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Writes at most max_bytes including the ending zero, cuts what does not fit, and returns the length written. */
size_t format_text(char *out, size_t max_bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t format_list(char *out, size_t max_bytes, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* Formats up to 511 bytes and writes them to the console in one piece. */
void format_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
