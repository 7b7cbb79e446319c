/* SPDX-License-Identifier: MIT */
/* Records and their blocks: see salvage_block.h. */
#include "salvage_block.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "../bench/wire.h"
#include "memory.h"

/*
 * Each trial could fit by chance once in 2^32; without a known surplus, blocks are searched in so many records only (an
 * environment has some dozens).
 */
enum { TRIALS_MAX = 64, SEARCHED_MAX = 2048 };

struct salvage_line *salvage_lines(const char *bytes, size_t len_bytes, size_t *count)
{
	struct salvage_line *lines = NULL;
	const char *end = bytes + len_bytes;
	unsigned number = 0;

	*count = 0;
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t len = newline != NULL ? (size_t)(newline - bytes) + 1 : (size_t)(end - bytes);

		number++;
		if (bytes[0] == '@' && newline != NULL && len <= WIRE_LINE_MAX) {
			lines = memory_grow(lines, *count, sizeof(*lines));
			lines[(*count)++] = (struct salvage_line){bytes, len, number};
		}
		bytes += len;
	}
	return lines;
}

bool salvage_line_is(const struct salvage_line *line, const char *name)
{
	size_t len = strlen(name);

	return line->len_bytes > len + 1 && memcmp(line->text + 1, name, len) == 0 && line->text[len + 1] == ' ';
}

bool salvage_line_number(const struct salvage_line *line, const char *key, uint64_t *number)
{
	char word[32];
	const char *at, *end = line->text + line->len_bytes;
	size_t len = strlen(key), digits = 0;

	word[0] = ' ';
	memcpy(word + 1, key, len);
	word[len + 1] = '=';
	at = memmem(line->text, line->len_bytes, word, len + 2);
	if (at == NULL)
		return false;
	at += len + 2;
	for (*number = 0; at + digits < end && at[digits] >= '0' && at[digits] <= '9' && digits < 19; digits++)
		*number = *number * 10 + (uint64_t)(at[digits] - '0');
	return digits > 0 && at + digits < end && (at[digits] == ' ' || at[digits] == '\n');
}

/* --- A block ------------------------------------------------------------------------------------------------------ */

struct block {
	const struct salvage_line *lines;
	size_t count;
	const char *prefix;
	uint32_t seed;
	uint64_t crc;   /* as its last record says */
	bool *left_out; /* by record: of the trial */
	size_t trials;
};

static uint32_t crc_of(uint32_t crc, const char *text, size_t len_bytes)
{
	return (uint32_t)crc32(crc, (const Bytef *)text, (uInt)len_bytes);
}

/* Without the records that are marked. */
static char *try(struct block *block, size_t *len_bytes)
{
	uint32_t crc = crc_of(block->seed, block->prefix, strlen(block->prefix));
	const struct salvage_line *last = &block->lines[block->count - 1];
	const char *space = memrchr(last->text, ' ', last->len_bytes);
	size_t len = strlen(block->prefix);
	char *text, *to;

	if (block->trials++ >= TRIALS_MAX)
		return NULL;
	for (size_t i = 0; i + 1 < block->count; i++) {
		if (!block->left_out[i]) {
			crc = crc_of(crc, block->lines[i].text, block->lines[i].len_bytes);
			len += block->lines[i].len_bytes;
		}
	}
	if (crc_of(crc, last->text, (size_t)(space - last->text)) != block->crc)
		return NULL;
	*len_bytes = len + last->len_bytes;
	text = memory_new(*len_bytes + 1, 1);
	to = stpcpy(text, block->prefix);
	for (size_t i = 0; i < block->count; i++) {
		if (!block->left_out[i])
			to = mempcpy(to, block->lines[i].text, block->lines[i].len_bytes);
	}
	return text;
}

static bool same_lines(const struct salvage_line *a, const struct salvage_line *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (a[i].len_bytes != b[i].len_bytes || memcmp(a[i].text, b[i].text, a[i].len_bytes) != 0)
			return false;
	}
	return true;
}

/* One block of len records right behind itself. Where it can be shifted the rest is the same: one trial is enough. */
static char *try_repeated(struct block *block, size_t len, size_t *len_bytes)
{
	const struct salvage_line *lines = block->lines;
	bool before = false;
	char *text = NULL;

	for (size_t from = len; text == NULL && from + len < block->count; from++) {
		bool same = same_lines(lines + from, lines + from - len, len);

		if (same && !before) {
			memset(block->left_out + from, true, len);
			text = try(block, len_bytes);
			memset(block->left_out + from, false, len);
		}
		before = same;
	}
	return text;
}

/* Records between the ends that came twice, each right behind itself: half of each even number of equal ones. */
static char *try_pairs(struct block *block, size_t *len_bytes)
{
	size_t count = block->count, dropped = 0;
	char *text;

	for (size_t from = 1, to; from + 1 < count; from = to) {
		for (to = from + 1; to + 1 < count && same_lines(&block->lines[from], &block->lines[to], 1);)
			to++;
		if ((to - from) % 2 != 0)
			continue;
		memset(block->left_out + from, true, (to - from) / 2);
		dropped += (to - from) / 2;
	}
	text = dropped > 0 ? try(block, len_bytes) : NULL;
	memset(block->left_out, false, count);
	return text;
}

char *salvage_block(const struct salvage_line *lines, size_t count, uint32_t seed, const char *prefix, size_t surplus,
		    size_t *len_bytes)
{
	struct block block = {.lines = lines, .count = count, .prefix = prefix, .seed = seed};
	size_t least = surplus > 0 ? surplus : 1, most = surplus > 0 ? surplus : count / 2;
	char *text;

	if (!salvage_line_number(&lines[count - 1], "crc", &block.crc))
		return NULL;
	block.left_out = memory_new(count, sizeof(*block.left_out));
	text = try(&block, len_bytes);
	if (text == NULL)
		text = try_pairs(&block, len_bytes);
	for (size_t len = least; text == NULL && len <= most && (surplus > 0 || count <= SEARCHED_MAX); len++)
		text = try_repeated(&block, len, len_bytes);
	free(block.left_out);
	return text;
}
