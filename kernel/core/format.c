/* SPDX-License-Identifier: MIT */
/*
 * One pass over the format, each piece written at once: what does not fit is cut, and nothing is ever looked at twice.
 */
#include "core/format.h"

#include <stdbool.h>
#include <stdint.h>
#include "core/string.h"
#include "x86/cpu.h"

struct output {
	char *bytes;
	size_t len_bytes, max_bytes;
};

/* One % directive. */
struct directive {
	unsigned width, precision; /* precision UINT32_MAX: none */
	bool left, zero;
	unsigned longs; /* 0: int, else 64 bits */
};

static void output_char(struct output *out, char c)
{
	if (out->len_bytes + 1 < out->max_bytes)
		out->bytes[out->len_bytes++] = c;
}

static void output_padded(struct output *out, const struct directive *how, const char *text, size_t len_bytes)
{
	size_t pad = how->width > len_bytes ? how->width - len_bytes : 0;

	if (how->zero && !how->left && len_bytes > 0 && *text == '-') { /* zeros go behind the sign */
		output_char(out, *text++);
		len_bytes--;
	}
	for (; pad > 0 && !how->left; pad--)
		output_char(out, how->zero ? '0' : ' ');
	while (len_bytes-- > 0)
		output_char(out, *text++);
	for (; pad > 0; pad--)
		output_char(out, ' ');
}

static void output_number(struct output *out, const struct directive *how, uint64_t number, unsigned base, bool minus)
{
	char digits[24], *at = digits + sizeof(digits);

	do {
		*--at = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	if (minus)
		*--at = '-';
	output_padded(out, how, at, (size_t)(digits + sizeof(digits) - at));
}

static unsigned parse_number(const char **format)
{
	unsigned number = 0;

	while (**format >= '0' && **format <= '9')
		number = number * 10 + (unsigned)(*(*format)++ - '0');
	return number;
}

/* Reads what stands between % and the letter. */
static struct directive parse_directive(const char **format)
{
	struct directive how = {.precision = UINT32_MAX};

	for (; **format == '-' || **format == '0'; ++*format) {
		if (**format == '-')
			how.left = true;
		else
			how.zero = true;
	}
	how.width = parse_number(format);
	if (**format == '.') {
		++*format;
		how.precision = parse_number(format);
	}
	for (; **format == 'l' || **format == 'z'; ++*format)
		how.longs++;
	return how;
}

static void output_string(struct output *out, const struct directive *how, const char *text)
{
	size_t len_bytes = 0;

	if (text == NULL)
		text = "(null)";
	while (len_bytes < how->precision && text[len_bytes] != '\0')
		len_bytes++;
	output_padded(out, how, text, len_bytes);
}

/* A pointer to the list, because a va_list that a callee has read from is otherwise lost: ISO C §7.16. */
static void output_directive(struct output *out, const char **format, va_list *arguments)
{
	struct directive how = parse_directive(format);
	char letter = **format, c;

	if (letter != '\0')
		++*format;
	if (letter == 'd' || letter == 'i') {
		int64_t number = how.longs > 0 ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);

		output_number(out, &how, number < 0 ? -(uint64_t)number : (uint64_t)number, 10, number < 0);
	} else if (letter == 'u' || letter == 'x') {
		uint64_t number = how.longs > 0 ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);

		output_number(out, &how, number, letter == 'x' ? 16 : 10, false);
	} else if (letter == 'p') {
		output_char(out, '0');
		output_char(out, 'x');
		output_number(out, &how, (uintptr_t)va_arg(*arguments, void *), 16, false);
	} else if (letter == 's') {
		output_string(out, &how, va_arg(*arguments, const char *));
	} else {
		c = letter == 'c' ? (char)va_arg(*arguments, int) : letter;
		output_padded(out, &how, &c, 1);
	}
}

size_t format_list(char *bytes, size_t max_bytes, const char *format, va_list arguments)
{
	struct output out = {.bytes = bytes, .max_bytes = max_bytes};
	va_list copy;

	va_copy(copy, arguments);
	while (*format != '\0') {
		if (*format++ != '%')
			output_char(&out, format[-1]);
		else
			output_directive(&out, &format, &copy);
	}
	va_end(copy);
	if (max_bytes > 0)
		bytes[out.len_bytes] = '\0';
	return out.len_bytes;
}

size_t format_text(char *out, size_t max_bytes, const char *format, ...)
{
	va_list arguments;
	size_t len_bytes;

	va_start(arguments, format);
	len_bytes = format_list(out, max_bytes, format, arguments);
	va_end(arguments);
	return len_bytes;
}

void format_print(const char *format, ...)
{
	char text[512];
	va_list arguments;
	size_t len_bytes;

	va_start(arguments, format);
	len_bytes = format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	console_write(text, len_bytes);
}
