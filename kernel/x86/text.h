/* SPDX-License-Identifier: MIT */
/*
 * Builds text in a buffer of the caller's, for messages that must work before and while everything else fails.
 * Text that does not fit is cut.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct text {
	char *bytes;
	size_t len_bytes, max_bytes;
};

void text_string(struct text *text, const char *string);
void text_decimal(struct text *text, uint64_t number);
/* "0x" and at least digits digits. */
void text_hex(struct text *text, uint64_t number, unsigned digits);
/* Ends the text with a zero byte and returns it. */
const char *text_end(struct text *text);
