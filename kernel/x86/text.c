/* SPDX-License-Identifier: MIT */
/*
 * Text building without a format language.
 */
#include "text.h"

static void text_byte(struct text *text, char byte)
{
	if (text->len_bytes + 1 < text->max_bytes)
		text->bytes[text->len_bytes++] = byte;
}

void text_string(struct text *text, const char *string)
{
	while (*string != '\0')
		text_byte(text, *string++);
}

static void text_number(struct text *text, uint64_t number, unsigned base, unsigned digits)
{
	char reversed[20]; /* 2^64 has 20 decimal digits */
	unsigned count = 0;

	do {
		reversed[count++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number != 0);
	for (unsigned padding = count; padding < digits; padding++)
		text_byte(text, '0');
	while (count > 0)
		text_byte(text, reversed[--count]);
}

void text_decimal(struct text *text, uint64_t number)
{
	text_number(text, number, 10, 1);
}

void text_hex(struct text *text, uint64_t number, unsigned digits)
{
	text_string(text, "0x");
	text_number(text, number, 16, digits);
}

const char *text_end(struct text *text)
{
	text->bytes[text->len_bytes] = '\0';
	return text->bytes;
}
