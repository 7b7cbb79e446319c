/* SPDX-License-Identifier: MIT */
/*
 * One record of the stream, cut into words that are taken from left to right; for stream.c only. Every function that
 * takes something returns false, and takes nothing for good, when the word is not exactly what the grammar allows:
 * numbers are decimal without sign or leading zeros and fit, keys stand in the grammar's order, an escape is two
 * upper-case hexadecimal digits. Strings that are handed out are allocated.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bench/wire.h"
#include "stream.h"

struct stream_record {
	const char *name;          /* the word behind '@' */
	char *next;                /* the next word, or NULL at the end */
	char words[WIRE_LINE_MAX]; /* the record's own copy, cut at its spaces */
	const char *line;          /* the record's bytes with their newline */
	size_t len_bytes;
};

/* Cuts a line (with its '@' and its newline) into words. False: too long, a wrong byte, an empty word. */
bool record_split(struct stream_record *record, const char *line, size_t len_bytes);
bool record_at_end(const struct stream_record *record);
bool record_word(struct stream_record *record, char **word);
bool record_number(struct stream_record *record, uint64_t max, uint64_t *number);
/* KEY=VALUE with any key; with this key; with this key and a number. */
bool record_pair(struct stream_record *record, struct stream_pair *pair);
bool record_key(struct stream_record *record, const char *key, char **value);
bool record_key_number(struct stream_record *record, const char *key, uint64_t max, uint64_t *number);
/* The same for -1 or a number up to INT64_MAX. */
bool record_key_signed(struct stream_record *record, const char *key, int64_t *number);
/* Whether the next word begins with KEY=; takes nothing. */
bool record_next_is(const struct stream_record *record, const char *key);
/* All pairs that are left, as the point's parameters; if reason is not NULL the last one must be reason=. */
bool record_params(struct stream_record *record, struct stream_point *point, char **reason);
/* crc continued over the record's bytes up to " crc=", its last pair. */
uint32_t record_crc(const struct stream_record *record, uint32_t crc);

/* No @env key twice, no point twice. Returns 0, or STATUS_USAGE with the error set. */
int record_check_unique(const struct stream *stream, struct error *error);
/* Frees runs, skips and benches: what a broken stream must not show. */
void stream_drop_results(struct stream *stream);
