/* SPDX-License-Identifier: MIT */
/* A capture as lines: see stream_clean.h. */
#include "stream_clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "memory.h"

enum { ESC = 0x1b, BEL = 0x07, DEL = 0x7f };

/*
 * The length of the escape sequence at text, at least 1. ECMA-48 §5.4: CSI, parameters 0x30 … 0x3f, intermediates
 * 0x20 … 0x2f, a final byte 0x40 … 0x7e; §5.6: OSC up to BEL or ST; else intermediates and a final byte. A sequence never
 * reaches over a control byte: what it would hide then is no part of it.
 */
static size_t escape_length(const char *text, size_t len_bytes)
{
	size_t at = 1;

	if (at < len_bytes && text[at] == ']') {
		while (at < len_bytes && ((unsigned char)text[at] >= 0x20 && text[at] != DEL))
			at++;
		if (at < len_bytes && text[at] == BEL)
			return at + 1;
		return at + 1 < len_bytes && text[at] == ESC && text[at + 1] == '\\' ? at + 2 : at;
	}
	if (at < len_bytes && text[at] == '[') {
		at++;
		while (at < len_bytes && text[at] >= 0x20 && text[at] <= 0x3f)
			at++;
		return at < len_bytes && text[at] >= 0x40 && text[at] <= 0x7e ? at + 1 : at;
	}
	while (at < len_bytes && text[at] >= 0x20 && text[at] <= 0x2f)
		at++;
	return at < len_bytes && text[at] >= 0x30 && text[at] <= 0x7e ? at + 1 : at;
}

/* How many bytes here are no part of any line: an escape sequence, or a control byte. 0: this one is. */
static size_t dropped(const char *bytes, size_t len_bytes, size_t at)
{
	unsigned char byte = (unsigned char)bytes[at];

	if (byte == ESC)
		return escape_length(bytes + at, len_bytes - at);
	return byte == DEL || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r');
}

/* Whether the '@' at this place begins a record: one of its names follows, and a space (every record has a second word). */
static bool begins_record(const char *bytes, size_t len_bytes, size_t at)
{
	static const char *const names[] = {"aero ", "env ",  "run ",     "w ",     "s ",     "end ",  "repeat ",
					    "skip ", "fail ", "nocount ", "count ", "bench ", "head ", "done "};
	char word[10];
	size_t len = 0;

	for (at++; at < len_bytes && len < sizeof(word) - 1;) {
		size_t drop = dropped(bytes, len_bytes, at);

		if (drop == 0)
			word[len++] = bytes[at];
		at += drop > 0 ? drop : 1;
	}
	word[len] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(word, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

/*
 * Cleans into to, which has room for 2 bytes for each; NULL: only counts. Stops before the byte of the result that would be
 * the stop-th (from 0). Returns how many there are; *used: of how many bytes.
 */
static size_t clean(const char *bytes, size_t len_bytes, char *to, size_t stop, size_t *used)
{
	size_t len = 0, at;
	char last = '\n';

	for (at = 0; at < len_bytes; at++) {
		size_t drop = dropped(bytes, len_bytes, at);
		char byte = bytes[at] == '\r' ? '\n' : bytes[at];
		bool record;

		if (drop > 0) {
			at += drop - 1;
			continue;
		}
		if (byte == '\n' && last == '\n')
			continue;
		record = byte == '@' && last != '\n' && begins_record(bytes, len_bytes, at);
		if (len + record >= stop)
			break;
		if (record && to != NULL)
			to[len] = '\n';
		len += record;
		if (to != NULL)
			to[len] = byte;
		len++;
		last = byte;
	}
	*used = at;
	return len;
}

char *stream_clean(const char *bytes, size_t len_bytes, size_t *clean_bytes)
{
	char *text = memory_new(2 * len_bytes + 1, 1);
	size_t used;

	*clean_bytes = clean(bytes, len_bytes, text, SIZE_MAX, &used);
	text[*clean_bytes] = '\0';
	return text;
}

size_t stream_clean_origin(const char *bytes, size_t len_bytes, size_t clean_at)
{
	size_t used;

	clean(bytes, len_bytes, NULL, clean_at, &used);
	return used;
}
