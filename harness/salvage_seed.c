/* SPDX-License-Identifier: MIT */
/* What the CRCs of a damaged log continue: see salvage_seed.h. */
#include "salvage_seed.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "../bench/wire.h"
#include "memory.h"

/* A log of more boots has been put together by somebody; each seed is a trial for each run. */
enum { SEEDS_MAX = 64 };

/* One part of the log that continues seed if it is undamaged. */
struct witness {
	uint32_t seed;
	const struct salvage_line *line; /* its first: two with the same text are one */
	bool sure;                       /* a @head says so itself */
};

struct witnesses {
	struct witness *list;
	size_t count;
};

static void witness_add(struct witnesses *witnesses, struct witness witness)
{
	witnesses->list = memory_grow(witnesses->list, witnesses->count, sizeof(*witnesses->list));
	witnesses->list[witnesses->count++] = witness;
}

bool salvage_seed_of_head(const struct salvage_line *line, uint32_t *seed)
{
	uint64_t crc;

	if (!salvage_line_is(line, "head") || !salvage_line_number(line, "crc", &crc) || crc > UINT32_MAX)
		return false;
	*seed = (uint32_t)crc;
	return true;
}

uint32_t salvage_seed_after(const struct salvage_line *lines, size_t count)
{
	static const char aero[] = "@aero 1\n", head[] = "@head";
	uLong crc = 0;

	if (count == 0 || !salvage_line_is(&lines[0], "aero"))
		crc = crc32_z(crc, (const Bytef *)aero, strlen(aero));
	for (size_t i = 0; i < count; i++)
		crc = crc32_z(crc, (const Bytef *)lines[i].text, lines[i].len_bytes);
	return (uint32_t)crc32_z(crc, (const Bytef *)head, strlen(head));
}

static size_t lines_for(uint64_t samples)
{
	return (size_t)((samples + WIRE_PER_LINE - 1) / WIRE_PER_LINE);
}

size_t salvage_run_lines(const struct salvage_line *lines, size_t count, bool *ended, size_t *expected)
{
	uint64_t n = 0, warmup = 0;
	size_t used = 1;

	while (used < count && (salvage_line_is(&lines[used], "w") || salvage_line_is(&lines[used], "s")))
		used++;
	*ended = used < count && salvage_line_is(&lines[used], "end");
	salvage_line_number(&lines[0], "n", &n);
	salvage_line_number(&lines[0], "warmup", &warmup);
	*expected = 2 + lines_for(n) + lines_for(warmup);
	return used + *ended;
}

/* --- Backwards ---------------------------------------------------------------------------------------------------- */

/*
 * The CRC register before this byte, from the register after it. zlib's table is indexed by the low byte, and its entries'
 * high bytes are all different.
 */
static uint32_t byte_taken_back(uint32_t behind, uint8_t byte)
{
	static uint8_t index_of[256];
	static bool filled;
	const z_crc_t *table = get_crc_table();
	uint8_t index;

	for (unsigned i = 0; i < 256 && !filled; i++)
		index_of[table[i] >> 24] = (uint8_t)i;
	filled = true;
	index = index_of[behind >> 24];
	return (behind ^ (uint32_t)table[index]) << 8 | (index ^ byte);
}

static uint32_t text_taken_back(uint32_t crc, const char *text, size_t len_bytes)
{
	uint32_t reg = ~crc;

	while (len_bytes > 0)
		reg = byte_taken_back(reg, (uint8_t)text[--len_bytes]);
	return ~reg;
}

/* What the block continues if it stands there as it was sent. False: its last record has no CRC. */
static bool block_taken_back(const struct salvage_line *lines, size_t count, uint32_t *seed)
{
	const struct salvage_line *last = &lines[count - 1];
	const char *space = memrchr(last->text, ' ', last->len_bytes);
	uint64_t crc;

	if (space == NULL || !salvage_line_number(last, "crc", &crc) || crc > UINT32_MAX)
		return false;
	*seed = text_taken_back((uint32_t)crc, last->text, (size_t)(space - last->text));
	for (size_t i = count - 1; i-- > 0;)
		*seed = text_taken_back(*seed, lines[i].text, lines[i].len_bytes);
	return true;
}

/* --- Witnesses ---------------------------------------------------------------------------------------------------- */

static bool of_environment(const struct salvage_line *line)
{
	return salvage_line_is(line, "aero") || salvage_line_is(line, "env") || salvage_line_is(line, "bench");
}

/* The part of the log that begins at lines[0]; returns how many records it has. */
static size_t part_add(struct witnesses *witnesses, const struct salvage_line *lines, size_t count)
{
	struct witness witness = {.line = lines};
	size_t used = 1, expected;
	bool ended;

	if (salvage_seed_of_head(lines, &witness.seed)) {
		witness.sure = true;
		witness_add(witnesses, witness);
	} else if (salvage_line_is(lines, "run") || salvage_line_is(lines, "repeat")) {
		used = salvage_run_lines(lines, count, &ended, &expected);
		if (ended && used == expected && block_taken_back(lines, used, &witness.seed))
			witness_add(witnesses, witness);
	} else if (of_environment(lines)) {
		while (used < count && of_environment(&lines[used]) && !salvage_line_is(&lines[used], "aero"))
			used++;
		witness.seed = salvage_seed_after(lines, used);
		witness_add(witnesses, witness);
	}
	return used;
}

static int by_seed(const void *left, const void *right)
{
	const struct witness *a = left, *b = right;

	return a->seed < b->seed ? -1 : a->seed > b->seed;
}

static bool same_line(const struct salvage_line *a, const struct salvage_line *b)
{
	return a->len_bytes == b->len_bytes && memcmp(a->text, b->text, a->len_bytes) == 0;
}

/* Whether these, all of one seed, are enough: one that is sure, or two that are not the same sent twice. */
static bool agreed(const struct witness *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].sure || !same_line(list[i].line, list[0].line))
			return true;
	return false;
}

void salvage_seeds_read(struct salvage_seeds *seeds, const struct salvage_line *lines, size_t count)
{
	struct witnesses witnesses = {0};

	*seeds = (struct salvage_seeds){0};
	for (size_t at = 0; at < count;)
		at += part_add(&witnesses, lines + at, count - at);
	if (witnesses.count > 0)
		qsort(witnesses.list, witnesses.count, sizeof(*witnesses.list), by_seed);
	for (size_t from = 0, to; from < witnesses.count && seeds->count < SEEDS_MAX; from = to) {
		for (to = from + 1; to < witnesses.count && witnesses.list[to].seed == witnesses.list[from].seed;)
			to++;
		if (!agreed(witnesses.list + from, to - from))
			continue;
		seeds->seeds = memory_grow(seeds->seeds, seeds->count, sizeof(*seeds->seeds));
		seeds->seeds[seeds->count++] = witnesses.list[from].seed;
	}
	free(witnesses.list);
}

bool salvage_seeds_have(const struct salvage_seeds *seeds, uint32_t seed)
{
	for (size_t i = 0; i < seeds->count; i++)
		if (seeds->seeds[i] == seed)
			return true;
	return false;
}

void salvage_seeds_free(struct salvage_seeds *seeds)
{
	free(seeds->seeds);
	*seeds = (struct salvage_seeds){0};
}
