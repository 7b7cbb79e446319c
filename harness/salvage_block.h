/* SPDX-License-Identifier: MIT */
/*
 * Records of a damaged log, and blocks of them that end with their CRC. For salvage.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct salvage_line {
	const char *text; /* from '@' to its newline */
	size_t len_bytes;
	unsigned number; /* in the log, from 1 */
};

/* The records of a log, in order; allocated. What is no record, too long or cut is left out. */
struct salvage_line *salvage_lines(const char *bytes, size_t len_bytes, size_t *count);
/* Whether it is a record of this name. */
bool salvage_line_is(const struct salvage_line *line, const char *name);
/* The number behind KEY= in the record; false: there is none. */
bool salvage_line_number(const struct salvage_line *line, const char *key, uint64_t *number);

/*
 * The text of count records whose last ends with " crc=C", if that is the CRC of prefix (may be "") and the records,
 * continued from seed: as
 * they are; or without what was sent twice: records between the first and the last, each right behind itself, or one block
 * right behind itself. surplus: how many records are too many, if that is known, else 0: any number. Allocated; NULL: not proved.
 */
char *salvage_block(const struct salvage_line *lines, size_t count, uint32_t seed, const char *prefix, size_t surplus,
		    size_t *len_bytes);
